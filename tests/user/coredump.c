/*
 * tests/user/coredump.c - when a process leaves a core file, and which
 *
 * What:  signals, limits, rights; its name and whose it is; the settings.
 * Not:   what is in it (coredump_image.c), dumps that meet other ends
 *        (coredump_end.c).
 * See:   core(5), proc_pid_coredump_filter(5), PR_SET_DUMPABLE in prctl(2)
 */
#include "lib/core.h"
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#define SUID_DUMPABLE	"/proc/sys/fs/suid_dumpable"

/* ---------------------------------------------------------------- statuses */

static int without_limit(void *sig)
{
	core_allow(0);
	raise((int)(intptr_t)sig);
	return 1;
}

static int with_limit(void *bytes)
{
	core_allow((rlim_t)(intptr_t)bytes);
	raise(SIGABRT);
	return 1;
}

static int not_dumpable(void *sig)
{
	need(!prctl(PR_SET_DUMPABLE, 0));
	return core_dies(sig);
}

static int dumpable_again(void *sig)
{
	need(!prctl(PR_SET_DUMPABLE, 0));
	need(!prctl(PR_SET_DUMPABLE, 1));
	return core_dies(sig);
}

static int no_file_size(void *sig)
{
	const struct rlimit none = { 0, RLIM_INFINITY };

	need(!setrlimit(RLIMIT_FSIZE, &none));
	return core_dies(sig);
}

static int faults(void *arg)
{
	(void)arg;
	core_allow(RLIM_INFINITY);
	*(volatile int *)told->addr[0] = 1;
	return 1;
}

/* A filter that ends the process at getppid. */
static int forbidden(void *arg)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog prog = { COUNT(code), code };

	(void)arg;
	core_allow(RLIM_INFINITY);
	need(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	need(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
	return (int)sys(SYS_getppid);
}

static void statuses(void)
{
	static const int dumping[] = {
		SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV,
		SIGXCPU, SIGXFSZ, SIGSYS,
	};
	siginfo_t si;
	struct stat st;
	pid_t pid;

	core_begin();
	for (unsigned int i = 0; i < COUNT(dumping); i++) {
		char name[32];

		snprintf(name, sizeof(name), "signal %d", dumping[i]);
		CHECK_EQ(name, core_status(core_dies, dumping[i]),
			 CORE(dumping[i]));
		CHECK(name, !access("core", F_OK));
	}
	CHECK_EQ("a fault", core_status(faults, 0), CORE(SIGSEGV));
	CHECK_EQ("SIGTERM", core_status(core_dies, SIGTERM), SIGTERM);
	CHECK_EQ("SIGKILL", core_status(core_dies, SIGKILL), SIGKILL);
	CHECK("leave none", access("core", F_OK));
	CHECK_EQ("a limit of 0", core_status(without_limit, SIGQUIT), SIGQUIT);
	CHECK("leaves none", access("core", F_OK));
	CHECK_EQ("of less than a page", core_status(with_limit, CORE_PAGE - 1),
		 SIGABRT);
	CHECK("none either", access("core", F_OK));
	CHECK_EQ("of a page", core_status(with_limit, CORE_PAGE),
		 CORE(SIGABRT));
	CHECK("cuts it", !stat("core", &st) && st.st_size > 64 &&
	      st.st_size <= (off_t)CORE_PAGE);
	CHECK_EQ("of some", core_status(with_limit, 5 * CORE_PAGE),
		 CORE(SIGABRT));
	CHECK("counts what is written", !stat("core", &st) &&
	      st.st_blocks * 512 <= (blkcnt_t)(5 * CORE_PAGE));
	CHECK_EQ("no size allowed to files", core_status(no_file_size, SIGQUIT),
		 CORE(SIGQUIT));
	CHECK("an empty one", !stat("core", &st) && !st.st_size);
	CHECK_EQ("not dumpable", core_status(not_dumpable, SIGQUIT), SIGQUIT);
	CHECK("has none", access("core", F_OK));
	CHECK_EQ("dumpable again", core_status(dumpable_again, SIGQUIT),
		 CORE(SIGQUIT));
	CHECK_EQ("killed by a filter", core_status(forbidden, 0), CORE(SIGSYS));
	CHECK("has one", !access("core", F_OK));
	pid = child_start(core_dies, (void *)SIGQUIT);
	need(!waitid(P_PID, (id_t)pid, &si, WEXITED));
	CHECK_EQ("waitid says so", si.si_code, CLD_DUMPED);
	CHECK_EQ("and the signal", si.si_status, SIGQUIT);
	pid = child_start(without_limit, (void *)SIGQUIT);
	need(!waitid(P_PID, (id_t)pid, &si, WEXITED));
	CHECK_EQ("or not", si.si_code, CLD_KILLED);
}

/* ------------------------------------------------------------------- files */

static int dies_as_user(void *arg)
{
	need(!setresgid(TEST_UID, TEST_UID, TEST_UID));
	need(!setresuid(TEST_UID, TEST_UID, TEST_UID));
	need(!prctl(PR_SET_DUMPABLE, 1));
	umask((mode_t)(intptr_t)arg);
	return core_dies((void *)SIGQUIT);
}

static void files(void)
{
	struct stat st, old;

	core_begin();
	file_make("core", "before", 0644);
	need(!link("core", "kept") && !stat("kept", &old));
	CHECK_EQ("instead of another",
		 child_run(core_dies, (void *)SIGQUIT), CORE(SIGQUIT));
	CHECK("not into it", !stat("core", &st) && st.st_ino != old.st_ino &&
	      st.st_nlink == 1 && proc_text_is("kept", "before"));
	CHECK_EQ("mode", st.st_mode, S_IFREG | 0600);
	need(!unlink("core") && !symlink("kept", "core"));
	CHECK_EQ("instead of a link",
		 child_run(core_dies, (void *)SIGQUIT), CORE(SIGQUIT));
	CHECK("not through it", !lstat("core", &st) && S_ISREG(st.st_mode) &&
	      proc_text_is("kept", "before"));
	need(!unlink("core") && !mkdir("core", 0755));
	CHECK_EQ("a directory", child_run(core_dies, (void *)SIGQUIT), SIGQUIT);
	need(!rmdir("core"));
	need(!chmod(".", 0755));
	CHECK_EQ("no right to make it", core_status(dies_as_user, 0), SIGQUIT);
	need(!chmod(".", 0777));
	CHECK_EQ("a user", core_status(dies_as_user, 0), CORE(SIGQUIT));
	CHECK("whose it is", !stat("core", &st) && st.st_uid == TEST_UID &&
	      st.st_gid == TEST_UID);
	CHECK_EQ("a mask for others", core_status(dies_as_user, 077),
		 CORE(SIGQUIT));
	CHECK_EQ("a mask for the owner", core_status(dies_as_user, 0200),
		 SIGQUIT);
}

/* ------------------------------------------------------------------- names */

static int dies_named(void *name)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	need(!sched_setaffinity(0, sizeof(first), &first));
	need(!prctl(PR_SET_NAME, name));
	core_allow(RLIM_INFINITY);
	raise(SIGQUIT);
	return 1;
}

/* Is @want there after a child of that name dumped core? */
static int named(const char *text, const char *comm, const char *want)
{
	pid_t pid;
	char path[512];

	core_pattern(text);
	pid = child_start(dies_named, (void *)comm);
	need(reap(pid) != -1);
	snprintf(path, sizeof(path), want, pid);
	return !unlink(path);
}

static void letters(void)
{
	char exe[256] = "", base[300], host[72] = "";
	time_t before, after;
	pid_t pid;
	int found = 0;

	core_begin();
	need(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	need(!gethostname(host, sizeof(host) - 1));
	CHECK("%p", named("x.%p", "n", "x.%d"));
	CHECK("%i", named("x.%i", "n", "x.%d"));
	CHECK("%s", named("x.%s", "n", "x.3"));
	CHECK("%e", named("x.%e", "some name", "x.some name"));
	CHECK("%e with a slash", named("x.%e", "/a/b", "x.!a!b"));
	CHECK("%e empty", named("x%e", "", "x!"));
	CHECK("%e as a way up", named("%e", "..", "!."));
	CHECK("%e as nothing", named("%e", ".", "!"));
	CHECK("%u%g%d", named("x.%u.%g.%d", "n", "x.0.0.1"));
	CHECK("%c", named("x.%c", "n", "x.18446744073709551615"));
	CHECK("%C", named("x.%C", "n", "x.0"));
	CHECK("%%", named("x%%y", "n", "x%%y"));
	CHECK("an unknown one", named("x%qy", "n", "xy"));
	CHECK("one at the end", named("xy%", "n", "xy"));
	snprintf(base, sizeof(base), "x.%s", host[0] ? host : "!");
	CHECK("%h", named("x.%h", "n", base));
	snprintf(base, sizeof(base), "x.%s", strrchr(exe, '/') + 1);
	CHECK("%f", named("x.%f", "n", base));
	snprintf(base, sizeof(base), "x.%s", exe);
	for (char *at = base; *at; at++)
		*at = *at == '/' ? '!' : *at;
	CHECK("%E", named("x.%E", "n", base));
	CHECK("a directory", mkdir("d", 0777) || named("d/x", "n", "d/x"));
	CHECK("a path", named("/tmp.core.%p", "n", "/tmp.core.%d"));
	before = time(NULL);
	core_pattern("x.%t");
	pid = child_start(core_dies, (void *)SIGQUIT);
	need(reap(pid) != -1);
	after = time(NULL);
	for (time_t t = before - 1; t <= after + 1; t++) {
		snprintf(base, sizeof(base), "x.%lld", (long long)t);
		found += !access(base, F_OK);
	}
	CHECK_EQ("%t", found, 1);
	need(!proc_write(CORE_USES_PID, "1"));
	CHECK("core_uses_pid", named("x", "n", "x.%d"));
	CHECK("but not twice", named("x.%p.y", "n", "x.%d.y"));
	CHECK("%i does not count", named("y%i", "n", "y%1$d.%1$d"));
	need(!proc_write(CORE_USES_PID, "0"));
	core_pattern("core");
}

static void settings(void)
{
	char text[200], want[200];

	core_begin();
	CHECK("the usual one", proc_text_is(CORE_PATTERN, "core\n"));
	core_pattern("a b\nc");
	CHECK("one line", proc_text_is(CORE_PATTERN, "a b\n"));
	memset(text, 'x', sizeof(text));
	text[199] = '\0';
	core_pattern(text);
	snprintf(want, sizeof(want), "%.127s\n", text);
	CHECK("so much of it", proc_text_is(CORE_PATTERN, want));
	core_pattern("\n");
	CHECK_EQ("none", core_status(core_dies, SIGQUIT), SIGQUIT);
	core_pattern("core");
	if (on_nidus())
		CHECK_EQ("no programs", proc_put(CORE_PATTERN, "|/bin/true"),
			 -EINVAL);
	else
		SKIP("no programs", "Linux starts them");
	CHECK("core_uses_pid", proc_text_is(CORE_USES_PID, "0\n"));
	CHECK_EQ("is a number", proc_put(CORE_USES_PID, "x"), -EINVAL);
	need(!setuid(TEST_UID));
	CHECK_ERRNO("root's", open(CORE_PATTERN, O_WRONLY), EACCES);
}

static int filter_is(const char *want)
{
	return proc_text_is(CORE_FILTER, want);
}

static int tells_filter(void *want)
{
	return filter_is(want) ? 7 : 8;
}

static int execs_filter(void *want)
{
	execl("/proc/self/exe", "coredump", "--filter", want, (char *)NULL);
	return 9;
}

static void filters(void)
{
	void *p = mmap(NULL, CORE_PAGE, PROT_READ,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	CHECK("the usual one", filter_is("00000033\n"));
	CHECK_EQ("no number", proc_put(CORE_FILTER, "x"), -EINVAL);
	CHECK_EQ("below 0", proc_put(CORE_FILTER, "-1"), -EINVAL);
	CHECK_EQ("too large", proc_put(CORE_FILTER, "0x100000000"), -ERANGE);
	CHECK_EQ("all bits", proc_put(CORE_FILTER, "0xffffffff\n"), 0);
	CHECK("that there are", filter_is("000001ff\n"));
	CHECK_EQ("decimal", proc_put(CORE_FILTER, "21"), 0);
	CHECK_EQ("a fork has it", child_run(tells_filter, "00000015\n"),
		 EXITED(7));
	CHECK_EQ("an execve, too", child_run(execs_filter, "00000015\n"),
		 EXITED(7));
	CHECK("each process has one", !proc_exists("/proc/thread-self"
						   "/coredump_filter"));
	pid = child_idle();
	need(!proc_write(proc_path("/proc/", pid, "/coredump_filter"), "1"));
	CHECK("another's", proc_text_is(proc_path("/proc/", pid,
						  "/coredump_filter"),
					"00000001\n"));
	CHECK("is not one's own", filter_is("00000015\n"));
	need(!kill(pid, SIGKILL));
	proc_await(pid, "Z");
	CHECK_EQ("of a zombie",
		 proc_put(proc_path("/proc/", pid, "/coredump_filter"), "1"),
		 -ESRCH);
	reap(pid);
	CHECK_OK("MADV_DONTDUMP", madvise(p, CORE_PAGE, MADV_DONTDUMP));
	CHECK_OK("MADV_DODUMP", madvise(p, CORE_PAGE, MADV_DODUMP));
}

/* --------------------------------------------------- rights of another kind */

static int changes_user(void *arg)
{
	need(!setresuid((uid_t)TEST_UID, TEST_UID, TEST_UID));
	if (arg)
		need(prctl(PR_GET_DUMPABLE) == (int)(intptr_t)arg);
	return core_dies((void *)SIGQUIT);
}

static void privileges(void)
{
	char path[128], cwd[64];
	struct stat st;

	core_begin();
	need(!chmod(".", 0777) && getcwd(cwd, sizeof(cwd)));
	CHECK_EQ("other ids", core_status(changes_user, 0), SIGQUIT);
	need(!proc_write(SUID_DUMPABLE, "1"));
	CHECK_EQ("suid_dumpable 1", core_status(changes_user, 1),
		 CORE(SIGQUIT));
	CHECK("the user's", !stat("core", &st) && st.st_uid == TEST_UID);
	need(!proc_write(SUID_DUMPABLE, "2"));
	CHECK_EQ("2 wants a path", core_status(changes_user, 2), SIGQUIT);
	snprintf(path, sizeof(path), "%s/x.%%d", cwd);
	core_pattern(path);
	CHECK_EQ("that it has", core_status(changes_user, 2), CORE(SIGQUIT));
	CHECK("root's", !stat("x.2", &st) && !st.st_uid &&
	      st.st_mode == (S_IFREG | 0600));
	CHECK_EQ("nothing is removed", core_status(changes_user, 2), SIGQUIT);
	need(!proc_write(SUID_DUMPABLE, "0"));
	core_pattern("core");
}

static const struct test tests[] = {
	{ "status", statuses, 0 },
	{ "file", files, 0 },
	{ "name", letters, 0 },
	{ "settings", settings, 0 },
	{ "filter", filters, 0 },
	{ "rights", privileges, 0 },
};

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--filter"))
		return filter_is(argv[2]) ? 7 : 8;
	return test_main(tests, COUNT(tests));
}
