/*
 * tests/user/proc_settings.c - settings in /proc/sys, and what they change
 *
 * What:  numbers and their ranges; ids without a mapping, processes that
 *        changed their rights, turns of real-time threads, memory without
 *        end; which verdicts of seccomp are logged; /proc/PID/timers,
 *        /proc/tty/drivers, /proc/consoles.
 * See:   proc(5), sched(7), prctl(2), seccomp(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

static char text[4096];

static long get(const char *path)
{
	return proc_read(path, text, sizeof(text)) > 0 ?
	       strtol(text, NULL, 10) : -errno;
}

struct range {
	const char *path, *good, *low, *high;
};

static void ranges(void)
{
	static const struct range all[] = {
		{ "/proc/sys/kernel/overflowuid", "65533", "-1", "65536" },
		{ "/proc/sys/kernel/overflowgid", "7", "-1", "65536" },
		{ "/proc/sys/fs/overflowuid", "65533", "-1", "65536" },
		{ "/proc/sys/fs/overflowgid", "0", "-1", "65536" },
		{ "/proc/sys/fs/suid_dumpable", "2", "-1", "3" },
		{ "/proc/sys/kernel/panic", "-5", "x", "4294967296" },
		{ "/proc/sys/vm/overcommit_memory", "1", "-1", "3" },
		{ "/proc/sys/kernel/sched_rt_period_us", "2000000", "0",
		  "100" },
		{ "/proc/sys/kernel/sched_rt_runtime_us", "500000", "-2",
		  "3000000" },
	};

	for (unsigned int i = 0; i < COUNT(all); i++) {
		const struct range *r = &all[i];
		char before[32];

		snprintf(before, sizeof(before), "%ld", get(r->path));
		test_note(r->path, (long)i);
		CHECK_EQ("a number is taken", proc_put(r->path, r->good), 0);
		CHECK_EQ("and read back", get(r->path), atol(r->good));
		CHECK_EQ("too low", proc_put(r->path, r->low), -EINVAL);
		CHECK_EQ("too high", proc_put(r->path, r->high), -EINVAL);
		CHECK_EQ("nothing changed", get(r->path), atol(r->good));
		need(!proc_put(r->path, before));
	}
}

static int stranger(void *arg)
{
	(void)arg;
	need(!unshare(CLONE_NEWUSER));
	return getuid() == 1234 && getgid() == 1235 ? 0 : 1;
}

static void overflow_ids(void)
{
	need(!proc_put("/proc/sys/kernel/overflowuid", "1234"));
	need(!proc_put("/proc/sys/kernel/overflowgid", "1235"));
	CHECK_EXIT("an id without a name", child_start(stranger, NULL), 0);
	need(!proc_put("/proc/sys/kernel/overflowuid", "65534"));
	need(!proc_put("/proc/sys/kernel/overflowgid", "65534"));
}

static int after_change(void *arg)
{
	(void)arg;
	become_user();
	return prctl(PR_GET_DUMPABLE);
}

static void dumpable(void)
{
	static const char *const values[] = { "0", "1", "2" };

	for (int i = 0; i < 3; i++) {
		need(!proc_put("/proc/sys/fs/suid_dumpable", values[i]));
		CHECK_EXIT("after a change of rights",
			   child_start(after_change, NULL), i);
	}
	need(!proc_put("/proc/sys/fs/suid_dumpable", "0"));
}

static void turns(void)
{
	struct sched_param p = { .sched_priority = 1 };
	struct timespec ts;

	need(!sys(SYS_sched_setscheduler, 0, SCHED_RR, P(&p)));
	need(!sys(SYS_sched_rr_get_interval, 0, P(&ts)));
	CHECK_EQ("a turn", ts.tv_nsec, 100000000);
	CHECK_EQ("is set",
		 proc_put("/proc/sys/kernel/sched_rr_timeslice_ms", "40"), 0);
	need(!sys(SYS_sched_rr_get_interval, 0, P(&ts)));
	CHECK_EQ("to this", ts.tv_nsec, 40000000);
	CHECK_EQ("and shown", get("/proc/sys/kernel/sched_rr_timeslice_ms"),
		 40);
	need(!proc_put("/proc/sys/kernel/sched_rr_timeslice_ms", "0"));
	CHECK_EQ("0: as it was", get("/proc/sys/kernel/sched_rr_timeslice_ms"),
		 100);
	CHECK_EQ("no share",
		 proc_put("/proc/sys/kernel/sched_rt_runtime_us", "-1"), 0);
	CHECK_EQ("is shown", get("/proc/sys/kernel/sched_rt_runtime_us"), -1);
	need(!proc_put("/proc/sys/kernel/sched_rt_runtime_us", "950000"));
}

static void *too_much(void)
{
	return mmap(NULL, 1ul << 44, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void overcommit(void)
{
	CHECK("more than there is", too_much() == MAP_FAILED &&
	      errno == ENOMEM);
	need(!proc_put("/proc/sys/vm/overcommit_memory", "1"));
	CHECK("is promised", too_much() != MAP_FAILED);
	need(!proc_put("/proc/sys/vm/overcommit_memory", "0"));
}

#define AVAIL "/proc/sys/kernel/seccomp/actions_avail"
#define LOGGED "/proc/sys/kernel/seccomp/actions_logged"

static int reads(const char *path, const char *want)
{
	ssize_t n = proc_read(path, text, sizeof(text));

	return n == (ssize_t)strlen(want) && !memcmp(text, want, (size_t)n);
}

static void verdicts(void)
{
	CHECK("what there is", reads(AVAIL, "kill_process kill_thread trap "
				     "errno user_notif trace log allow\n"));
	CHECK("what is logged", reads(LOGGED, "kill_process kill_thread trap "
				      "errno user_notif trace log\n"));
	CHECK_EQ("fewer", proc_put(LOGGED, "log errno"), 0);
	CHECK("in their order", reads(LOGGED, "errno log\n"));
	CHECK_EQ("never what is allowed", proc_put(LOGGED, "allow"), -EINVAL);
	CHECK_EQ("nor what is none", proc_put(LOGGED, "errno x"), -EINVAL);
	CHECK("nothing changed", reads(LOGGED, "errno log\n"));
	need(!proc_put(LOGGED, "kill_process kill_thread trap errno user_notif "
		  "trace log"));
}

static void marks(void)
{
	long before = get("/proc/sys/kernel/tainted");

	CHECK_EQ("a mark", proc_put("/proc/sys/kernel/tainted", "64"), 0);
	CHECK_EQ("is added", get("/proc/sys/kernel/tainted"), before | 64);
	CHECK_EQ("and stays", proc_put("/proc/sys/kernel/tainted", "0"), 0);
	CHECK_EQ("for good", get("/proc/sys/kernel/tainted"), before | 64);
	before = get("/proc/sys/kernel/printk");
	CHECK_EQ("the log's level", proc_put("/proc/sys/kernel/printk", "5"),
		 0);
	CHECK_EQ("is read back", get("/proc/sys/kernel/printk"), 5);
	snprintf(text, sizeof(text), "%ld", before);
	need(!proc_put("/proc/sys/kernel/printk", text));
}

static timer_t timer(clockid_t clock, struct sigevent *e)
{
	int id;

	need(!syscall(SYS_timer_create, clock, e, &id));
	return (timer_t)(long)id;
}

static int lines_of_timers(void *arg)
{
	struct sigevent e = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1,
		.sigev_value.sival_ptr = (void *)0x1234,
	};
	char want[512];
	long a, b, c, d;

	(void)arg;
	if (proc_read("/proc/self/timers", text, sizeof(text)))
		return 1;
	a = (long)timer(CLOCK_REALTIME, &e);
	e.sigev_notify = SIGEV_NONE;
	b = (long)timer(CLOCK_MONOTONIC, &e);
	e.sigev_notify = SIGEV_SIGNAL | 4;
	e.sigev_value.sival_ptr = NULL;
	((int *)&e)[4] = getpid();
	c = (long)timer(CLOCK_PROCESS_CPUTIME_ID, &e);
	d = (long)timer(CLOCK_BOOTTIME, NULL);
	snprintf(want, sizeof(want),
		 "ID: %ld\nsignal: 14/%016lx\nnotify: signal/pid.%d\n"
		 "ClockID: 7\n"
		 "ID: %ld\nsignal: 10/%016x\nnotify: signal/tid.%d\n"
		 "ClockID: -6\n"
		 "ID: %ld\nsignal: 10/%016x\nnotify: none/pid.%d\n"
		 "ClockID: 1\n"
		 "ID: %ld\nsignal: 10/%016x\nnotify: signal/pid.%d\n"
		 "ClockID: 0\n",
		 d, d, getpid(), c, 0, getpid(), b, 0x1234, getpid(),
		 a, 0x1234, getpid());
	if (reads("/proc/self/timers", want))
		return 0;
	write(1, text, strlen(text));
	write(1, want, strlen(want));
	return 2;
}

static void timers(void)
{
	CHECK_EXIT("one after the other", child_start(lines_of_timers, NULL),
		   0);
	CHECK("not of a thread", !proc_exists("/proc/thread-self/timers"));
}

static void terminals(void)
{
	need(proc_read("/proc/tty/drivers", text, sizeof(text)) > 0);
	CHECK("the first", !strncmp(text,
		"/dev/tty             /dev/tty        5       0 "
		"system:/dev/tty\n"
		"/dev/console         /dev/console    5       1 "
		"system:console\n"
		"/dev/ptmx            /dev/ptmx       5       2 system\n",
		62 + 61 + 54));
	CHECK("pairs", strstr(text, "\npty_slave            /dev/pts      136 "
			      "0-1048575 pty:slave\n") != NULL);
	CHECK("serial", strstr(text, "\nserial               /dev/ttyS "
			       "      4 ") != NULL);
	need(proc_read("/proc/consoles", text, sizeof(text)) > 0);
	CHECK("the serial port", strstr(text, "ttyS0                -W- (EC  "
					"p a)    4:64\n") != NULL);
	need(proc_read("/proc/devices", text, sizeof(text)) > 0);
	CHECK("numbers in order", strstr(text, "  4 ttyS\n  5 /dev/tty\n"
					 "  5 /dev/console\n"
					 "  5 /dev/ptmx\n") != NULL);
}

static const struct test tests[] = {
	{ "ranges", ranges, 0 },
	{ "overflow ids", overflow_ids, 0 },
	{ "dumpable", dumpable, 0 },
	{ "turns", turns, 0 },
	{ "overcommit", overcommit, 0 },
	{ "verdicts", verdicts, 0 },
	{ "marks", marks, 0 },
	{ "timers", timers, 0 },
	{ "terminals", terminals, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
