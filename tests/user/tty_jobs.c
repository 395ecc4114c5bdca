/*
 * tests/user/tty_jobs.c - terminals and sessions
 *
 * What:  how a session gets its terminal, loses it and gives it up; foreground
 *        and background; signals of characters and of hang-ups; the numbers
 *        that other pid namespaces see.
 * Not:   sessions without a terminal are in sessions.c.
 * See:   tcsetpgrp(3), ioctl_tty(2), TIOCSCTTY(2const), vhangup(2),
 *        credentials(7), POSIX.1 "General Terminal Interface"
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/pty.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#define TIOCSIG_	0x40045436
#define NOBODY		4000000

static struct pty p;
static struct gate ready, go;
static volatile int *seen;		/* counts of signals, shared */

static void begin(void)
{
	need(!pty_mount(NULL));
	need(!mknod("tty", S_IFCHR | 0666, makedev(5, 0)));
	pty_pair(&p);
	gate_init(&ready);
	gate_init(&go);
	seen = shared_alloc(65 * sizeof(int));
}

static void count(int sig)
{
	seen[sig]++;
}

static void count_signals(void)
{
	static const int sigs[] = { SIGHUP, SIGCONT, SIGINT, SIGQUIT,
				    SIGTSTP, SIGWINCH, SIGTTIN, SIGTTOU };

	for (size_t i = 0; i < COUNT(sigs); i++)
		handle(sigs[i], count, SA_RESTART);
}

/* within seconds, the count of @sig becomes @n */
static int saw(int sig, int n)
{
	for (int i = 0; i < 500 && seen[sig] < n; i++)
		poll(NULL, 0, 10);
	return seen[sig] == n;
}

static int has_tty(void)
{
	int fd = open("tty", O_RDWR);

	if (fd < 0)
		return errno == ENXIO ? 0 : -1;
	close(fd);
	return 1;
}

/* a new session with the slave as its terminal */
static void lead(void)
{
	need(setsid() > 0);
	need(!ioctl(p.slave, TIOCSCTTY, 0));
}

/* --- getting a terminal -------------------------------------------------- */

/* what gives a process no terminal */
static void gets_none(void)
{
	CHECK_EQ("none at first", has_tty(), 0);
	close(open(p.name, O_RDWR));
	CHECK_EQ("opened by no leader", has_tty(), 0);
	need(setsid() > 0);
	close(open(p.name, O_RDWR | O_NOCTTY));
	CHECK_EQ("O_NOCTTY", has_tty(), 0);
	close(open(p.name, O_WRONLY));
	CHECK_EQ("O_WRONLY", has_tty(), 0);
	CHECK_ERRNO("tcgetpgrp without one", tcgetpgrp(p.slave), ENOTTY);
	CHECK_ERRNO("tcgetsid too", tcgetsid(p.slave), ENOTTY);
}

/* the terminal's descriptor */
static int gets_one(void)
{
	int fd, before[2];
	pid_t pid;
	char c;

	need(!pipe(before));
	pid = fork();
	if (!pid) {
		need(read(before[0], &c, 1) == 1);
		_exit(has_tty());
	}
	fd = open(p.name, O_RDONLY);
	CHECK_EQ("O_RDONLY", has_tty(), 1);
	need(write(before[1], "x", 1) == 1);
	CHECK_EXIT("who was born before has none", pid, 0);
	CHECK_EQ("tcgetpgrp", tcgetpgrp(fd), getpid());
	CHECK_EQ("tcgetsid", tcgetsid(fd), getpid());
	CHECK_EQ("the master may ask", tcgetpgrp(p.master), getpid());
	CHECK_EQ("for the session too", tcgetsid(p.master), getpid());
	CHECK_OK("TIOCSCTTY again", ioctl(fd, TIOCSCTTY, 0));
	CHECK_OK("or by the master", ioctl(p.master, TIOCSCTTY, 0));
	return fd;
}

static void child_gives_up(int fd)
{
	CHECK_ERRNO("TIOCSCTTY by no leader", ioctl(p.slave, TIOCSCTTY, 0),
		    EPERM);
	CHECK_ERRNO("TIOCNOTTY of the master", ioctl(p.master, TIOCNOTTY),
		    ENOTTY);
	CHECK_OK("TIOCNOTTY by no leader", ioctl(fd, TIOCNOTTY));
	CHECK_EQ("it has none", has_tty(), 0);
	CHECK_ERRNO("nor its number", tcgetpgrp(fd), ENOTTY);
	CHECK_ERRNO("again", ioctl(fd, TIOCNOTTY), ENOTTY);
	_exit(0);
}

static void leader_gives_up(int fd)
{
	count_signals();
	CHECK_OK("TIOCNOTTY by the leader", ioctl(fd, TIOCNOTTY));
	CHECK("hangs the foreground up", saw(SIGHUP, 1) && saw(SIGCONT, 1));
	CHECK_EQ("nobody has it", has_tty(), 0);
	CHECK_EQ("its foreground is 0", tcgetpgrp(p.master), 0);
	CHECK_ERRNO("it has no session", tcgetsid(p.master), ENOTTY);
	CHECK_EQ("but it works", write(open(p.name, O_RDWR | O_NOCTTY),
				       "x", 1), 1);
}

static int opens(void *arg)
{
	pid_t pid;
	int fd;

	(void)arg;
	gets_none();
	fd = gets_one();
	pid = fork();
	if (!pid)
		_exit(has_tty());
	CHECK_EXIT("a child inherits it", pid, 1);
	pid = fork();
	if (!pid)
		child_gives_up(fd);
	CHECK_EXIT("who gave it up ends", pid, 0);
	CHECK_EQ("the leader has it", has_tty(), 1);
	leader_gives_up(fd);
	return 0;
}

static void getting(void)
{
	begin();
	CHECK_EQ("opens", child_run(opens, NULL), 0);
	pty_end(&p);
}

static int owner(void *arg)
{
	(void)arg;
	count_signals();
	lead();
	gate_open(&ready);
	gate_wait(&go);
	CHECK_EQ("the former leader has none", has_tty(), 0);
	CHECK_EQ("and no signal", seen[SIGHUP], 0);
	return 0;
}

static int thief(void *arg)
{
	int fd;

	(void)arg;
	need(setsid() > 0);
	fd = open(p.name, O_RDWR);
	CHECK_EQ("a terminal of others is not acquired", has_tty(), 0);
	CHECK_ERRNO("nor by TIOCSCTTY", ioctl(fd, TIOCSCTTY, 0), EPERM);
	if (!fork()) {
		need(setsid() > 0);
		become_user();
		_exit(ioctl(fd, TIOCSCTTY, 1) == -1 && errno == EPERM ? 0 : 1);
	}
	CHECK_EQ("a user cannot steal", reap(-1), 0);
	CHECK_OK("root can", ioctl(fd, TIOCSCTTY, 1));
	CHECK_EQ("it is the session's now", tcgetsid(p.master), getpid());
	return 0;
}

static void stealing(void)
{
	pid_t pid;

	begin();
	pid = child_start(owner, NULL);
	gate_wait(&ready);
	CHECK_EQ("thief", child_run(thief, NULL), 0);
	gate_open(&go);
	CHECK_EXIT("owner", pid, 0);
	pty_end(&p);
}

/* --- foreground and background ------------------------------------------- */

static int reads(void *arg)
{
	char c;

	(void)arg;
	alarm(30);
	return read(p.slave, &c, 1) == 1 ? c : errno;
}

static int writes(void *arg)
{
	(void)arg;
	return write(p.slave, "w", 1) == 1 ? 0 : errno;
}

static int sets(void *arg)
{
	struct termios t;

	(void)arg;
	need(!tcgetattr(p.slave, &t));
	return tcsetattr(p.slave, TCSANOW, &t) ? errno : 0;
}

static int flushes(void *arg)
{
	(void)arg;
	return tcflush(p.slave, TCIFLUSH) ? errno : 0;
}

static int takes(void *arg)
{
	(void)arg;
	return tcsetpgrp(p.slave, getpgrp()) ? errno : 0;
}

static int resizes(void *arg)
{
	struct winsize w = { 3, 4, 0, 0 };

	(void)arg;
	return ioctl(p.slave, TIOCSWINSZ, &w) ? errno : 0;
}

/* how a background child that does this comes out: a stop signal, or 1000 and
 * its exit code. It is let end then. */
enum how { PLAIN, BLOCKS, IGNORES };

static int background(int (*fn)(void *), enum how how, int sig)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		setpgid(0, 0);
		if (how == BLOCKS)
			block(sig);
		if (how == IGNORES)
			signal(sig, SIG_IGN);
		_exit(fn(NULL));
	}
	setpgid(pid, pid);
	need(waitpid(pid, &status, WUNTRACED) == pid);
	if (WIFEXITED(status))
		return 1000 + WEXITSTATUS(status);
	child_kill(pid);
	return WIFSTOPPED(status) ? WSTOPSIG(status) : -1;
}

static int jobs(void *arg)
{
	pid_t pid;
	int status;

	(void)arg;
	lead();
	CHECK_EQ("a read stops", background(reads, PLAIN, 0), SIGTTIN);
	CHECK_EQ("EIO if that is blocked", background(reads, BLOCKS, SIGTTIN),
		 1000 + EIO);
	CHECK_EQ("or ignored", background(reads, IGNORES, SIGTTIN),
		 1000 + EIO);
	CHECK_EQ("a write passes", background(writes, PLAIN, 0), 1000);
	pty_set(p.slave, (struct pty_change){ .lon = TOSTOP });
	CHECK_EQ("with TOSTOP it stops", background(writes, PLAIN, 0),
		 SIGTTOU);
	CHECK_EQ("unless that is blocked", background(writes, BLOCKS, SIGTTOU),
		 1000);
	CHECK_EQ("or ignored too", background(writes, IGNORES, SIGTTOU), 1000);
	CHECK_EQ("tcsetattr stops", background(sets, PLAIN, 0), SIGTTOU);
	CHECK_EQ("unless ignored", background(sets, IGNORES, SIGTTOU), 1000);
	CHECK_EQ("tcflush stops", background(flushes, PLAIN, 0), SIGTTOU);
	CHECK_EQ("a new size does not", background(resizes, PLAIN, 0), 1000);
	CHECK_EQ("tcsetpgrp stops", background(takes, PLAIN, 0), SIGTTOU);
	CHECK_EQ("or takes, if ignored", background(takes, IGNORES, SIGTTOU),
		 1000);
	signal(SIGTTOU, SIG_IGN);
	CHECK_OK("and is taken back", tcsetpgrp(p.slave, getpgrp()));
	signal(SIGTTOU, SIG_DFL);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		_exit(reads(NULL));
	}
	setpgid(pid, pid);
	need(waitpid(pid, &status, WUNTRACED) == pid);
	need(!tcsetpgrp(p.slave, pid));
	kill(-pid, SIGCONT);
	pty_type(p.master, "z\n");
	CHECK_EXIT("continued in the foreground, it reads", pid, 'z');
	signal(SIGTTOU, SIG_IGN);
	need(!tcsetpgrp(p.slave, getpgrp()));
	tcflush(p.slave, TCIFLUSH);
	CHECK_ERRNO("tcsetpgrp of nobody", tcsetpgrp(p.slave, NOBODY), ESRCH);
	CHECK_ERRNO("of a negative number", tcsetpgrp(p.slave, -1), EINVAL);
	CHECK_ERRNO("of another session", tcsetpgrp(p.slave, getppid()),
		    EPERM);
	CHECK_ERRNO("EFAULT", ioctl(p.slave, TIOCSPGRP, 8), EFAULT);
	pid = child_idle();
	CHECK_OK("of a process that leads no group",
		 tcsetpgrp(p.slave, pid));
	CHECK_EQ("is believed", tcgetpgrp(p.slave), pid);
	child_kill(pid);
	return 0;
}

static void job_control(void)
{
	begin();
	CHECK_EQ("jobs", child_run(jobs, NULL), 0);
	pty_end(&p);
}

/* A group whose members' parents are all outside of the session. */
static int orphan(void *arg)
{
	int *result = arg;

	setpgid(0, 0);
	gate_open(&ready);
	gate_wait(&go);
	while (getppid() != 1 && kill(getppid(), 0) == 0 &&
	       getsid(getppid()) == getsid(0))
		poll(NULL, 0, 10);
	result[0] = reads(NULL);
	result[1] = writes(NULL);
	result[2] = sets(NULL);
	gate_open(&ready);
	return 0;
}

static int middle(void *arg)
{
	child_start(orphan, arg);
	gate_wait(&ready);
	return 0;
}

static int leader_of_orphans(void *arg)
{
	lead();
	pty_set(p.slave, (struct pty_change){ .lon = TOSTOP });
	need(child_run(middle, arg) == 0);
	gate_open(&go);
	gate_wait(&ready);
	return 0;
}

static void orphans(void)
{
	int *result = shared_alloc(64);

	begin();
	CHECK_EQ("a leader", child_run(leader_of_orphans, result), 0);
	CHECK_EQ("SESS-10 reads of orphaned groups fail", result[0], EIO);
	CHECK_EQ("SESS-10 and writes with TOSTOP", result[1], EIO);
	CHECK_EQ("SESS-10 and changes", result[2], EIO);
	pty_end(&p);
}

/* --- signals ------------------------------------------------------------- */

static int waits(void *arg)
{
	count_signals();
	if (arg)
		setpgid(0, 0);
	gate_open(&ready);
	for (;;)
		pause();
	return 0;
}

static int typed_signals(void *arg)
{
	struct winsize w = { 5, 6, 0, 0 };
	pid_t front, back;

	(void)arg;
	lead();
	signal(SIGTTOU, SIG_IGN);
	front = child_start(waits, &w);
	gate_wait(&ready);
	back = child_start(waits, NULL);
	gate_wait(&ready);
	need(!tcsetpgrp(p.slave, front));
	pty_type(p.master, "abc");
	CHECK("plain", GIVES(p.master, "abc"));
	pty_type(p.master, "\003");
	CHECK("^C", saw(SIGINT, 1));
	CHECK("shown", GIVES(p.master, "^C"));
	pty_type(p.master, "\034");
	CHECK("^\\", saw(SIGQUIT, 1) && GIVES(p.master, "^\\"));
	pty_type(p.master, "\032");
	CHECK("^Z", saw(SIGTSTP, 1) && GIVES(p.master, "^Z"));
	pty_type(p.master, "ab");
	CHECK("half a line", GIVES(p.master, "ab"));
	pty_type(p.master, "\003c\n");
	CHECK("what was typed is gone", saw(SIGINT, 2) &&
	      pty_waiting(p.slave, 2));
	CHECK("and shown as such", GIVES(p.master, "^Cc\r\n"));
	pty_set(p.slave, (struct pty_change){ .lon = NOFLSH });
	pty_type(p.master, "ab\003c\n");
	CHECK("but not with NOFLSH", saw(SIGINT, 3) &&
	      pty_waiting(p.slave, 6));
	pty_set(p.slave, (struct pty_change){ .loff = ISIG | NOFLSH });
	pty_type(p.master, "\003\n");
	CHECK("without ISIG it is a character", pty_waiting(p.slave, 8));
	CHECK_EQ("no signal", seen[SIGINT], 3);
	CHECK_OK("TIOCSIG", ioctl(p.master, TIOCSIG_, SIGINT));
	CHECK("sends it", saw(SIGINT, 4));
	CHECK_ERRNO("not any", ioctl(p.master, TIOCSIG_, SIGKILL), EINVAL);
	CHECK_ERRNO("not by the slave", ioctl(p.slave, TIOCSIG_, SIGINT),
		    ENOTTY);
	CHECK_OK("a new size", ioctl(p.master, TIOCSWINSZ, &w));
	CHECK("SIGWINCH", saw(SIGWINCH, 1));
	CHECK_OK("the same", ioctl(p.master, TIOCSWINSZ, &w));
	w.ws_col++;
	CHECK_OK("by the slave", ioctl(p.slave, TIOCSWINSZ, &w));
	CHECK("once more", saw(SIGWINCH, 2));
	child_kill(front);
	child_kill(back);
	return 0;
}

static void characters(void)
{
	begin();
	CHECK_EQ("typist", child_run(typed_signals, NULL), 0);
	pty_end(&p);
}

/* --- hang-ups ------------------------------------------------------------ */

static struct gate led;

/* Leads a session with another group in front. @arg: keeps the master. */
static int leads(void *arg)
{
	pid_t front;

	signal(SIGHUP, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	lead();
	if (!arg) {
		handle(SIGHUP, count, SA_RESTART);
		close(p.master);
	}
	front = child_start(waits, "");
	gate_wait(&ready);
	need(!tcsetpgrp(p.slave, front));
	gate_open(&led);
	gate_wait(&go);
	return 0;
}

static void master_hangs_up(void)
{
	pid_t pid;

	begin();
	gate_init(&led);
	pid = child_start(leads, NULL);
	gate_wait(&led);
	close(p.master);
	CHECK("the leader gets SIGHUP", saw(SIGHUP, 1));
	poll(NULL, 0, 50);
	CHECK_EQ("the foreground does not", seen[SIGHUP], 1);
	CHECK_EQ("has no terminal to write to", write(p.slave, "x", 1), -1);
	gate_open(&go);
	reap(pid);
	CHECK("until the leader ends", saw(SIGHUP, 2));
	CHECK("that sends SIGCONT too", saw(SIGCONT, 1));
	close(p.slave);
}

static void leader_ends(void)
{
	struct stat st;
	pid_t pid;

	begin();
	gate_init(&led);
	pid = child_start(leads, "");
	gate_wait(&led);
	CHECK_EQ("session of the terminal", tcgetsid(p.master), pid);
	gate_open(&go);
	reap(pid);
	CHECK("the foreground gets SIGHUP", saw(SIGHUP, 1));
	poll(NULL, 0, 50);
	CHECK_EQ("no SIGCONT", seen[SIGCONT], 0);
	CHECK_EQ("the terminal has no session",
		 tcgetsid(p.master) == -1 && errno == ENOTTY, 1);
	CHECK_EQ("nor foreground", tcgetpgrp(p.master), 0);
	CHECK("but goes on", write(p.slave, "x", 1) == 1 &&
	      GIVES(p.master, "x"));
	CHECK_OK("its name too", stat(p.name, &st));
	pty_end(&p);
}

static int hangs_itself_up(void *arg)
{
	char c;
	int fd;

	(void)arg;
	count_signals();
	lead();
	CHECK_EQ("before", has_tty(), 1);
	fd = open(p.name, O_RDWR);
	CHECK_OK("vhangup", sys(SYS_vhangup));
	CHECK("SIGHUP and SIGCONT", saw(SIGHUP, 1) && saw(SIGCONT, 1));
	CHECK_EQ("no terminal", has_tty(), 0);
	CHECK_EQ("its files are dead: read", read(fd, &c, 1), 0);
	CHECK_ERRNO("and write", write(fd, "x", 1), EIO);
	close(fd);
	close(p.slave);
	CHECK_OK("vhangup without", sys(SYS_vhangup));
	fd = open(p.name, O_RDWR);
	CHECK_EQ("opened again", has_tty(), 1);
	CHECK_EQ("it lives", write(fd, "x", 1), 1);
	become_user();
	CHECK_EQ("not a user's", sys(SYS_vhangup), -EPERM);
	return 0;
}

static void hanging_up(void)
{
	begin();
	CHECK_EQ("who hangs up", child_run(hangs_itself_up, NULL), 0);
	pty_end(&p);
}

/* --- /proc and namespaces ------------------------------------------------ */

/* fields 7 and 8 of stat: terminal and foreground */
static int stat_is(const char *path, long tty, long foreground)
{
	char text[1024], *at;
	long fields[2];

	if (proc_read(path, text, sizeof(text)) <= 0)
		return 0;
	at = strrchr(text, ')');
	if (!at || sscanf(at + 2, "%*c %*d %*d %*d %ld %ld", &fields[0],
			  &fields[1]) != 2)
		return 0;
	if (fields[0] == tty && fields[1] == foreground)
		return 1;
	test_note("terminal", fields[0]);
	test_note("foreground", fields[1]);
	return 0;
}

static int shown(void *arg)
{
	(void)arg;
	need(setsid() > 0);
	CHECK("without", stat_is("/proc/self/stat", 0, -1));
	need(!ioctl(p.slave, TIOCSCTTY, 0));
	CHECK("with", stat_is("/proc/self/stat", 136 << 8 | p.number,
			      getpid()));
	return 0;
}

static int inner(void *arg)
{
	pid_t pid;

	(void)arg;
	signal(SIGTTOU, SIG_IGN);
	CHECK_EQ("SESS-08 a foreground outside is 0", tcgetpgrp(p.slave), 0);
	CHECK_EQ("SESS-08 the session too", tcgetsid(p.slave), 0);
	CHECK_ERRNO("SESS-08 0 cannot be set", tcsetpgrp(p.slave, 0), ESRCH);
	CHECK_ERRNO("SESS-08 nor nobody", tcsetpgrp(p.slave, 77), ESRCH);
	need(!setpgid(0, 0));
	CHECK_OK("SESS-08 but one's own group 1", tcsetpgrp(p.slave, 1));
	CHECK_EQ("SESS-08 and asked for", tcgetpgrp(p.slave), 1);
	if (!ns_mount_proc("inner"))
		CHECK("SESS-08 and seen in /proc",
		      stat_is("inner/self/stat", 136 << 8 | p.number, 1));
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTIN, SIG_DFL);
		_exit(reads(NULL));
	}
	setpgid(pid, pid);
	{
		int status;

		need(waitpid(pid, &status, WUNTRACED) == pid);
		CHECK_STATUS("SESS-10 a background job inside stops", status,
			     STOPPED(SIGTTIN));
		child_kill(pid);
	}
	return 0;
}

static int outer(void *arg)
{
	pid_t pid;

	(void)arg;
	lead();
	signal(SIGTTOU, SIG_IGN);
	pid = ns_start(inner, NULL);
	CHECK_EXIT("SESS-08 inner", pid, 0);
	return 0;
}

/* The init of a namespace without a job-control parent in its session. */
static int lone_init(void *arg)
{
	(void)arg;
	lead();
	count_signals();
	CHECK_EQ("SESS-08 an init may lead", tcgetsid(p.slave), 1);
	pty_type(p.master, "\003");
	CHECK("SESS-10 and get signals", saw(SIGINT, 1));
	return 0;
}

static void numbers(void)
{
	begin();
	CHECK_EQ("/proc", child_run(shown, NULL), 0);
	CHECK_EQ("outer", child_run(outer, NULL), 0);
	CHECK_EQ("lone init", ns_run(lone_init, NULL), 0);
	pty_end(&p);
}

static const struct test tests[] = {
	{ "getting", getting, 0 },
	{ "stealing", stealing, 0 },
	{ "job control", job_control, 0 },
	{ "orphans", orphans, 0 },
	{ "characters", characters, 0 },
	{ "master hangs up", master_hangs_up, 0 },
	{ "leader ends", leader_ends, 0 },
	{ "hanging up", hanging_up, 0 },
	{ "numbers", numbers, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
