/*
 * tests/user/lib/chance.h - arguments of system calls, chosen by chance
 *
 * What:  a letter for each kind of argument:
 *   f descriptor     p number of a process   s signal       u user or group
 *   P path           y file system           b memory to be written
 *   a page address   A one, or none          l length       o offset
 *   i small number   F flags                 C CLONE_*      m MS_*
 *   I ioctl          N fcntl                 T ptrace       t timespec
 *   q futex word     x futex operation       n length of an address
 *   e k D c sizes of such structures         G flags of futex_wait(2)
 *   R 2 r reboot(2)  1 one       U name of an attribute    O waitid's flags
 *   0 directory      3 pidfd     4 message queue     5 6 sockets
 *   7 file           8 9 pipe    : timerfd  ; epoll  < socket, alone
 *   z zero           w a word that is anything
 *        and for each kind of structure:
 *   S any            V iovec     H msghdr    K sockaddr_un  X clone_args
 *   E epoll_event    j itimerspec            v sigevent     Y sched_attr
 *   B sock_fprog     h open_how  L robust_list_head         W futex_waitv
 *   Q mnt_id_req     g argv      J capabilities     Z siginfo  M mount_attr
 *        Structures lie in an arena, some of them at the end of a page.
 * See:   tests/user/race_calls.c
 */
#ifndef TESTS_USER_CHANCE_H
#define TESTS_USER_CHANCE_H

#include <stdint.h>

#define PAGE		4096ul
#define ARENA_PAGES	64
#define ARENA_FIXED	16		/* never unmapped: stacks, structures */
#define ARENA_STACKS	12		/* the last of those */

#define FD_OF(kind)	((kind) - '0' + 26)	/* where it should be */

extern char *arena;

/* map the arena: 0 or -1 */
int chance_arena(void);

/* each process in each round goes its own way */
void chance_begin(uint64_t seed, unsigned int round, unsigned int worker);

/* a number below @n */
unsigned int chance(unsigned int n);

/* an argument of the kind */
unsigned long chance_word(char kind);

#endif
