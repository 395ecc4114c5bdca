/*
 * tests/user/misc.c - what the system says of itself; prctl; limits
 *
 * What:  uname, sysinfo, getrandom, host name, prctl basics, resource limits
 *        and usage, unknown system calls.
 * See:   uname(2), sysinfo(2), getrandom(2), prctl(2), getrlimit(2),
 *        getrusage(2)
 */
#include "lib/sys.h"
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>

static void names(void)
{
	struct utsname name;
	char host[65];

	CHECK_OK("uname", uname(&name));
	CHECK("machine", !strcmp(name.machine, "x86_64"));
	CHECK("system", !strcmp(name.sysname, "Linux"));
	CHECK("release is 6.12 or later", atof(name.release) >= 6.0 &&
	      (atoi(name.release) > 6 ||
	       atoi(strchr(name.release, '.') + 1) >= 12));
	CHECK("version is not empty", name.version[0]);
	CHECK_EQ("a bad pointer", sys(SYS_uname, 8), -EFAULT);
	need(!gethostname(host, sizeof(host)));
	CHECK_OK("sethostname", sethostname("guest", 5));
	CHECK("is told", !uname(&name) && !strcmp(name.nodename, "guest"));
	CHECK_ERRNO("too long", sethostname(name.version, 65), EINVAL);
	sethostname(host, strlen(host));
	if (!fork()) {
		become_user();
		_exit(sethostname("x", 1) == -1 && errno == EPERM ? 0 : 1);
	}
	CHECK_EXIT("an ordinary user may not", -1, 0);
}

static void information(void)
{
	struct sysinfo info;
	char *area;

	CHECK_OK("sysinfo", sysinfo(&info));
	CHECK("memory", info.totalram * info.mem_unit > 16UL << 20 &&
	      info.freeram <= info.totalram && info.freeram > 0);
	CHECK("processes", info.procs >= 2);
	CHECK_EQ("a bad pointer", sys(SYS_sysinfo, 8), -EFAULT);
	area = malloc(1 << 20);
	need(area);
	memset(area, 1, 1 << 20);
	__asm__ volatile("" : : "r"(area) : "memory");
	CHECK("still free memory", !sysinfo(&info) && info.freeram > 0);
}

static void random_bytes(void)
{
	unsigned char a[64] = { 0 }, b[64] = { 0 };
	static unsigned char big[100000];
	int zeros = 0;

	CHECK_EQ("getrandom", getrandom(a, 64, 0), 64);
	CHECK_EQ("GRND_NONBLOCK", getrandom(b, 64, GRND_NONBLOCK), 64);
	CHECK("differ", memcmp(a, b, 64));
	CHECK_EQ("many", getrandom(big, sizeof(big), 0), sizeof(big));
	for (size_t i = 0; i < sizeof(big); i++)
		zeros += !big[i];
	CHECK("look random", zeros > 200 && zeros < 700);
	CHECK_EQ("none", getrandom(a, 0, 0), 0);
	CHECK_EQ("unknown flags", sys(SYS_getrandom, P(a), 1, 0x100),
		 -EINVAL);
	CHECK_EQ("two kinds", sys(SYS_getrandom, P(a), 1, 6), -EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_getrandom, 8, 16, 0), -EFAULT);
}

static int keep_name(void *arg)
{
	char name[16] = "";

	(void)arg;
	prctl(PR_GET_NAME, name);
	return strcmp(name, "0123456789abcde") ? 1 : 0;
}

static void prctl_names(void)
{
	char name[16] = "";

	CHECK_OK("PR_SET_NAME", prctl(PR_SET_NAME, "0123456789abcdefgh"));
	CHECK("keeps 15 bytes", !prctl(PR_GET_NAME, name) &&
	      !strcmp(name, "0123456789abcde"));
	CHECK_STATUS("a child has it", child_run(keep_name, NULL), EXITED(0));
	CHECK_EQ("a bad pointer", sys(SYS_prctl, PR_SET_NAME, 8), -EFAULT);
	CHECK_EQ("an unknown one", sys(SYS_prctl, 99999, 0, 0, 0, 0),
		 -EINVAL);
}

static int pdeathsig_of_child(void *arg)
{
	int sig = 99;

	(void)arg;
	return prctl(PR_GET_PDEATHSIG, &sig) || sig;
}

static int die_before_child(void *arg)
{
	struct gate *gates = arg;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGUSR1);
		gate_open(&gates[0]);
		close(gates[0].write_fd);
		for (;;)
			pause();
	}
	gate_wait(&gates[0]);
	return 0;
}

static void parent_death(void)
{
	struct gate gates[2];
	int sig = 0;

	CHECK_OK("PR_SET_PDEATHSIG", prctl(PR_SET_PDEATHSIG, SIGUSR1));
	CHECK("PR_GET_PDEATHSIG", !prctl(PR_GET_PDEATHSIG, &sig) &&
	      sig == SIGUSR1);
	CHECK_ERRNO("signal 65", prctl(PR_SET_PDEATHSIG, 65), EINVAL);
	CHECK_STATUS("fork clears it", child_run(pdeathsig_of_child, NULL),
		     EXITED(0));
	prctl(PR_SET_PDEATHSIG, 0);
	gate_init(&gates[0]);
	gate_init(&gates[1]);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	CHECK_STATUS("a parent dies", child_run(die_before_child, gates),
		     EXITED(0));
	CHECK_KILLED("and its child gets the signal", -1, SIGUSR1);
}

static int subreaper_of_child(void *arg)
{
	int on = 99;

	(void)arg;
	return prctl(PR_GET_CHILD_SUBREAPER, &on) || on;
}

static void switches(void)
{
	int on = 99;

	CHECK_OK("PR_SET_CHILD_SUBREAPER", prctl(PR_SET_CHILD_SUBREAPER, 5));
	CHECK("REAP-09 any other than 0 is 1",
	      !prctl(PR_GET_CHILD_SUBREAPER, &on) && on == 1);
	CHECK_STATUS("REAP-09 a child does not inherit it",
		     child_run(subreaper_of_child, NULL), EXITED(0));
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	CHECK_EQ("PR_GET_DUMPABLE", prctl(PR_GET_DUMPABLE), 1);
	CHECK_OK("PR_SET_DUMPABLE", prctl(PR_SET_DUMPABLE, 0));
	CHECK_EQ("is kept", prctl(PR_GET_DUMPABLE), 0);
	CHECK_ERRNO("and only 0 or 1", prctl(PR_SET_DUMPABLE, 2), EINVAL);
	CHECK_EQ("PR_GET_NO_NEW_PRIVS",
		 prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	CHECK_OK("PR_SET_NO_NEW_PRIVS",
		 prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK_ERRNO("cannot be taken back",
		    prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
	CHECK_EQ("is on", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}

static void limits(void)
{
	struct rlimit limit, set = { 100, 200 };

	CHECK_OK("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
	CHECK("soft is not over hard", limit.rlim_cur <= limit.rlim_max);
	CHECK_OK("setrlimit", setrlimit(RLIMIT_NOFILE, &set));
	CHECK("is kept", !getrlimit(RLIMIT_NOFILE, &limit) &&
	      limit.rlim_cur == 100 && limit.rlim_max == 200);
	set.rlim_cur = 300;
	CHECK_ERRNO("soft over hard", setrlimit(RLIMIT_NOFILE, &set), EINVAL);
	CHECK_EQ("an unknown one", sys(SYS_prlimit64, 0, 16, 0, P(&limit)),
		 -EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_prlimit64, 0, 7, 8, 0), -EFAULT);
	CHECK_EQ("of nobody", sys(SYS_prlimit64, 4000000, 7, 0, P(&limit)),
		 -ESRCH);
	CHECK_EQ("of a parent", sys(SYS_prlimit64, getppid(), 7, 0, P(&limit)),
		 0);
	if (!fork()) {
		become_user();
		set = (struct rlimit){ 100, 201 };
		if (setrlimit(RLIMIT_NOFILE, &set) != -1 || errno != EPERM)
			_exit(1);
		set = (struct rlimit){ 50, 150 };
		_exit(setrlimit(RLIMIT_NOFILE, &set));
	}
	CHECK_EXIT("an ordinary user lowers the hard one only", -1, 0);
}

static int burn_until_killed(void *arg)
{
	struct rlimit *limit = arg;

	setrlimit(RLIMIT_CPU, limit);
	for (;;)
		;
	return 0;
}

static void cpu_limit(void)
{
	struct rlimit soft = { 1, 5 };
	struct rlimit hard = { 1, 1 };

	CHECK_STATUS("RLIMIT_CPU sends SIGXCPU",
		     child_run(burn_until_killed, &soft) & ~0x80, SIGXCPU);
	CHECK_STATUS("and SIGKILL at the hard one",
		     child_run(burn_until_killed, &hard) & ~0x80, SIGKILL);
}

static void usage(void)
{
	struct rusage first, second;
	struct tms t;
	char *area;
	clock_t before;

	CHECK_OK("getrusage", getrusage(RUSAGE_SELF, &first));
	CHECK("faults", first.ru_minflt > 0);
	area = malloc(8 << 20);
	need(area);
	memset(area, 1, 8 << 20);
	__asm__ volatile("" : : "r"(area) : "memory");
	CHECK("faults are counted", !getrusage(RUSAGE_SELF, &second) &&
	      second.ru_minflt > first.ru_minflt);
	CHECK("and the largest size, in KiB", second.ru_maxrss >= 4000);
	CHECK_OK("RUSAGE_THREAD", getrusage(RUSAGE_THREAD, &second));
	CHECK_ERRNO("an unknown one", getrusage(5, &second), EINVAL);
	CHECK_EQ("a bad pointer", sys(SYS_getrusage, 0, 8), -EFAULT);
	before = times(&t);
	CHECK("times", before != -1 && t.tms_utime >= 0 && t.tms_cutime == 0);
	do {
		sys(SYS_getrusage, 0, P(&second));
	} while (second.ru_utime.tv_usec + second.ru_stime.tv_usec < 60000 &&
		 !second.ru_utime.tv_sec);
	times(&t);
	CHECK("times counts hundredths of a second",
	      t.tms_utime + t.tms_stime >= 5);
	CHECK_EQ("a bad pointer to times", sys(SYS_times, 8), -EFAULT);
}

static void unknown(void)
{
	CHECK_EQ("system call 470", sys(470), -ENOSYS);
	CHECK_EQ("system call 1000", sys(1000), -ENOSYS);
	CHECK_EQ("system call -1", sys(-1), -ENOSYS);
	CHECK_EQ("system call 2^31", sys(1L << 31), -ENOSYS);
	CHECK_EQ("only 32 bits of the number count, or none",
		 sys(1L << 32 | SYS_getpid) == getpid() ||
		 sys(1L << 32 | SYS_getpid) == -ENOSYS, 1);
	CHECK_EQ("no x32 calls", sys(0x40000000 | SYS_getpid), -ENOSYS);
	CHECK_EQ("a call that was never filled", sys(SYS_tuxcall), -ENOSYS);
	CHECK_EQ("create_module", sys(SYS_create_module), -ENOSYS);
}

static const struct test tests[] = {
	{ "uname", names, 0 },
	{ "sysinfo", information, 0 },
	{ "getrandom", random_bytes, 0 },
	{ "name", prctl_names, 0 },
	{ "PDEATHSIG", parent_death, 0 },
	{ "prctl", switches, 0 },
	{ "limits", limits, 0 },
	{ "RLIMIT_CPU", cpu_limit, 0 },
	{ "usage", usage, 0 },
	{ "unknown calls", unknown, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
