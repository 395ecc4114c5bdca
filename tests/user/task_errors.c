/*
 * tests/user/task_errors.c - what calls about oneself refuse
 *
 * What:  each flag and error that the manual pages of prctl, the calls on
 *        user and group ids, interval timers and limits name.
 * See:   prctl(2), setreuid(2), setitimer(2), getrlimit(2)
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#define PRCTL(...) sys(SYS_prctl, __VA_ARGS__)

static void prctl_values(void)
{
	int word;

	CHECK_EQ("PDEATHSIG bad pointer", PRCTL(PR_GET_PDEATHSIG, 8), -EFAULT);
	CHECK_EQ("PDEATHSIG -1", PRCTL(PR_SET_PDEATHSIG, -1), -EINVAL);
	CHECK_EQ("DUMPABLE -1", PRCTL(PR_SET_DUMPABLE, -1), -EINVAL);
	CHECK_EQ("UNALIGN", PRCTL(PR_SET_UNALIGN, 1), -EINVAL);
	CHECK_EQ("GET_UNALIGN", PRCTL(PR_GET_UNALIGN, P(&word)), -EINVAL);
	CHECK_EQ("FPEMU", PRCTL(PR_SET_FPEMU, 1), -EINVAL);
	CHECK_EQ("FPEXC", PRCTL(PR_SET_FPEXC, 1), -EINVAL);
	CHECK_EQ("ENDIAN", PRCTL(PR_SET_ENDIAN, 1), -EINVAL);
	CHECK_EQ("KEEPCAPS 2", PRCTL(PR_SET_KEEPCAPS, 2), -EINVAL);
	CHECK_EQ("KEEPCAPS", PRCTL(PR_SET_KEEPCAPS, 1), 0);
	CHECK_EQ("GET_KEEPCAPS", PRCTL(PR_GET_KEEPCAPS), 1);
	CHECK_EQ("TIMING", PRCTL(PR_SET_TIMING, 1), -EINVAL);
	CHECK_EQ("GET_TIMING", PRCTL(PR_GET_TIMING), 0);
	CHECK_EQ("SECCOMP unknown", PRCTL(PR_SET_SECCOMP, 7, 0), -EINVAL);
	CHECK_EQ("GET_SECCOMP", PRCTL(PR_GET_SECCOMP), 0);
	CHECK_EQ("CAPBSET_READ 64", PRCTL(PR_CAPBSET_READ, 64), -EINVAL);
	CHECK_EQ("CAPBSET_READ", PRCTL(PR_CAPBSET_READ, 0), 1);
	CHECK_EQ("CAPBSET_DROP 64", PRCTL(PR_CAPBSET_DROP, 64), -EINVAL);
	CHECK_EQ("GET_TSC", PRCTL(PR_GET_TSC, P(&word)), 0);
	CHECK_EQ("TSC is on", word, PR_TSC_ENABLE);
	CHECK_EQ("SET_TSC unknown", PRCTL(PR_SET_TSC, 7), -EINVAL);
	CHECK_EQ("GET_TSC bad pointer", PRCTL(PR_GET_TSC, 8), -EFAULT);
	CHECK_EQ("SECUREBITS unknown", PRCTL(PR_SET_SECUREBITS, 1 << 20),
		 -EPERM);
	CHECK_EQ("TIMERSLACK", PRCTL(PR_SET_TIMERSLACK, 77), 0);
	CHECK_EQ("is kept", PRCTL(PR_GET_TIMERSLACK), 77);
	CHECK_EQ("TIMERSLACK 0", PRCTL(PR_SET_TIMERSLACK, 0), 0);
	CHECK_EQ("is the default", PRCTL(PR_GET_TIMERSLACK), 50000);
	CHECK_EQ("GET_CHILD_SUBREAPER bad pointer",
		 PRCTL(PR_GET_CHILD_SUBREAPER, 8), -EFAULT);
	CHECK_EQ("NO_NEW_PRIVS arg3", PRCTL(PR_SET_NO_NEW_PRIVS, 1, 1),
		 -EINVAL);
	CHECK_EQ("GET_NO_NEW_PRIVS arg2", PRCTL(PR_GET_NO_NEW_PRIVS, 1),
		 -EINVAL);
	CHECK_EQ("GET_TID_ADDRESS bad pointer", PRCTL(PR_GET_TID_ADDRESS, 8),
		 -EFAULT);
	CHECK_EQ("CAP_AMBIENT arg4", PRCTL(PR_CAP_AMBIENT, 1, 0, 1), -EINVAL);
	CHECK_EQ("CAP_AMBIENT cap 64", PRCTL(PR_CAP_AMBIENT, 1, 64), -EINVAL);
	CHECK_EQ("CAP_AMBIENT unknown", PRCTL(PR_CAP_AMBIENT, 9, 0), -EINVAL);
	CHECK_EQ("CAP_AMBIENT clear", PRCTL(PR_CAP_AMBIENT, 4, 0), 0);
	CHECK_EQ("CAP_AMBIENT clear of one", PRCTL(PR_CAP_AMBIENT, 4, 1),
		 -EINVAL);
	CHECK_EQ("MPX", PRCTL(43), -EINVAL);
	CHECK_EQ("FP_MODE", PRCTL(PR_SET_FP_MODE, 0), -EINVAL);
	CHECK_EQ("SVE", PRCTL(50, 0), -EINVAL);
}

static void prctl_memory(void)
{
	CHECK_EQ("THP_DISABLE at first", PRCTL(PR_GET_THP_DISABLE), 0);
	CHECK_EQ("get with arg2", PRCTL(PR_GET_THP_DISABLE, 1), -EINVAL);
	CHECK_EQ("set with arg3", PRCTL(PR_SET_THP_DISABLE, 1, 1), -EINVAL);
	CHECK_EQ("set", PRCTL(PR_SET_THP_DISABLE, 5), 0);
	CHECK_EQ("get", PRCTL(PR_GET_THP_DISABLE), 1);
	CHECK_EQ("clear", PRCTL(PR_SET_THP_DISABLE, 0), 0);
	CHECK_EQ("MCE_KILL at first", PRCTL(PR_MCE_KILL_GET), 2);
	CHECK_EQ("get with arg2", PRCTL(PR_MCE_KILL_GET, 1), -EINVAL);
	CHECK_EQ("late", PRCTL(PR_MCE_KILL, 1, 0), 0);
	CHECK_EQ("is", PRCTL(PR_MCE_KILL_GET), 0);
	CHECK_EQ("early", PRCTL(PR_MCE_KILL, 1, 1), 0);
	CHECK_EQ("is", PRCTL(PR_MCE_KILL_GET), 1);
	CHECK_EQ("default", PRCTL(PR_MCE_KILL, 1, 2), 0);
	CHECK_EQ("unknown", PRCTL(PR_MCE_KILL, 1, 3), -EINVAL);
	CHECK_EQ("unknown too", PRCTL(PR_MCE_KILL, 2, 0), -EINVAL);
	CHECK_EQ("clear with arg3", PRCTL(PR_MCE_KILL, 0, 1), -EINVAL);
	CHECK_EQ("clear", PRCTL(PR_MCE_KILL, 0, 0), 0);
	CHECK_EQ("arg4", PRCTL(PR_MCE_KILL, 0, 0, 1), -EINVAL);
	CHECK_EQ("IO_FLUSHER at first", PRCTL(58), 0);
	CHECK_EQ("arg3", PRCTL(57, 1, 1), -EINVAL);
	CHECK_EQ("neither 0 nor 1", PRCTL(57, 2), -EINVAL);
	CHECK_EQ("set", PRCTL(57, 1), 0);
	CHECK_EQ("is", PRCTL(58), 1);
	CHECK_EQ("get with arg2", PRCTL(58, 1), -EINVAL);
	CHECK_EQ("SET_MM unknown", PRCTL(PR_SET_MM, 99, 0), -EINVAL);
	CHECK_EQ("SET_MM arg5", PRCTL(PR_SET_MM, 99, 0, 0, 1), -EINVAL);
	CHECK_EQ("GET_AUXV arg4", PRCTL(0x41555856, 0, 0, 1), -EINVAL);
	CHECK_EQ("GET_AUXV bad pointer", PRCTL(0x41555856, 8, 8), -EFAULT);
}

static int hints_of_child(void *arg)
{
	(void)arg;
	return PRCTL(PR_GET_THP_DISABLE) == 1 && PRCTL(PR_MCE_KILL_GET) == 1 &&
	       PRCTL(58) == 1;
}

static void prctl_inherited(void)
{
	char *argv[] = { "x", "--hints", NULL };
	pid_t pid;

	need(!PRCTL(PR_SET_THP_DISABLE, 1) && !PRCTL(PR_MCE_KILL, 1, 1) &&
	     !PRCTL(57, 1));
	CHECK_STATUS("by fork", child_run(hints_of_child, NULL), EXITED(1));
	pid = fork();
	if (!pid) {
		execv("/proc/self/exe", argv);
		_exit(9);
	}
	CHECK_EXIT("through exec", pid, 1);
}

static void slack_values(void)
{
	const int ten = 10, none = 0;

	CHECK_EQ("a slack of -5", PRCTL(PR_SET_TIMERSLACK, -5), 0);
	CHECK_EQ("is a long one", PRCTL(PR_GET_TIMERSLACK), -5);
	need(!sys(SYS_sched_setscheduler, 0, SCHED_FIFO, P(&ten)));
	CHECK_EQ("real time has none", PRCTL(PR_GET_TIMERSLACK), 0);
	CHECK_EQ("setting it", PRCTL(PR_SET_TIMERSLACK, 5), 0);
	CHECK_EQ("does nothing", PRCTL(PR_GET_TIMERSLACK), 0);
	need(!proc_write("/proc/self/timerslack_ns", "5"));
	CHECK_EQ("nor by /proc", PRCTL(PR_GET_TIMERSLACK), 0);
	need(!sys(SYS_sched_setscheduler, 0, SCHED_OTHER, P(&none)));
	CHECK_EQ("afterwards it is the default", PRCTL(PR_GET_TIMERSLACK),
		 50000);
}

static int settings_of_child(void *arg)
{
	(void)arg;
	CHECK_EQ("timer slack of a child", PRCTL(PR_GET_TIMERSLACK), 77);
	CHECK_EQ("dumpable", PRCTL(PR_GET_DUMPABLE), 0);
	CHECK("oom_score_adj",
	      proc_text_is("/proc/self/oom_score_adj", "321\n"));
	need(!PRCTL(PR_SET_TIMERSLACK, 88) && !PRCTL(PR_SET_TIMERSLACK, 0));
	CHECK_EQ("its default is the parent's", PRCTL(PR_GET_TIMERSLACK), 77);
	need(!PRCTL(PR_SET_TIMERSLACK, 88));
	need(!proc_write("/proc/self/timerslack_ns", "0"));
	CHECK_EQ("by /proc too", PRCTL(PR_GET_TIMERSLACK), 77);
	return 0;
}

static void settings_inherited(void)
{
	need(!proc_write("/proc/self/oom_score_adj", "321"));
	need(!PRCTL(PR_SET_TIMERSLACK, 77) && !PRCTL(PR_SET_DUMPABLE, 0));
	CHECK_STATUS("a child ends", child_run(settings_of_child, NULL),
		     EXITED(0));
}

/* What /proc/self/cmdline and environ show. */
static int shown(const char *file, const char *want, size_t len)
{
	char buf[64];
	int fd = open(file, O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf));

	close(fd);
	return n == (ssize_t)len && !memcmp(buf, want, len);
}

#define SET_MM(what, value) PRCTL(PR_SET_MM, what, P(value), 0, 0)

static void prctl_places(void)
{
	char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *high = (char *)p > (char *)environ[0] ? p : NULL;

	memcpy(p, "some\0words\0a=b\0", 15);
	CHECK_EQ("beyond the end", SET_MM(PR_SET_MM_ARG_START, environ[0] +
		 (1 << 20)), -EINVAL);
	CHECK_EQ("too low", SET_MM(PR_SET_MM_ARG_START, 8), -EINVAL);
	CHECK_EQ("the kernel", SET_MM(PR_SET_MM_ARG_START,
		 0xffff800000000000ul), -EINVAL);
	CHECK_EQ("arg4", PRCTL(PR_SET_MM, PR_SET_MM_ARG_START, P(p), 1, 0),
		 -EINVAL);
	need(!high);
	CHECK_EQ("start of arguments", SET_MM(PR_SET_MM_ARG_START, p), 0);
	CHECK_EQ("their end", SET_MM(PR_SET_MM_ARG_END, p + 11), 0);
	CHECK("are shown", shown("/proc/self/cmdline", "some\0words", 11));
	CHECK_EQ("start of the environment", SET_MM(PR_SET_MM_ENV_START,
						    p + 11), 0);
	CHECK_EQ("its end", SET_MM(PR_SET_MM_ENV_END, p + 15), 0);
	CHECK("is shown", shown("/proc/self/environ", "a=b", 4));
	CHECK_EQ("an end before the start", SET_MM(PR_SET_MM_ENV_END, p),
		 -EINVAL);
	CHECK_EQ("code before its start", SET_MM(PR_SET_MM_END_CODE, 65536),
		 -EINVAL);
}

static int unprivileged(void *arg)
{
	(void)arg;
	need(!setgroups(0, NULL) && !setresgid(9, 9, 9));
	need(!setresuid(9, 9, 9));
	CHECK_EQ("IO_FLUSHER", PRCTL(57, 2), -EPERM);
	CHECK_EQ("GET_IO_FLUSHER", PRCTL(58), -EPERM);
	CHECK_EQ("CAPBSET_DROP", PRCTL(PR_CAPBSET_DROP, 64), -EPERM);
	CHECK_EQ("SECUREBITS", PRCTL(PR_SET_SECUREBITS, 1), -EPERM);
	CHECK_EQ("CAP_AMBIENT raise", PRCTL(PR_CAP_AMBIENT, 2, 0), -EPERM);
	CHECK_EQ("SECCOMP filter", PRCTL(PR_SET_SECCOMP, 2, 8), -EFAULT);
	CHECK_EQ("SET_MM", PRCTL(PR_SET_MM, 99, 0), -EPERM);
	CHECK_EQ("setfsuid tells the old one", sys(SYS_setfsuid, 0), 9);
	CHECK_EQ("and did not change it", sys(SYS_setfsuid, -1), 9);
	CHECK_EQ("setfsgid", sys(SYS_setfsgid, -1), 9);
	CHECK_EQ("setgroups: first the right", sys(SYS_setgroups, -1, 8),
		 -EPERM);
	CHECK_EQ("setresuid of another", sys(SYS_setresuid, 9, 9, 1), -EPERM);
	CHECK_EQ("setresgid of another", sys(SYS_setresgid, 9, 1, 9), -EPERM);
	CHECK_EQ("setreuid of another", sys(SYS_setreuid, 1, -1), -EPERM);
	CHECK_EQ("setregid of another", sys(SYS_setregid, -1, 1), -EPERM);
	CHECK_EQ("setuid of another", sys(SYS_setuid, 1), -EPERM);
	CHECK_EQ("setgid of another", sys(SYS_setgid, 1), -EPERM);
	return 0;
}

static void rights(void)
{
	CHECK_STATUS("without rights", child_run(unprivileged, NULL),
		     EXITED(0));
}

static void ids(void)
{
	unsigned int id;

	CHECK_EQ("setreuid -1 -1", sys(SYS_setreuid, -1, -1), 0);
	CHECK_EQ("setregid -1 -1", sys(SYS_setregid, -1, -1), 0);
	CHECK_EQ("setresgid -1", sys(SYS_setresgid, -1, -1, -1), 0);
	CHECK_EQ("setfsuid", sys(SYS_setfsuid, 5), 0);
	CHECK_EQ("is set", sys(SYS_setfsuid, -1), 5);
	CHECK_EQ("still", sys(SYS_setfsuid, 0), 5);
	CHECK_EQ("setfsgid", sys(SYS_setfsgid, 5), 0);
	CHECK_EQ("is set", sys(SYS_setfsgid, 0), 5);
	CHECK_EQ("getgroups of -1", sys(SYS_getgroups, -1, P(&id)), -EINVAL);
	CHECK_EQ("setgroups of -1", sys(SYS_setgroups, -1, P(&id)), -EINVAL);
	CHECK_EQ("setgroups bad pointer", sys(SYS_setgroups, 1, 8), -EFAULT);
	CHECK_EQ("getresuid first pointer", sys(SYS_getresuid, 8, P(&id),
						P(&id)), -EFAULT);
	CHECK_EQ("getresgid last pointer", sys(SYS_getresgid, P(&id), P(&id),
					       8), -EFAULT);
}

static void itimers(void)
{
	struct itimerval v = { { 0, 0 }, { 100, 0 } }, old;

	CHECK_EQ("getitimer unknown", sys(SYS_getitimer, 3, P(&v)), -EINVAL);
	CHECK_EQ("before the pointer", sys(SYS_getitimer, 3, 8), -EINVAL);
	CHECK_EQ("getitimer bad pointer", sys(SYS_getitimer, 0, 8), -EFAULT);
	CHECK_EQ("setitimer unknown", sys(SYS_setitimer, 3, P(&v), 0),
		 -EINVAL);
	CHECK_EQ("bad pointer first", sys(SYS_setitimer, 3, 8, 0), -EFAULT);
	CHECK_EQ("set", sys(SYS_setitimer, 0, P(&v), 0), 0);
	CHECK_EQ("the old one cannot be told", sys(SYS_setitimer, 0, P(&v),
						   8), -EFAULT);
	CHECK("it is set", !getitimer(0, &old) && old.it_value.tv_sec >= 99);
	v.it_value.tv_usec = 1000000;
	CHECK_EQ("too many microseconds", sys(SYS_setitimer, 0, P(&v), 0),
		 -EINVAL);
	v.it_value.tv_usec = -1;
	CHECK_EQ("negative", sys(SYS_setitimer, 0, P(&v), 0), -EINVAL);
	v.it_value.tv_usec = 0;
	v.it_interval.tv_usec = 1000000;
	CHECK_EQ("of the interval", sys(SYS_setitimer, 0, P(&v), 0), -EINVAL);
	v.it_interval.tv_usec = 0;
	v.it_interval.tv_sec = -1;
	CHECK_EQ("a negative interval", sys(SYS_setitimer, 0, P(&v), 0),
		 -EINVAL);
	CHECK_EQ("no new value stops it", sys(SYS_setitimer, 0, 0, P(&old)),
		 0);
	CHECK("it was set", old.it_value.tv_sec >= 99);
	CHECK("and is not", !getitimer(0, &old) && !old.it_value.tv_sec &&
	      !old.it_value.tv_usec);
	CHECK_EQ("alarm", sys(SYS_alarm, 50), 0);
	CHECK_EQ("tells what was left", sys(SYS_alarm, 0), 50);
}

static void limits(void)
{
	struct rlimit l = { 5, 4 };

	CHECK_EQ("getrlimit unknown", sys(SYS_getrlimit, 16, P(&l)), -EINVAL);
	CHECK_EQ("getrlimit bad pointer", sys(SYS_getrlimit, 0, 8), -EFAULT);
	CHECK_EQ("setrlimit bad pointer first", sys(SYS_setrlimit, 16, 8),
		 -EFAULT);
	CHECK_EQ("setrlimit unknown", sys(SYS_setrlimit, 16, P(&l)), -EINVAL);
	CHECK_EQ("soft over hard", sys(SYS_setrlimit, 0, P(&l)), -EINVAL);
	CHECK_EQ("prlimit unknown", sys(SYS_prlimit64, 0, 16, 0, 0), -EINVAL);
	CHECK_EQ("of nobody first", sys(SYS_prlimit64, 4000000, 16, 0, 0),
		 -ESRCH);
	CHECK_EQ("bad pointer before that", sys(SYS_prlimit64, 4000000, 16, 8,
						0), -EFAULT);
	CHECK_EQ("nothing asked", sys(SYS_prlimit64, 0, 7, 0, 0), 0);
	CHECK_EQ("old bad pointer", sys(SYS_prlimit64, 0, 7, 0, 8), -EFAULT);
	l.rlim_cur = l.rlim_max = 1 << 20;
	CHECK_EQ("as many files as there may be",
		 sys(SYS_setrlimit, RLIMIT_NOFILE, P(&l)), 0);
	l.rlim_cur = l.rlim_max = (1ul << 20) + 1;
	CHECK_EQ("one more", sys(SYS_setrlimit, RLIMIT_NOFILE, P(&l)),
		 -EPERM);
	l.rlim_cur = l.rlim_max = -1;
	CHECK_EQ("no limit", sys(SYS_setrlimit, RLIMIT_FSIZE, P(&l)), 0);
	CHECK_EQ("no limit of files", sys(SYS_setrlimit, RLIMIT_NOFILE, P(&l)),
		 -EPERM);
}

static const struct test tests[] = {
	{ "prctl_values", prctl_values, 0 },
	{ "prctl_memory", prctl_memory, 0 },
	{ "prctl_inherited", prctl_inherited, 0 },
	{ "timer slack", slack_values, 0 },
	{ "settings inherited", settings_inherited, 0 },
	{ "prctl_places", prctl_places, 0 },
	{ "rights", rights, 0 },
	{ "ids", ids, 0 },
	{ "itimers", itimers, 0 },
	{ "limits", limits, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--hints"))
		return hints_of_child(NULL);
	return test_main(tests, COUNT(tests));
}
