/*
 * tests/user/ns_cred.c - numbers in other interfaces
 *
 * What:  owners of files, holders of locks, priorities, limits, clocks,
 *        and capabilities, each with numbers of the caller's
 *        pid namespace.
 * Not:   credentials that pass through sockets are in unix_rights.c.
 * See:   pid_namespaces(7), fcntl(2); ids CRED and SIG of docs/pidns-table.md
 */
#include "lib/ns.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <time.h>

#define UNKNOWN		77
#define CALLS		11

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

static int owns_inside(void *arg)
{
	int fd = *(int *)arg;
	struct f_owner_ex own = { F_OWNER_PID, 0 };

	CHECK_EQ("CRED-04 an owner of outside is 0", fcntl(fd, F_GETOWN), 0);
	CHECK("CRED-04 in the long form too",
	      !fcntl(fd, F_GETOWN_EX, &own) && own.pid == 0);
	CHECK_ERRNO("CRED-04 an unknown number", fcntl(fd, F_SETOWN, UNKNOWN),
		    ESRCH);
	own.pid = UNKNOWN;
	CHECK_ERRNO("CRED-04 also that", fcntl(fd, F_SETOWN_EX, &own), ESRCH);
	need(!setpgid(0, 0));
	CHECK_OK("CRED-04 a group", fcntl(fd, F_SETOWN, -1));
	CHECK_EQ("CRED-04 is negative", fcntl(fd, F_GETOWN), -1);
	own.pid = 1;
	CHECK_OK("CRED-04 oneself", fcntl(fd, F_SETOWN_EX, &own));
	CHECK_EQ("CRED-04 is 1", fcntl(fd, F_GETOWN), 1);
	return wait_go(NULL);
}

static void owners(void)
{
	pid_t init;
	int fds[2];

	stage_set();
	need(!pipe(fds) && !fcntl(fds[0], F_SETOWN, getpid()));
	CHECK_EQ("CRED-04 the own number", fcntl(fds[0], F_GETOWN), getpid());
	init = ns_start(owns_inside, &fds[0]);
	gate_wait(&ready);
	CHECK_EQ("CRED-04 an owner inside has a number outside",
		 fcntl(fds[0], F_GETOWN), init);
	gate_open(&go);
	reap(init);
	CHECK_EQ("CRED-04 and is 0 when it is gone",
		 fcntl(fds[0], F_GETOWN), 0);
}

static pid_t holder(int fd, int command)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, command, &lock) || lock.l_type == F_UNLCK ? -2 :
	       lock.l_pid;
}

static int take_lock(void *arg)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	need(!fcntl(*(int *)arg, F_SETLK, &lock));
	return wait_go(NULL);
}

static int asks_for_locks(void *arg)
{
	int *fds = arg;
	pid_t pid = child_start(take_lock, &fds[1]);

	gate_wait(&ready);
	CHECK_EQ("CRED-05 the holder of a lock outside is 0",
		 holder(fds[0], F_GETLK), 0);
	CHECK_EQ("CRED-05 one inside is named", holder(fds[1], F_GETLK), pid);
	CHECK_EQ("CRED-05 one of an open file is -1",
		 holder(fds[2], F_GETLK), -1);
	gate_open(&go);
	reap(pid);
	return 6;
}

static void locks(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fds[3];
	int other;

	stage_set();
	fds[0] = open("a", O_RDWR | O_CREAT, 0600);
	fds[1] = open("b", O_RDWR | O_CREAT, 0600);
	fds[2] = open("c", O_RDWR | O_CREAT, 0600);
	other = open("c", O_RDWR);
	need(!fcntl(fds[0], F_SETLK, &lock));
	need(!fcntl(other, F_OFD_SETLK, &lock));
	CHECK_STATUS("CRED-05 a namespace", ns_run(asks_for_locks, fds),
		     EXITED(6));
}

/* calls that name a process: how each answers @nr */
static void each_call(pid_t nr, long want[CALLS])
{
	struct sched_param param = { 0 };
	unsigned long mask[16] = { 1 };
	struct timespec ts;
	struct rlimit limit;
	long head[2];
	int i = 0;

	want[i++] = sys(SYS_sched_getscheduler, nr);
	want[i++] = sys(SYS_sched_setscheduler, nr, 0, P(&param));
	want[i++] = sys(SYS_sched_getparam, nr, P(&param));
	want[i++] = sys(SYS_sched_setparam, nr, P(&param));
	want[i++] = sys(SYS_sched_getaffinity, nr, sizeof(mask), P(mask)) < 0 ?
		    -ESRCH : 0;
	want[i++] = sys(SYS_sched_setaffinity, nr, sizeof(mask), P(mask));
	want[i++] = sys(SYS_sched_rr_get_interval, nr, P(&ts));
	want[i++] = sys(SYS_prlimit64, nr, RLIMIT_NOFILE, 0, P(&limit));
	want[i++] = sys(SYS_setpriority, PRIO_PROCESS, nr, 0);
	want[i++] = sys(SYS_get_robust_list, nr, P(&head[0]), P(&head[1]));
	want[i++] = sys(SYS_kcmp, nr, nr, 0, 0, 0);
}

static int names_processes(void *arg)
{
	long own[CALLS], unknown[CALLS], outer[CALLS];
	int good = 0, missing = 0, hidden = 0;

	each_call(1, own);
	each_call(UNKNOWN, unknown);
	each_call(*(pid_t *)arg, outer);
	for (size_t i = 0; i < COUNT(own); i++) {
		good += own[i] == 0;
		missing += unknown[i] == -ESRCH;
		hidden += outer[i] == -ESRCH;
		if (own[i] || unknown[i] != -ESRCH || outer[i] != -ESRCH)
			test_note("call", (long)i);
	}
	CHECK_EQ("CRED-06 eleven calls know number 1", good, CALLS);
	CHECK_EQ("CRED-06 and not one that nobody has", missing, CALLS);
	CHECK_EQ("CRED-06 nor one of outside", hidden, CALLS);
	CHECK_EQ("CRED-06 nice of a process",
		 sys(SYS_getpriority, PRIO_PROCESS, 1), 20);
	CHECK_EQ("CRED-06 of nobody",
		 sys(SYS_getpriority, PRIO_PROCESS, UNKNOWN), -ESRCH);
	CHECK_EQ("CRED-06 of a group of nobody",
		 sys(SYS_getpriority, PRIO_PGRP, UNKNOWN), -ESRCH);
	CHECK_EQ("CRED-06 sched_getscheduler of -1",
		 sys(SYS_sched_getscheduler, -1), -EINVAL);
	CHECK_EQ("CRED-06 sched_getaffinity of -1",
		 sys(SYS_sched_getaffinity, -1, 128, P(own)), -ESRCH);
	CHECK_EQ("CRED-06 prlimit of -1",
		 sys(SYS_prlimit64, -1, RLIMIT_NOFILE, 0, 0), -ESRCH);
	return 6;
}

/* calls that a kernel may be built without */
static int optional_calls(void *arg)
{
	unsigned long node = 1;

	(void)arg;
	if (sys(SYS_ioprio_get, 1, 1) == -ENOSYS) {
		SKIP("CRED-06 ioprio_get", "no block devices");
	} else {
		CHECK("CRED-06 ioprio_get of 1",
		      sys(SYS_ioprio_get, 1, 1) >= 0);
		CHECK_EQ("CRED-06 ioprio_get of nobody",
			 sys(SYS_ioprio_get, 1, UNKNOWN), -ESRCH);
	}
	if (sys(SYS_migrate_pages, 1, 2, P(&node), P(&node)) == -ENOSYS) {
		SKIP("CRED-06 migrate_pages", "one memory node");
		return 6;
	}
	CHECK_EQ("CRED-06 migrate_pages of 1",
		 sys(SYS_migrate_pages, 1, 2, P(&node), P(&node)), 0);
	CHECK_EQ("CRED-06 migrate_pages of nobody",
		 sys(SYS_migrate_pages, UNKNOWN, 2, P(&node), P(&node)),
		 -ESRCH);
	return 6;
}

static int reads_memory(void *arg)
{
	static int there = 5;
	int here = 0;
	struct iovec to = { &here, sizeof(here) };
	struct iovec from = { &there, sizeof(there) };

	(void)arg;
	if (sys(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0) == -ENOSYS) {
		SKIP("CRED-06 process_vm_readv", "not in this kernel");
		return 6;
	}
	CHECK_EQ("CRED-06 process_vm_readv of 1",
		 sys(SYS_process_vm_readv, 1, P(&to), 1, P(&from), 1, 0),
		 sizeof(here));
	CHECK_EQ("CRED-06 of nobody",
		 sys(SYS_process_vm_readv, UNKNOWN, P(&to), 1, P(&from), 1,
		     0), -ESRCH);
	return here == 5 ? 6 : 7;
}

static int gets_caps(void *arg)
{
	struct __user_cap_header_struct head = {
		_LINUX_CAPABILITY_VERSION_3, 1
	};
	struct __user_cap_data_struct data[2];

	(void)arg;
	CHECK_EQ("USER-12 capget of 1", sys(SYS_capget, P(&head), P(data)),
		 0);
	head.pid = UNKNOWN;
	CHECK_EQ("USER-12 of nobody", sys(SYS_capget, P(&head), P(data)),
		 -ESRCH);
	head.pid = *(pid_t *)arg;
	CHECK_EQ("USER-12 of one outside", sys(SYS_capget, P(&head), P(data)),
		 -ESRCH);
	return 6;
}

/* an idle child whose number is none of a small namespace */
static pid_t big_idle(void)
{
	pid_t pid = child_idle();

	while (pid < 90) {
		child_kill(pid);
		pid = child_idle();
	}
	return pid;
}

static void naming(void)
{
	pid_t idle = big_idle();

	CHECK_STATUS("CRED-06 a namespace", ns_run(names_processes, &idle),
		     EXITED(6));
	CHECK_STATUS("CRED-06 another", ns_run(reads_memory, NULL),
		     EXITED(6));
	CHECK_STATUS("CRED-06 one more", ns_run(optional_calls, NULL),
		     EXITED(6));
	CHECK_STATUS("USER-12 a third", ns_run(gets_caps, &idle), EXITED(6));
	child_kill(idle);
}

#define SOME_UID	61000

static int be_some(void *arg)
{
	need(!setresuid(SOME_UID, SOME_UID, SOME_UID));
	return wait_go(arg);
}

static int renices_user(void *arg)
{
	pid_t pid = child_start(be_some, arg);

	gate_wait(&ready);
	CHECK_EQ("CRED-07 all of a user", sys(SYS_setpriority, PRIO_USER,
					      SOME_UID, 7), 0);
	CHECK_EQ("CRED-07 means those who are seen",
		 sys(SYS_getpriority, PRIO_PROCESS, pid), 20 - 7);
	gate_open(&go);
	gate_open(&go);
	reap(pid);
	return 6;
}

static void of_user(void)
{
	pid_t beside;

	stage_set();
	beside = child_start(be_some, NULL);
	gate_wait(&ready);
	CHECK_STATUS("CRED-07 a namespace", ns_run(renices_user, NULL),
		     EXITED(6));
	gate_open(&go);
	need(!waitid(P_PID, beside, NULL, WEXITED | WNOWAIT));
	CHECK_EQ("CRED-07 and nobody outside",
		 sys(SYS_getpriority, PRIO_PROCESS, beside), 20);
	reap(beside);
}

/* the clock of a process's CPU time; see clock_getcpuclockid(3) */
static clockid_t cpu_clock(pid_t pid)
{
	return (clockid_t)(~(unsigned int)pid << 3 | 2);
}

static int reads_clocks(void *arg)
{
	struct timespec ts;
	clockid_t own = cpu_clock(1), unknown = cpu_clock(UNKNOWN);
	clockid_t outer = cpu_clock(*(pid_t *)arg);

	CHECK_EQ("CRED-09 the CPU clock of 1",
		 sys(SYS_clock_gettime, own, P(&ts)), 0);
	CHECK_EQ("CRED-09 of nobody",
		 sys(SYS_clock_gettime, unknown, P(&ts)), -EINVAL);
	CHECK_EQ("CRED-09 of one outside",
		 sys(SYS_clock_gettime, outer, P(&ts)), -EINVAL);
	CHECK_EQ("CRED-09 its resolution",
		 sys(SYS_clock_getres, unknown, P(&ts)), -EINVAL);
	return 6;
}

static void clocks(void)
{
	pid_t idle = big_idle();

	CHECK_STATUS("CRED-09 a namespace", ns_run(reads_clocks, &idle),
		     EXITED(6));
	child_kill(idle);
}

/* --- System V IPC --------------------------------------------------------- */

static int add_one(int id)
{
	struct sembuf one = { 0, 1, 0 };

	return semop(id, &one, 1);
}

static int uses_semaphore(void *arg)
{
	int id = *(int *)arg;

	CHECK_EQ("CRED-08 who used a semaphore outside is 0",
		 semctl(id, 0, GETPID), 0);
	need(!add_one(id));
	CHECK_EQ("CRED-08 inside it is the own number",
		 semctl(id, 0, GETPID), 1);
	return wait_go(NULL);
}

static int uses_memory(void *arg)
{
	int *ids = arg;
	struct shmid_ds shm;
	struct msqid_ds msg;

	need(!shmctl(ids[0], IPC_STAT, &shm));
	CHECK("CRED-08 the maker of shared memory outside is 0",
	      shm.shm_cpid == 0);
	need(shmdt(shmat(ids[0], NULL, 0)) == 0);
	need(!shmctl(ids[0], IPC_STAT, &shm));
	CHECK_EQ("CRED-08 its last user is the own number", shm.shm_lpid, 1);
	need(!msgctl(ids[1], IPC_STAT, &msg));
	CHECK_EQ("CRED-08 the last sender outside is 0", msg.msg_lspid, 0);
	return 6;
}

static void semaphores(void)
{
	int id = semget(IPC_PRIVATE, 1, 0600);
	pid_t init;

	stage_set();
	need(id >= 0 && !add_one(id));
	CHECK_EQ("CRED-08 the own number", semctl(id, 0, GETPID), getpid());
	init = ns_start(uses_semaphore, &id);
	gate_wait(&ready);
	CHECK_EQ("CRED-08 one inside has a number outside",
		 semctl(id, 0, GETPID), init);
	gate_open(&go);
	reap(init);
	CHECK_EQ("CRED-08 and keeps it after its end",
		 semctl(id, 0, GETPID), init);
	semctl(id, 0, IPC_RMID);
}

static void shared_memory(void)
{
	struct { long type; char byte; } message = { 1, 'x' };
	struct shmid_ds shm;
	int ids[2];

	ids[0] = shmget(IPC_PRIVATE, 4096, 0600);
	ids[1] = msgget(IPC_PRIVATE, 0600);
	need(ids[0] >= 0 && ids[1] >= 0);
	need(!msgsnd(ids[1], &message, 1, 0));
	CHECK_STATUS("CRED-08 a namespace", ns_run(uses_memory, ids),
		     EXITED(6));
	need(!shmctl(ids[0], IPC_STAT, &shm));
	CHECK("CRED-08 its maker has a number here",
	      shm.shm_cpid == getpid() && shm.shm_lpid > 1);
	shmctl(ids[0], IPC_RMID, NULL);
	msgctl(ids[1], IPC_RMID, NULL);
}

/* --- signals -------------------------------------------------------------- */

static volatile sig_atomic_t caught, sender;

static void keep(int sig, siginfo_t *info, void *context)
{
	(void)context;
	caught = sig;
	sender = info->si_pid;
}

static int unblocks(void *arg)
{
	sigset_t pending;

	(void)arg;
	block(SIGUSR1);
	handle_info(SIGUSR1, keep, 0);
	gate_open(&ready);
	gate_wait(&go);
	sigpending(&pending);
	CHECK("SIG-25 a blocked signal from outside pends",
	      sigismember(&pending, SIGUSR1) && !caught);
	unblock(SIGUSR1);
	CHECK("SIG-25 and comes when it is unblocked",
	      caught == SIGUSR1 && sender == 0);
	return 6;
}

static void blocked(void)
{
	pid_t init;

	stage_set();
	init = ns_start(unblocks, NULL);
	gate_wait(&ready);
	kill(init, SIGUSR1);
	gate_open(&go);
	CHECK_EXIT("SIG-25 the init ends", init, 6);
}

static int kills_as_user(void *arg)
{
	(void)arg;
	become_user();
	return sys(SYS_kill, -1, 0) == 0 ? 6 : 7;
}

static int has_user(void *arg)
{
	pid_t idle = child_idle();
	int status = child_run(kills_as_user, arg);

	CHECK_STATUS("SIG-06 kill(-1) of what one may not kill is 0", status,
		     EXITED(6));
	child_kill(idle);
	return 6;
}

static void without_right(void)
{
	CHECK_STATUS("SIG-06 a namespace", ns_run(has_user, NULL),
		     EXITED(6));
}

static const struct test tests[] = {
	{ "owners", owners, 0 },
	{ "locks", locks, 0 },
	{ "naming", naming, 0 },
	{ "user", of_user, 0 },
	{ "clocks", clocks, 0 },
	{ "semaphores", semaphores, 0 },
	{ "shared memory", shared_memory, 0 },
	{ "blocked", blocked, 0 },
	{ "without right", without_right, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
