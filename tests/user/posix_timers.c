/*
 * tests/user/posix_timers.c - timers of timer_create
 *
 * What:  kinds of notice, what the signal tells, overruns, absolute times,
 *        processor time, what exec and fork leave, errors.
 * See:   timer_create(2), timer_settime(2), timer_getoverrun(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>

#define MS 1000000l

/* the kernel's structure, without libc's threads */
struct event {
	union sigval value;
	int signo, notify;
	int tid;
	int pad[11];
};

static siginfo_t info;
static sigset_t set;

static int create(int clock, int notify, int sig, long value)
{
	struct event e = {
		.value.sival_ptr = (void *)value, .signo = sig,
		.notify = notify, .tid = (int)sys(SYS_gettid),
	};
	int id = -1;
	long err = sys(SYS_timer_create, clock, P(&e), P(&id));

	return err ? (int)err : id;
}

static long set_time(int id, int flags, long value_ns, long interval_ns)
{
	struct itimerspec its = {
		.it_value = { value_ns / 1000000000, value_ns % 1000000000 },
		.it_interval = { interval_ns / 1000000000,
				 interval_ns % 1000000000 },
	};

	return sys(SYS_timer_settime, id, flags, P(&its), 0);
}

static long left_ns(int id)
{
	struct itimerspec its;

	if (sys(SYS_timer_gettime, id, P(&its)))
		return -1;
	return its.it_value.tv_sec * 1000000000 + its.it_value.tv_nsec;
}

/* wait for the signal, at most so long */
static int wait_for(int sig, long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * MS };

	sigemptyset(&set);
	sigaddset(&set, sig);
	memset(&info, 0, sizeof(info));
	return (int)sys(SYS_rt_sigtimedwait, P(&set), P(&info), P(&ts), 8);
}

static void once(void)
{
	int id;

	block(SIGUSR1);
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0x1234567890);
	CHECK("created", id >= 0);
	CHECK_EQ("not set", left_ns(id), 0);
	CHECK_EQ("set", set_time(id, 0, 50 * MS, 0), 0);
	CHECK("time left", left_ns(id) > 0 && left_ns(id) <= 50 * MS);
	CHECK_EQ("comes", wait_for(SIGUSR1, 20000), SIGUSR1);
	CHECK_EQ("code", info.si_code, SI_TIMER);
	CHECK_EQ("which", info.si_timerid, id);
	CHECK_EQ("value", (long)info.si_value.sival_ptr, 0x1234567890);
	CHECK_EQ("no overrun", info.si_overrun, 0);
	CHECK_EQ("over", left_ns(id), 0);
	CHECK_EQ("once", wait_for(SIGUSR1, 100), -EAGAIN);
	set_time(id, 0, 50 * MS, 0);
	set_time(id, 0, 0, 0);
	CHECK_EQ("stopped", wait_for(SIGUSR1, 100), -EAGAIN);
	CHECK_EQ("deleted", sys(SYS_timer_delete, id), 0);
	CHECK_EQ("gone", sys(SYS_timer_delete, id), -EINVAL);
}

static void default_event(void)
{
	int id = -1;

	block(SIGALRM);
	CHECK_EQ("created", sys(SYS_timer_create, CLOCK_REALTIME, 0, P(&id)),
		 0);
	set_time(id, 0, 1, 0);
	CHECK_EQ("SIGALRM", wait_for(SIGALRM, 20000), SIGALRM);
	CHECK_EQ("with its number", info.si_value.sival_int, id);
}

static void overruns(void)
{
	int id;
	long n;

	block(SIGUSR1);
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);
	set_time(id, 0, 10 * MS, 10 * MS);
	usleep(155000);
	CHECK("next one ahead", left_ns(id) > 0 && left_ns(id) <= 10 * MS);
	CHECK_EQ("one signal", wait_for(SIGUSR1, 0), SIGUSR1);
	n = info.si_overrun;
	CHECK("for many", n >= 13 && n < 1000);
	CHECK_EQ("told by a call", sys(SYS_timer_getoverrun, id), n);
	set_time(id, 0, 10 * MS, 10 * MS);
	CHECK_EQ("forgotten", sys(SYS_timer_getoverrun, id), 0);
	CHECK_EQ("it comes", wait_for(SIGUSR1, 20000), SIGUSR1);
	CHECK_EQ("it goes on", wait_for(SIGUSR1, 20000), SIGUSR1);
}

static void absolute(void)
{
	static const int clocks[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
	};

	block(SIGRTMIN);
	for (unsigned int i = 0; i < COUNT(clocks); i++) {
		int id = create(clocks[i], SIGEV_SIGNAL, SIGRTMIN, 0);
		struct timespec ts;
		long at;

		clock_gettime(clocks[i], &ts);
		at = ts.tv_sec * 1000000000 + ts.tv_nsec + 30 * MS;
		set_time(id, TIMER_ABSTIME, at, 0);
		CHECK_EQ("comes", wait_for(SIGRTMIN, 20000), SIGRTMIN);
		clock_gettime(clocks[i], &ts);
		CHECK("in time", ts.tv_sec * 1000000000 + ts.tv_nsec >= at);
		set_time(id, TIMER_ABSTIME, 1, 0);
		CHECK_EQ("long past", wait_for(SIGRTMIN, 20000), SIGRTMIN);
	}
}

static void clock_jumps(void)
{
	int id = create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGRTMIN, 0);
	struct timespec ts;
	long hour = 3600l * 1000000000;

	block(SIGRTMIN);
	clock_gettime(CLOCK_REALTIME, &ts);
	set_time(id, TIMER_ABSTIME, ts.tv_sec * 1000000000 + hour, 0);
	CHECK_EQ("not yet", wait_for(SIGRTMIN, 20), -EAGAIN);
	ts.tv_sec += 3601;
	need(!clock_settime(CLOCK_REALTIME, &ts));
	CHECK_EQ("the clock was set", wait_for(SIGRTMIN, 20000), SIGRTMIN);
	ts.tv_sec -= 3601;
	need(!clock_settime(CLOCK_REALTIME, &ts));
}

static void silent(void)
{
	int id = create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0);

	set_time(id, 0, 50 * MS, 0);
	CHECK("runs", left_ns(id) > 0);
	usleep(60000);
	CHECK_EQ("over", left_ns(id), 0);
	set_time(id, 0, 10 * MS, 10 * MS);
	usleep(50000);
	CHECK("periodic", left_ns(id) > 0 && left_ns(id) <= 10 * MS);
}

static void to_thread(void)
{
	int id;

	block(SIGUSR1);
	id = create(CLOCK_MONOTONIC, SIGEV_THREAD_ID, SIGUSR1, 5);
	CHECK("created", id >= 0);
	set_time(id, 0, 10 * MS, 0);
	CHECK_EQ("comes", wait_for(SIGUSR1, 20000), SIGUSR1);
	CHECK_EQ("value", info.si_value.sival_int, 5);
}

static void several(void)
{
	int a, b;

	block(SIGUSR1);
	a = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 1);
	b = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 2);
	CHECK_EQ("numbers in turn", b, a + 1);
	set_time(a, 0, MS, 0);
	usleep(20000);
	set_time(b, 0, MS, 0);
	usleep(20000);
	CHECK_EQ("first", wait_for(SIGUSR1, 0), SIGUSR1);
	CHECK_EQ("first", info.si_value.sival_int, 1);
	CHECK_EQ("an entry each", wait_for(SIGUSR1, 0), SIGUSR1);
	CHECK_EQ("second", info.si_value.sival_int, 2);
	set_time(a, 0, MS, 0);
	usleep(20000);
	CHECK_EQ("deleted", sys(SYS_timer_delete, a), 0);
	sys(SYS_timer_delete, b);
}

static volatile int spins;

static void processor_time(void)
{
	static const int clocks[] = {
		CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
	};

	block(SIGUSR1);
	for (unsigned int i = 0; i < COUNT(clocks); i++) {
		int id = create(clocks[i], SIGEV_SIGNAL, SIGUSR1, 0);
		struct timespec before, after;
		sigset_t pending;
		long used;

		CHECK("created", id >= 0);
		clock_gettime(clocks[i], &before);
		set_time(id, 0, 50 * MS, 0);
		CHECK_EQ("sleep does not count", wait_for(SIGUSR1, 150),
			 -EAGAIN);
		do {
			for (int n = 0; n < 1000; n++)
				spins++;
			sigpending(&pending);
		} while (!sigismember(&pending, SIGUSR1));
		clock_gettime(clocks[i], &after);
		used = (after.tv_sec - before.tv_sec) * 1000000000 +
		       after.tv_nsec - before.tv_nsec;
		CHECK("work does", used >= 50 * MS);
		CHECK_EQ("taken", wait_for(SIGUSR1, 0), SIGUSR1);
	}
}

static void by_signalfd(void)
{
	struct signalfd_siginfo si;
	int id, fd;

	block(SIGUSR1);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	fd = signalfd(-1, &set, 0);
	id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 77);
	set_time(id, 0, 10 * MS, 10 * MS);
	usleep(65000);
	CHECK_EQ("read", read(fd, &si, sizeof(si)), sizeof(si));
	CHECK_EQ("code", si.ssi_code, SI_TIMER);
	CHECK_EQ("which", si.ssi_tid, id);
	CHECK_EQ("value", si.ssi_int, 77);
	CHECK("overruns", si.ssi_overrun >= 4);
	CHECK_EQ("and again", read(fd, &si, sizeof(si)), sizeof(si));
}

static int check_child(void *arg)
{
	return sys(SYS_timer_gettime, (long)arg, P(&info)) == -EINVAL ? 0 : 1;
}

static void fork_has_none(void)
{
	int id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);

	set_time(id, 0, 100000 * MS, 0);
	CHECK_EXIT("child", child_start(check_child, (void *)(long)id), 0);
	CHECK("parent's goes on", left_ns(id) > 0);
}

static void exec_deletes(void)
{
	pid_t pid = fork();

	if (!pid) {
		char *argv[] = { "/proc/self/exe", "after-exec", NULL };
		int id, due;

		block(SIGUSR1);
		id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);
		due = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);
		set_time(id, 0, 50 * MS, 50 * MS);
		set_time(due, 0, 1, 0);
		usleep(10000);
		if (id != 0 || due != 1)
			_exit(9);
		execv(argv[0], argv);
		_exit(8);
	}
	CHECK_EXIT("neither timers nor their signals", pid, 0);
}

static int after_exec(void)
{
	if (left_ns(0) != -1)
		return 1;
	return wait_for(SIGUSR1, 150) == -EAGAIN ? 0 : 2;
}

static void limits(void)
{
	struct rlimit r = { 3, 3 };

	need(!setrlimit(RLIMIT_SIGPENDING, &r));
	become_user();
	for (int i = 0; i < 3; i++)
		CHECK("within", create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1,
				       0) >= 0);
	CHECK_EQ("RLIMIT_SIGPENDING", create(CLOCK_MONOTONIC, SIGEV_SIGNAL,
					     SIGUSR1, 0), -EAGAIN);
}

static void errors(void)
{
	int id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 0);
	struct event e = { .signo = SIGUSR1, .notify = SIGEV_THREAD_ID,
			   .tid = getppid() };

	CHECK_EQ("clock", create(77, SIGEV_SIGNAL, SIGUSR1, 0), -EINVAL);
	CHECK_EQ("only to read", create(CLOCK_MONOTONIC_RAW, SIGEV_SIGNAL,
					SIGUSR1, 0), -EOPNOTSUPP);
	CHECK_EQ("signal", create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 65, 0),
		 -EINVAL);
	CHECK_EQ("signal", create(CLOCK_MONOTONIC, SIGEV_SIGNAL, 0, 0),
		 -EINVAL);
	CHECK_EQ("kind", create(CLOCK_MONOTONIC, 7, SIGUSR1, 0), -EINVAL);
	CHECK_EQ("thread of another", sys(SYS_timer_create, CLOCK_MONOTONIC,
					  P(&e), P(&id)), -EINVAL);
	CHECK_EQ("event", sys(SYS_timer_create, CLOCK_MONOTONIC, 8, P(&id)),
		 -EFAULT);
	CHECK_EQ("where to", sys(SYS_timer_create, CLOCK_MONOTONIC, 0, 8),
		 -EFAULT);
	CHECK_EQ("no time", sys(SYS_timer_settime, id, 0, 0, 0), -EINVAL);
	CHECK_EQ("bad time", sys(SYS_timer_settime, id, 0, 8, 0), -EFAULT);
	CHECK_EQ("nanoseconds", set_time(id, 0, -5, 0), -EINVAL);
	CHECK_EQ("number", set_time(99, 0, 5, 0), -EINVAL);
	CHECK_EQ("number", sys(SYS_timer_gettime, 99, 8), -EINVAL);
	CHECK_EQ("where to", sys(SYS_timer_gettime, id, 8), -EFAULT);
	CHECK_EQ("number", sys(SYS_timer_getoverrun, -1), -EINVAL);
}

static const struct test tests[] = {
	{ "once", once, 0 },
	{ "default_event", default_event, 0 },
	{ "overruns", overruns, 0 },
	{ "absolute", absolute, 0 },
	{ "clock_jumps", clock_jumps, 0 },
	{ "silent", silent, 0 },
	{ "to_thread", to_thread, 0 },
	{ "several", several, 0 },
	{ "processor_time", processor_time, 0 },
	{ "by_signalfd", by_signalfd, 0 },
	{ "fork_has_none", fork_has_none, 0 },
	{ "exec_deletes", exec_deletes, 0 },
	{ "limits", limits, 0 },
	{ "errors", errors, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "after-exec"))
		return after_exec();
	return test_main(tests, COUNT(tests));
}
