/*
 * tests/user/sysv_sem.c - System V semaphores
 *
 * What:  sets and keys, operations that happen together or not at all,
 *        sleeping, adjustments at exit, semctl, limits, rights, namespaces.
 * See:   semget(2), semop(2), semctl(2); ids of the catalogue, family CRED
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>

union semun {
	int val;
	struct semid_ds *buf;
	unsigned short *array;
	struct seminfo *info;
};

#define KEY	0x4e536d31

static int set_id;

static int make(int n)
{
	int id = semget(IPC_PRIVATE, n, IPC_CREAT | 0600);

	need(id >= 0);
	return id;
}

static void drop(int id)
{
	need(!semctl(id, 0, IPC_RMID));
}

static int op(int id, int num, int n, int flags)
{
	struct sembuf b = { (unsigned short)num, (short)n, (short)flags };

	return semop(id, &b, 1);
}

static int value(int id, int num)
{
	return semctl(id, num, GETVAL);
}

static void keys(void)
{
	int a, b, id;

	CHECK_ERRNO("a key without a set", semget(KEY, 1, 0600), ENOENT);
	CHECK_ERRNO("a set of none", semget(KEY, 0, IPC_CREAT | 0600), EINVAL);
	CHECK_ERRNO("fewer than none", semget(KEY, -1, IPC_CREAT), EINVAL);
	CHECK_ERRNO("more than the limit", semget(KEY, 32001, IPC_CREAT),
		    EINVAL);
	id = semget(KEY, 3, IPC_CREAT | 0640);
	CHECK_OK("a new set", id);
	CHECK_EQ("its key finds it", semget(KEY, 0, 0), id);
	CHECK_EQ("and creation too", semget(KEY, 3, IPC_CREAT), id);
	CHECK_ERRNO("it is too small", semget(KEY, 4, 0), EINVAL);
	CHECK_ERRNO("exclusive", semget(KEY, 3, IPC_CREAT | IPC_EXCL), EEXIST);
	CHECK_OK("removed", semctl(id, 0, IPC_RMID));
	CHECK_ERRNO("its id is gone", semctl(id, 0, GETVAL), EINVAL);
	CHECK_ERRNO("removed twice", semctl(id, 0, IPC_RMID), EINVAL);
	a = make(1);
	b = make(1);
	CHECK("two private ones differ", a != b);
	drop(a);
	drop(b);
	a = make(1);
	CHECK("an id does not come again at once", a != b);
	drop(a);
}

static void arguments(void)
{
	int id = make(2);
	struct sembuf b[2] = { { 0, 1, 0 }, { 1, -1, IPC_NOWAIT } };
	struct sembuf many[501];
	union semun u = { .val = 32768 };

	memset(many, 0, sizeof(many));
	CHECK_ERRNO("no operation", semop(id, b, 0), EINVAL);
	CHECK_ERRNO("too many", semop(id, many, 501), E2BIG);
	CHECK_ERRNO("a bad address", semop(id, (void *)8, 1), EFAULT);
	CHECK_ERRNO("a negative id", semop(-1, b, 1), EINVAL);
	CHECK_ERRNO("no such semaphore", op(id, 2, 1, 0), EFBIG);
	CHECK_ERRNO("all or nothing", semop(id, b, 2), EAGAIN);
	CHECK_EQ("nothing", value(id, 0), 0);
	CHECK_OK("up to the limit", op(id, 0, 32767, 0));
	CHECK_ERRNO("above it", op(id, 0, 1, 0), ERANGE);
	CHECK_ERRNO("not zero", op(id, 0, 0, IPC_NOWAIT), EAGAIN);
	CHECK_ERRNO("set too high", semctl(id, 0, SETVAL, u), ERANGE);
	u.val = -1;
	CHECK_ERRNO("set below zero", semctl(id, 0, SETVAL, u), ERANGE);
	CHECK_ERRNO("no such semaphore to read", value(id, 2), EINVAL);
	CHECK_ERRNO("no such command", semctl(id, 0, 99), EINVAL);
	drop(id);
	CHECK_ERRNO("operate on a removed one", op(id, 0, 1, 0), EINVAL);
}

static int take(void *arg)
{
	return op(set_id, 0, -*(int *)arg, 0) ? errno : 0;
}

static int want_zero(void *arg)
{
	(void)arg;
	return op(set_id, 1, 0, 0) ? errno : 0;
}

static pid_t taker(int n)
{
	pid_t pid = child_start(take, &n);

	proc_await(pid, "S");
	return pid;
}

static void sleepers(void)
{
	pid_t one, two, zero;

	set_id = make(2);
	op(set_id, 1, 1, 0);
	two = taker(2);
	one = taker(1);
	zero = child_start(want_zero, NULL);
	proc_await(zero, "S");
	CHECK_EQ("who waits for more", semctl(set_id, 0, GETNCNT), 2);
	CHECK_EQ("who waits for zero", semctl(set_id, 1, GETZCNT), 1);
	CHECK_EQ("nobody else", semctl(set_id, 0, GETZCNT), 0);
	op(set_id, 0, 1, 0);
	CHECK_EXIT("one fits", one, 0);
	CHECK_EQ("the other waits", semctl(set_id, 0, GETNCNT), 1);
	op(set_id, 1, -1, 0);
	CHECK_EXIT("zero came", zero, 0);
	op(set_id, 0, 2, 0);
	CHECK_EXIT("two fit", two, 0);
	CHECK_EQ("all is used up", value(set_id, 0), 0);
	one = taker(1);
	semctl(set_id, 0, SETVAL, (union semun){ .val = 1 });
	CHECK_EXIT("SETVAL wakes", one, 0);
	one = taker(1);
	drop(set_id);
	CHECK_EXIT("removal wakes", one, EIDRM);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static int interrupted(void *arg)
{
	int n = 1;

	(void)arg;
	handle(SIGUSR1, on_alarm, SA_RESTART);
	return take(&n);
}

static void ends_of_sleep(void)
{
	struct timespec limit = { 0, 20000000 }, bad = { 0, 1000000000 };
	struct timespec t0, t1;
	struct sembuf b = { 0, -1, 0 };
	pid_t pid;

	set_id = make(1);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	CHECK_ERRNO("late", semtimedop(set_id, &b, 1, &limit), EAGAIN);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	CHECK("not early", (t1.tv_sec - t0.tv_sec) * 1000000000L +
			   t1.tv_nsec - t0.tv_nsec >= 20000000);
	CHECK_ERRNO("a bad time", semtimedop(set_id, &b, 1, &bad), EINVAL);
	CHECK_EQ("a time at a bad address",
		 sys(SYS_semtimedop, set_id, P(&b), 1, 8), -EFAULT);
	pid = child_start(interrupted, NULL);
	proc_await(pid, "S");
	kill(pid, SIGUSR1);
	CHECK_EXIT("a signal ends it, whatever SA_RESTART says", pid, EINTR);
	CHECK_EQ("and nobody waits", semctl(set_id, 0, GETNCNT), 0);
	drop(set_id);
}

static int undo_some(void *arg)
{
	(void)arg;
	need(!op(set_id, 0, 5, SEM_UNDO));
	need(!op(set_id, 0, -2, SEM_UNDO));
	need(!op(set_id, 1, -1, SEM_UNDO));
	return value(set_id, 0) * 10 + value(set_id, 1);
}

static int undo_then_set(void *arg)
{
	(void)arg;
	need(!op(set_id, 0, 5, SEM_UNDO));
	need(!semctl(set_id, 0, SETVAL, (union semun){ .val = 7 }));
	return 0;
}

static int undo_below_zero(void *arg)
{
	(void)arg;
	need(!op(set_id, 0, 5, SEM_UNDO));
	need(!op(set_id, 0, -4, 0));
	return 0;
}

static int undo_and_exec(void *arg)
{
	(void)arg;
	need(!op(set_id, 1, -1, SEM_UNDO));
	execl("/proc/self/exe", "sysv_sem", "exit", (char *)NULL);
	return 99;
}

static int fork_inherits_none(void *arg)
{
	pid_t pid;

	(void)arg;
	need(!op(set_id, 0, 1, SEM_UNDO));
	pid = fork();
	if (!pid)
		_exit(0);
	reap(pid);
	return value(set_id, 0);
}

static void undo(void)
{
	pid_t pid;
	int n = 1;

	set_id = make(2);
	op(set_id, 1, 1, 0);
	CHECK_STATUS("while it lives", child_run(undo_some, NULL), EXITED(30));
	CHECK_EQ("its death gives back", value(set_id, 0), 0);
	CHECK_EQ("and takes back", value(set_id, 1), 1);
	CHECK_STATUS("SETVAL forgets", child_run(undo_then_set, NULL),
		     EXITED(0));
	CHECK_EQ("forgotten", value(set_id, 0), 7);
	semctl(set_id, 0, SETVAL, (union semun){ .val = 0 });
	child_run(undo_below_zero, NULL);
	CHECK_EQ("not below zero", value(set_id, 0), 0);
	CHECK_STATUS("exec keeps it", child_run(undo_and_exec, NULL),
		     EXITED(0));
	CHECK_EQ("until the end", value(set_id, 1), 1);
	CHECK_STATUS("a child has its own", child_run(fork_inherits_none, NULL),
		     EXITED(1));
	CHECK_ERRNO("too much to take back",
		    op(set_id, 0, 32767, SEM_UNDO) ? -1 :
		    op(set_id, 0, -32767, 0) ? 0 :
		    op(set_id, 0, 2, SEM_UNDO), ERANGE);
	/* somebody sleeps for what comes back */
	op(set_id, 1, -1, SEM_UNDO);
	pid = taker(n);
	semctl(set_id, 0, SETVAL, (union semun){ .val = 1 });
	CHECK_EXIT("woken", pid, 0);
	drop(set_id);
}

static int killed_holder(void *arg)
{
	(void)arg;
	need(!op(set_id, 0, -1, SEM_UNDO));
	pause();
	return 0;
}

static void undo_wakes(void)
{
	pid_t holder, waiter;
	int n = 1;

	set_id = make(1);
	op(set_id, 0, 1, 0);
	holder = child_start(killed_holder, NULL);
	proc_await(holder, "S");
	waiter = child_start(take, &n);
	proc_await(waiter, "S");
	CHECK_EQ("it is taken", value(set_id, 0), 0);
	child_kill(holder);
	CHECK_EXIT("the holder's death lets the next one in", waiter, 0);
	drop(set_id);
}

static int thread_adds(void *arg)
{
	(void)arg;
	need(!op(set_id, 0, 3, SEM_UNDO));
	return 0;
}

/* threads with CLONE_SYSVSEM: the adjustment waits for the last of them */
static int sharing_threads(void *arg)
{
	struct thread t;

	(void)arg;
	thread_start(&t, thread_adds, NULL);
	thread_join(&t);
	return value(set_id, 0);
}

static int lonely_thread(void *arg)
{
	struct thread t;

	(void)arg;
	need(thread_clone(&t, THREAD_FLAGS & ~CLONE_SYSVSEM, thread_adds,
			  NULL) > 0);
	thread_join(&t);
	/* the tid word is cleared before the semaphores */
	for (int i = 0; value(set_id, 0) && i < 1000; i++)
		sys(SYS_sched_yield);
	return value(set_id, 0);
}

static int unshared(void *arg)
{
	(void)arg;
	need(!op(set_id, 0, 3, SEM_UNDO));
	need(!sys(SYS_unshare, CLONE_SYSVSEM));
	return value(set_id, 0);
}

static void undo_shared(void)
{
	set_id = make(1);
	CHECK_STATUS("a thread's end is not enough",
		     child_run(sharing_threads, NULL), EXITED(3));
	CHECK_EQ("the process's is", value(set_id, 0), 0);
	CHECK_STATUS("without CLONE_SYSVSEM it is",
		     child_run(lonely_thread, NULL), EXITED(0));
	CHECK_STATUS("unshare carries it out", child_run(unshared, NULL),
		     EXITED(0));
	drop(set_id);
}

static void control(void)
{
	unsigned short v[3] = { 1, 2, 3 }, w[3] = { 0 };
	struct semid_ds ds;
	union semun u = { .array = v };
	int id = make(3);

	memset(&ds, 0, sizeof(ds));
	CHECK_OK("SETALL", semctl(id, 0, SETALL, u));
	u.array = w;
	CHECK_OK("GETALL", semctl(id, 0, GETALL, u));
	CHECK("as set", !memcmp(v, w, sizeof(v)));
	v[1] = 40000;
	u.array = v;
	CHECK_ERRNO("one too high", semctl(id, 0, SETALL, u), ERANGE);
	u.array = (void *)8;
	CHECK_ERRNO("a bad address", semctl(id, 0, SETALL, u), EFAULT);
	u.buf = &ds;
	CHECK_OK("IPC_STAT", semctl(id, 0, IPC_STAT, u));
	CHECK_EQ("its size", ds.sem_nsems, 3);
	CHECK_EQ("its mode", ds.sem_perm.mode, 0600);
	CHECK_EQ("nothing was done", ds.sem_otime, 0);
	CHECK("made a while ago", ds.sem_ctime >= 0 &&
				  ds.sem_ctime <= time(NULL));
	op(id, 0, 1, 0);
	semctl(id, 0, IPC_STAT, u);
	CHECK("something was done", ds.sem_otime != 0 || time(NULL) < 2);
	ds.sem_perm.mode = 0640;
	ds.sem_perm.uid = 12345;
	CHECK_OK("IPC_SET", semctl(id, 0, IPC_SET, u));
	semctl(id, 0, IPC_STAT, u);
	CHECK_EQ("its new mode", ds.sem_perm.mode, 0640);
	CHECK_EQ("its new owner", ds.sem_perm.uid, 12345);
	CHECK_EQ("its creator stays", ds.sem_perm.cuid, 0);
	u.buf = (void *)8;
	CHECK_ERRNO("a bad address for IPC_STAT", semctl(id, 0, IPC_STAT, u),
		    EFAULT);
	drop(id);
}

static void information(void)
{
	struct seminfo info;
	union semun u = { .info = &info };
	struct semid_ds ds;
	int id = make(5), highest;

	memset(&info, 0, sizeof(info));
	highest = semctl(0, 0, IPC_INFO, u);
	CHECK_OK("IPC_INFO", highest);
	CHECK_EQ("largest value", info.semvmx, 32767);
	CHECK_EQ("operations of a call", info.semopm, 500);
	CHECK_EQ("semaphores of a set", info.semmsl, 32000);
	CHECK_EQ("SEM_INFO", semctl(0, 0, SEM_INFO, u), highest);
	CHECK_EQ("sets", info.semusz, 1);
	CHECK_EQ("semaphores", info.semaem, 5);
	u.buf = &ds;
	CHECK_EQ("SEM_STAT finds by index", semctl(id & 0x7fff, 0, SEM_STAT, u),
		 id);
	CHECK_EQ("SEM_STAT_ANY too", semctl(id & 0x7fff, 0, 20, u), id);
	CHECK_ERRNO("an index without a set",
		    semctl((id & 0x7fff) + 1, 0, SEM_STAT, u), EINVAL);
	drop(id);
}

static void proc_files(void)
{
	char text[4096], want[256], limits[64];
	int id = semget(KEY, 5, IPC_CREAT | 0604);
	const char *line;

	need(id >= 0);
	need(proc_read("/proc/sysvipc/sem", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%10d %10d  %4o %10u %5u %5u %5u %5u ",
		 KEY, id, 0604, 5, 0, 0, 0, 0);
	line = strstr(text, want);
	CHECK("a line of /proc/sysvipc/sem", line != NULL);
	CHECK("below a heading",
	      !strncmp(text, "       key      semid perms      nsems   uid   "
			     "gid  cuid  cgid      otime      ctime\n", 81));
	CHECK("the limits", proc_read("/proc/sys/kernel/sem", limits,
				      sizeof(limits)) > 0 &&
			    !strcmp(limits, "32000\t1024000000\t500\t32000\n"));
	drop(id);
}

static int limited(void *arg)
{
	char limits[64];
	int a, b;

	(void)arg;
	need(!proc_write("/proc/sys/kernel/sem", "10 12 3 2"));
	CHECK_ERRNO("more than a set may have", semget(IPC_PRIVATE, 11, 0600),
		    EINVAL);
	a = make(10);
	CHECK_ERRNO("more than all may have", semget(IPC_PRIVATE, 3, 0600),
		    ENOSPC);
	b = make(1);
	CHECK_ERRNO("more sets", semget(IPC_PRIVATE, 1, 0600), ENOSPC);
	CHECK_ERRNO("more operations",
		    semop(a, (struct sembuf[4]){ { 0, 1, 0 } }, 4), E2BIG);
	drop(a);
	drop(b);
	/* the first three count, though the last is too much */
	CHECK_EQ("more sets than there can be",
		 proc_put("/proc/sys/kernel/sem", "20 30 4 32769"), -ERANGE);
	CHECK("which is as before", proc_read("/proc/sys/kernel/sem", limits,
					      sizeof(limits)) > 0 &&
				    !strcmp(limits, "20\t30\t4\t2\n"));
	CHECK_EQ("as many as there can be",
		 proc_put("/proc/sys/kernel/sem", "20 30 4 32768"), 0);
	return 0;
}

static int in_new_ns(int (*fn)(void *arg))
{
	long pid = ns_clone(CLONE_NEWIPC);

	need(pid >= 0);
	if (!pid)
		_exit(fn(NULL));
	return reap((pid_t)pid);
}

static int cannot_see(void *arg)
{
	(void)arg;
	CHECK_ERRNO("a key of another namespace", semget(KEY, 1, 0), ENOENT);
	CHECK_ERRNO("an id of another namespace", value(set_id, 0), EINVAL);
	CHECK_EQ("the same key once more; ids begin with 0",
		 semget(KEY, 1, IPC_CREAT | 0600), 0);
	return 0;
}

static void namespaces(void)
{
	char limits[64];

	set_id = semget(KEY, 1, IPC_CREAT | 0600);
	CHECK_STATUS("another world", in_new_ns(cannot_see), EXITED(0));
	CHECK_STATUS("its limits", in_new_ns(limited), EXITED(0));
	CHECK("are its own", proc_read("/proc/sys/kernel/sem", limits,
				       sizeof(limits)) > 0 &&
			     !strncmp(limits, "32000\t", 6));
	CHECK_EQ("the first set is still there", value(set_id, 0), 0);
	drop(set_id);
}

static int stranger(void *arg)
{
	struct semid_ds ds;
	union semun u = { .buf = &ds };

	(void)arg;
	become_user();
	CHECK_ERRNO("no right to read", value(set_id, 0), EACCES);
	CHECK_ERRNO("to stat", semctl(set_id, 0, IPC_STAT, u), EACCES);
	CHECK_EQ("SEM_STAT_ANY needs none",
		 semctl(set_id & 0x7fff, 0, 20, u), set_id);
	CHECK_ERRNO("to alter", op(set_id, 0, 1, 0), EACCES);
	CHECK_ERRNO("to look up", semget(KEY, 0, 0400), EACCES);
	CHECK_EQ("nothing asked, nothing refused", semget(KEY, 0, 0), set_id);
	CHECK_ERRNO("to remove", semctl(set_id, 0, IPC_RMID), EPERM);
	return 0;
}

static int reader(void *arg)
{
	(void)arg;
	become_user();
	CHECK_EQ("the right to read", value(set_id, 0), 0);
	CHECK_OK("and to wait for zero", op(set_id, 0, 0, IPC_NOWAIT));
	CHECK_ERRNO("but not to alter", op(set_id, 0, 1, 0), EACCES);
	return 0;
}

static void rights(void)
{
	struct semid_ds ds;
	union semun u = { .buf = &ds };

	set_id = semget(KEY, 1, IPC_CREAT | 0600);
	CHECK_STATUS("a stranger", child_run(stranger, NULL), EXITED(0));
	semctl(set_id, 0, IPC_STAT, u);
	ds.sem_perm.mode = 0604;
	need(!semctl(set_id, 0, IPC_SET, u));
	CHECK_STATUS("a reader", child_run(reader, NULL), EXITED(0));
	drop(set_id);
}

static int post_as_init(void *arg)
{
	(void)arg;
	need(!op(set_id, 0, 1, 0));
	return semctl(set_id, 0, GETPID);
}

static int look_as_init(void *arg)
{
	(void)arg;
	return semctl(set_id, 0, GETPID);
}

static void pids(void)
{
	pid_t pid;

	set_id = make(1);
	CHECK_EQ("CRED-08: nobody yet", semctl(set_id, 0, GETPID), 0);
	pid = ns_start(post_as_init, NULL);
	CHECK_EXIT("CRED-08: an init is 1 for itself", pid, 1);
	CHECK_EQ("CRED-08: outside, and after its death, its number here",
		 semctl(set_id, 0, GETPID), pid);
	op(set_id, 0, -1, 0);
	CHECK_EQ("CRED-08: ourselves", semctl(set_id, 0, GETPID), getpid());
	CHECK_STATUS("CRED-08: invisible inside is 0",
		     ns_run(look_as_init, NULL), EXITED(0));
	drop(set_id);
}

#define ROUNDS	300

static int pinger(void *arg)
{
	int me = *(int *)arg;

	for (int i = 0; i < ROUNDS; i++) {
		if (op(set_id, me, -1, 0) || op(set_id, !me, 1, 0))
			return 1;
	}
	return 0;
}

static void ping_pong(void)
{
	pid_t a, b;
	int n = 0;

	set_id = make(2);
	op(set_id, 0, 1, 0);
	a = child_start(pinger, &n);
	n = 1;
	b = child_start(pinger, &n);
	CHECK_EXIT("one player", a, 0);
	CHECK_EXIT("the other", b, 0);
	CHECK_EQ("the ball is back", value(set_id, 0), 1);
	drop(set_id);
}

static int many_sets(void *arg)
{
	static int ids[3000];

	(void)arg;
	for (int i = 0; i < 3000; i++) {
		ids[i] = semget(KEY + 1 + i, 1, IPC_CREAT | IPC_EXCL | 0600);
		if (ids[i] < 0)
			return 1;
	}
	for (int i = 0; i < 3000; i++) {
		if (semget(KEY + 1 + i, 1, 0) != ids[i])
			return 2;
	}
	return 0;	/* the namespace's end removes them */
}

static void growth(void)
{
	CHECK_STATUS("thousands of sets", in_new_ns(many_sets), EXITED(0));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "keys", keys, 0 },
		{ "arguments", arguments, 0 },
		{ "sleepers", sleepers, 0 },
		{ "ends_of_sleep", ends_of_sleep, 0 },
		{ "undo", undo, 0 },
		{ "undo_wakes", undo_wakes, 0 },
		{ "undo_shared", undo_shared, 0 },
		{ "control", control, 0 },
		{ "information", information, 0 },
		{ "proc_files", proc_files, 0 },
		{ "namespaces", namespaces, 0 },
		{ "rights", rights, 0 },
		{ "pids", pids, 0 },
		{ "ping_pong", ping_pong, 0 },
		{ "growth", growth, 0 },
	};

	if (argc > 1 && !strcmp(argv[1], "exit"))
		return 0;
	return test_main(tests, COUNT(tests));
}
