/*
 * tests/user/sig_queue.c - queued signals
 *
 * What:  order and number of pending signals, values, sigtimedwait, limits,
 *        and who may forge what.
 * See:   signal(7), sigqueue(3), rt_sigqueueinfo(2), sigtimedwait(2)
 */
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

static volatile sig_atomic_t order[32], values[32], n;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	order[n] = sig;
	values[n] = info->si_value.sival_int;
	if (n < 31)
		n++;
}

static void set_up(void)
{
	static const int used[] = { SIGUSR1, SIGUSR2, 36, 37, 40 };
	struct sigaction act = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO,
	};

	sigfillset(&act.sa_mask);
	for (size_t i = 0; i < COUNT(used); i++) {
		need(!sigaction(used[i], &act, NULL));
		block(used[i]);
	}
}

static void open_all(void)
{
	sigset_t none;

	sigemptyset(&none);
	need(!sigprocmask(SIG_SETMASK, &none, NULL));
}

static void queue(int sig, int value)
{
	union sigval v = { .sival_int = value };

	need(!sigqueue(getpid(), sig, v));
}

static void realtime(void)
{
	set_up();
	queue(37, 1);
	queue(36, 2);
	queue(37, 3);
	queue(36, 4);
	queue(36, 5);
	open_all();
	CHECK_EQ("each realtime signal comes", n, 5);
	CHECK("lower numbers first", order[0] == 36 && order[1] == 36 &&
	      order[2] == 36 && order[3] == 37 && order[4] == 37);
	CHECK("each kind in the order it was sent",
	      values[0] == 2 && values[1] == 4 && values[2] == 5 &&
	      values[3] == 1 && values[4] == 3);
}

static void standard(void)
{
	set_up();
	queue(40, 1);
	queue(SIGUSR2, 2);
	queue(SIGUSR1, 3);
	queue(SIGUSR1, 4);
	queue(SIGUSR2, 5);
	open_all();
	CHECK_EQ("standard signals come once", n, 3);
	CHECK("before realtime ones, lower numbers first",
	      order[0] == SIGUSR1 && order[1] == SIGUSR2 && order[2] == 40);
	CHECK("with the first value", values[0] == 3 && values[1] == 2);
}

static long timed_wait(int sig, siginfo_t *info, long ns)
{
	struct timespec limit = { ns / 1000000000, ns % 1000000000 };
	unsigned long set = 1UL << (sig - 1);

	return sys(SYS_rt_sigtimedwait, P(&set), P(info), P(&limit), 8);
}

static void waiting(void)
{
	struct timespec bad = { 0, 1000000000 };
	unsigned long set = 1;
	siginfo_t info;

	set_up();
	queue(36, 7);
	queue(36, 8);
	CHECK_EQ("sigtimedwait takes one", timed_wait(36, &info, 0), 36);
	CHECK("with its value", info.si_signo == 36 &&
	      info.si_code == SI_QUEUE && info.si_value.sival_int == 7);
	CHECK_EQ("then the next", timed_wait(36, &info, 0), 36);
	CHECK_EQ("in order", info.si_value.sival_int, 8);
	CHECK_EQ("then none: EAGAIN", timed_wait(36, &info, 0), -EAGAIN);
	CHECK_EQ("after a while too", timed_wait(36, &info, 1000000), -EAGAIN);
	queue(36, 9);
	CHECK_EQ("others are left", timed_wait(37, &info, 0), -EAGAIN);
	CHECK_EQ("siginfo may be unwanted", timed_wait(36, NULL, 0), 36);
	CHECK_EQ("no handler runs", n, 0);
	CHECK_EQ("a bad timeout", sys(SYS_rt_sigtimedwait, P(&set), 0, P(&bad),
				      8), -EINVAL);
	CHECK_EQ("a bad set", sys(SYS_rt_sigtimedwait, 8, 0, 0, 8), -EFAULT);
	CHECK_EQ("a wrong size", sys(SYS_rt_sigtimedwait, P(&set), 0, 0, 4),
		 -EINVAL);
}

static void several(void)
{
	unsigned long set = 1UL << (SIGUSR2 - 1) | 1UL << (36 - 1);

	set_up();
	queue(36, 1);
	queue(SIGUSR2, 2);
	CHECK_EQ("sigwaitinfo takes the lowest",
		 sys(SYS_rt_sigtimedwait, P(&set), 0, 0, 8), SIGUSR2);
	CHECK_EQ("then the next",
		 sys(SYS_rt_sigtimedwait, P(&set), 0, 0, 8), 36);
}

static int send_later(void *arg)
{
	union sigval value = { .sival_int = 77 };

	(void)arg;
	return sigqueue(getppid(), 36, value) ? 1 : 0;
}

static void from_another(void)
{
	siginfo_t info;
	pid_t pid;

	set_up();
	pid = child_start(send_later, NULL);
	CHECK_EQ("a wait ends when the signal comes",
		 timed_wait(36, &info, 1000000000000L), 36);
	CHECK("from a child", info.si_pid == pid && info.si_uid == getuid() &&
	      info.si_value.sival_int == 77 && info.si_code == SI_QUEUE);
	CHECK_EXIT("which sent it", pid, 0);
}

static void interrupted(void)
{
	struct itimerval each = { { 0, 3000 }, { 0, 3000 } };
	siginfo_t info;

	set_up();
	handle_info(SIGALRM, on_signal, SA_RESTART);
	need(!setitimer(ITIMER_REAL, &each, NULL));
	CHECK_EQ("another handler interrupts a wait with EINTR",
		 timed_wait(36, &info, 1000000000000L), -EINTR);
	each = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &each, NULL);
	CHECK("after it ran", n > 0 && order[0] == SIGALRM);
}

/* rt_sigqueueinfo in the kernel's convention */
static long forge(pid_t pid, int sig, int code, pid_t claimed)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = code;
	info.si_pid = claimed;
	info.si_uid = 55;
	info.si_value.sival_int = 99;
	return sys(SYS_rt_sigqueueinfo, pid, sig, P(&info));
}

static void forging(void)
{
	pid_t pid = child_idle();
	siginfo_t info;

	set_up();
	CHECK_EQ("SIG-16 a user code to another", forge(pid, 36, SI_USER, 1),
		 -EPERM);
	CHECK_EQ("SIG-16 SI_TKILL to another", forge(pid, 36, SI_TKILL, 1),
		 -EPERM);
	CHECK_EQ("SIG-16 a kernel code to nobody",
		 forge(4000000, 36, SI_KERNEL, 1), -EPERM);
	CHECK_EQ("SIG-16 a negative number", forge(-5, 36, SI_QUEUE, 1),
		 -ESRCH);
	CHECK_EQ("nobody", forge(4000000, 36, SI_QUEUE, 1), -ESRCH);
	CHECK_EQ("SIG-16 signal 65", forge(pid, 65, SI_QUEUE, 1), -EINVAL);
	CHECK_EQ("SIG-16 signal -1", forge(pid, -1, SI_QUEUE, 1), -EINVAL);
	CHECK_EQ("a test by 0", forge(pid, 0, SI_QUEUE, 1), 0);
	CHECK_EQ("SIG-16 a bad siginfo",
		 sys(SYS_rt_sigqueueinfo, pid, 36, 8), -EFAULT);
	CHECK_EQ("SIG-16 anything to oneself",
		 forge(getpid(), 36, SI_USER, 4321), 0);
	CHECK_EQ("arrives", timed_wait(36, &info, 0), 36);
	CHECK("as it was written", info.si_code == SI_USER &&
	      info.si_pid == 4321 && info.si_uid == 55 &&
	      info.si_value.sival_int == 99);
	child_kill(pid);
}

static void to_threads(void)
{
	siginfo_t info;
	pid_t self = getpid();

	set_up();
	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_value.sival_int = 5;
	CHECK_EQ("rt_tgsigqueueinfo",
		 sys(SYS_rt_tgsigqueueinfo, self, self, 36, P(&info)), 0);
	CHECK_EQ("arrives", timed_wait(36, &info, 0), 36);
	CHECK_EQ("with its value", info.si_value.sival_int, 5);
	CHECK_EQ("SIG-16 tgid 0",
		 sys(SYS_rt_tgsigqueueinfo, 0, self, 36, P(&info)), -EINVAL);
	CHECK_EQ("SIG-16 tid 0",
		 sys(SYS_rt_tgsigqueueinfo, self, 0, 36, P(&info)), -EINVAL);
	CHECK_EQ("SIG-16 a thread of another group",
		 sys(SYS_rt_tgsigqueueinfo, getppid(), self, 36, P(&info)),
		 -ESRCH);
}

static void own_before_shared(void)
{
	siginfo_t info;
	pid_t self = getpid();

	set_up();
	queue(36, 1);
	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	info.si_value.sival_int = 2;
	need(!sys(SYS_rt_tgsigqueueinfo, self, self, 36, P(&info)));
	need(timed_wait(36, &info, 0) == 36);
	CHECK_EQ("a thread's own signals come before the process's",
		 info.si_value.sival_int, 2);
	need(timed_wait(36, &info, 0) == 36);
	CHECK_EQ("which come then", info.si_value.sival_int, 1);
}

static void limit(void)
{
	struct rlimit limit = { 5, 5 };
	union sigval value = { 0 };
	siginfo_t info;
	int taken = 0;

	set_up();
	become_user();
	need(!setrlimit(RLIMIT_SIGPENDING, &limit));
	while (taken < 100 && !sigqueue(getpid(), 36, value))
		taken++;
	CHECK_ERRNO("RLIMIT_SIGPENDING ends in EAGAIN",
		    sigqueue(getpid(), 36, value), EAGAIN);
	CHECK_EQ("after as many", taken, 5);
	CHECK_OK("kill is not counted out", kill(getpid(), 37));
	CHECK_EQ("and arrives", timed_wait(37, &info, 0), 37);
	need(timed_wait(36, &info, 0) == 36);
	CHECK_OK("a taken signal makes room", sigqueue(getpid(), 36, value));
}

#define MANY	1000

static void many(void)
{
	siginfo_t info;
	int good = 0;

	set_up();
	for (int i = 0; i < MANY; i++)
		queue(36, i);
	for (int i = 0; i < MANY; i++)
		good += timed_wait(36, &info, 0) == 36 &&
			info.si_value.sival_int == i;
	CHECK_EQ("a thousand signals in order", good, MANY);
}

static const struct test tests[] = {
	{ "realtime", realtime, 0 },
	{ "standard", standard, 0 },
	{ "sigtimedwait", waiting, 0 },
	{ "sigwaitinfo", several, 0 },
	{ "from another", from_another, 0 },
	{ "interrupted", interrupted, 0 },
	{ "rt_sigqueueinfo", forging, 0 },
	{ "rt_tgsigqueueinfo", to_threads, 0 },
	{ "two queues", own_before_shared, 0 },
	{ "limit", limit, 0 },
	{ "many", many, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
