/*
 * tests/user/coredump.c - the file that a process leaves when it dumps core
 *
 * What:  when there is one, how it is named, whose it is, and what is in it:
 *        threads, registers, memory; a dump that is killed, traced, or made
 *        while other threads come to their end.
 * See:   core(5), proc_pid_coredump_filter(5), PR_SET_DUMPABLE in prctl(2),
 *        MADV_DONTDUMP in madvise(2), elf(5), tests/models/coredump.pml
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/slabs.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <elf.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/procfs.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <time.h>

#define PATTERN		"/proc/sys/kernel/core_pattern"
#define USES_PID	"/proc/sys/kernel/core_uses_pid"
#define SUID_DUMPABLE	"/proc/sys/fs/suid_dumpable"
#define FILTER		"/proc/self/coredump_filter"
#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define PAGE		4096ul
#define MAGIC		0x6e69647573636f72ul
#define XSAVE_LAYOUT	0x205u
#define NR_process_mrelease 448
#define CORE(sig)	((sig) | 0x80)

/* What child and parent tell each other. */
static struct told {
	pid_t tids[8];
	int ready;
	int go;
	unsigned long addr[16];
	unsigned long auxv[64];
	ssize_t auxv_bytes;
} *told;

static void allow(rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	need(!setrlimit(RLIMIT_CORE, &limit));
}

static int dies(void *sig)
{
	allow(RLIM_INFINITY);
	raise((int)(intptr_t)sig);
	return 1;
}

static void pattern(const char *text)
{
	need(!proc_write(PATTERN, text));
}

static void begin(void)
{
	told = shared_alloc(sizeof(*told));
	pattern("core");
	need(!proc_write(USES_PID, "0"));
}

/* ----------------------------------------------------------- a core file */

struct core {
	const unsigned char *bytes;
	size_t size;
	const Elf64_Ehdr *eh;
	const Elf64_Phdr *ph;
};

static struct core core_open(const char *path)
{
	struct core c = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	need(fd >= 0 && !fstat(fd, &st));
	c.size = (size_t)st.st_size;
	need(c.size >= sizeof(*c.eh));
	c.bytes = mmap(NULL, c.size, PROT_READ, MAP_PRIVATE, fd, 0);
	need(c.bytes != MAP_FAILED);
	close(fd);
	c.eh = (const void *)c.bytes;
	c.ph = (const void *)(c.bytes + c.eh->e_phoff);
	need(c.eh->e_phoff + c.eh->e_phnum * sizeof(*c.ph) <= c.size);
	return c;
}

static void core_close(struct core *c)
{
	munmap((void *)c->bytes, c->size);
}

/* The @nth note of this type, and whose name it has; NULL: no more. */
static const void *note(const struct core *c, unsigned int type,
			unsigned int nth, size_t *len)
{
	size_t at = c->ph[0].p_offset, end = at + c->ph[0].p_filesz;

	need(c->ph[0].p_type == PT_NOTE && end <= c->size);
	while (at < end) {
		const Elf64_Nhdr *n = (const void *)(c->bytes + at);
		size_t data = at + sizeof(*n) + ((n->n_namesz + 3) & ~3u);
		const char *name = (const char *)(n + 1);
		int extra = n->n_type == NT_X86_XSTATE ||
			    n->n_type == XSAVE_LAYOUT;

		at = data + ((n->n_descsz + 3) & ~3u);
		if (n->n_type != type || strcmp(name, extra ? "LINUX" : "CORE"))
			continue;
		if (len)
			*len = n->n_descsz;
		if (!nth--)
			return c->bytes + data;
	}
	return NULL;
}

static const Elf64_Phdr *segment(const struct core *c, unsigned long addr)
{
	for (unsigned int i = 1; i < c->eh->e_phnum; i++) {
		if (addr - c->ph[i].p_vaddr < c->ph[i].p_memsz)
			return &c->ph[i];
	}
	return NULL;
}

/* The word at @addr of the dead process; 0: it is not in the file. */
static unsigned long word(const struct core *c, unsigned long addr)
{
	const Elf64_Phdr *h = segment(c, addr);
	unsigned long value = 0, at = h ? addr - h->p_vaddr : 0;

	if (h && at + sizeof(value) <= h->p_filesz &&
	    h->p_offset + at + sizeof(value) <= c->size)
		memcpy(&value, c->bytes + h->p_offset + at, sizeof(value));
	return value;
}

static unsigned int count_threads(const struct core *c)
{
	unsigned int n = 0;

	while (note(c, NT_PRSTATUS, n, NULL))
		n++;
	return n;
}

/* ---------------------------------------------------------------- statuses */

static int status_of(int (*fn)(void *arg), long arg)
{
	unlink("core");
	return child_run(fn, (void *)arg);
}

static int without_limit(void *sig)
{
	allow(0);
	raise((int)(intptr_t)sig);
	return 1;
}

static int with_limit(void *bytes)
{
	allow((rlim_t)(intptr_t)bytes);
	raise(SIGABRT);
	return 1;
}

static int not_dumpable(void *sig)
{
	need(!prctl(PR_SET_DUMPABLE, 0));
	return dies(sig);
}

static int dumpable_again(void *sig)
{
	need(!prctl(PR_SET_DUMPABLE, 0));
	need(!prctl(PR_SET_DUMPABLE, 1));
	return dies(sig);
}

static int no_file_size(void *sig)
{
	const struct rlimit none = { 0, RLIM_INFINITY };

	need(!setrlimit(RLIMIT_FSIZE, &none));
	return dies(sig);
}

static int faults(void *arg)
{
	(void)arg;
	allow(RLIM_INFINITY);
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
	allow(RLIM_INFINITY);
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

	begin();
	for (unsigned int i = 0; i < COUNT(dumping); i++) {
		char name[32];

		snprintf(name, sizeof(name), "signal %d", dumping[i]);
		CHECK_EQ(name, status_of(dies, dumping[i]), CORE(dumping[i]));
		CHECK(name, !access("core", F_OK));
	}
	CHECK_EQ("a fault", status_of(faults, 0), CORE(SIGSEGV));
	CHECK_EQ("SIGTERM", status_of(dies, SIGTERM), SIGTERM);
	CHECK_EQ("SIGKILL", status_of(dies, SIGKILL), SIGKILL);
	CHECK("leave none", access("core", F_OK));
	CHECK_EQ("a limit of 0", status_of(without_limit, SIGQUIT), SIGQUIT);
	CHECK("leaves none", access("core", F_OK));
	CHECK_EQ("of less than a page", status_of(with_limit, PAGE - 1),
		 SIGABRT);
	CHECK("none either", access("core", F_OK));
	CHECK_EQ("of a page", status_of(with_limit, PAGE), CORE(SIGABRT));
	CHECK("cuts it", !stat("core", &st) && st.st_size > 64 &&
	      st.st_size <= (off_t)PAGE);
	CHECK_EQ("of some", status_of(with_limit, 5 * PAGE), CORE(SIGABRT));
	CHECK("counts what is written", !stat("core", &st) &&
	      st.st_blocks * 512 <= (blkcnt_t)(5 * PAGE));
	CHECK_EQ("no size allowed to files", status_of(no_file_size, SIGQUIT),
		 CORE(SIGQUIT));
	CHECK("an empty one", !stat("core", &st) && !st.st_size);
	CHECK_EQ("not dumpable", status_of(not_dumpable, SIGQUIT), SIGQUIT);
	CHECK("has none", access("core", F_OK));
	CHECK_EQ("dumpable again", status_of(dumpable_again, SIGQUIT),
		 CORE(SIGQUIT));
	CHECK_EQ("killed by a filter", status_of(forbidden, 0), CORE(SIGSYS));
	CHECK("has one", !access("core", F_OK));
	pid = child_start(dies, (void *)SIGQUIT);
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
	return dies((void *)SIGQUIT);
}

static void files(void)
{
	struct stat st, old;

	begin();
	file_make("core", "before", 0644);
	need(!link("core", "kept") && !stat("kept", &old));
	CHECK_EQ("instead of another",
		 child_run(dies, (void *)SIGQUIT), CORE(SIGQUIT));
	CHECK("not into it", !stat("core", &st) && st.st_ino != old.st_ino &&
	      st.st_nlink == 1 && proc_text_is("kept", "before"));
	CHECK_EQ("mode", st.st_mode, S_IFREG | 0600);
	need(!unlink("core") && !symlink("kept", "core"));
	CHECK_EQ("instead of a link",
		 child_run(dies, (void *)SIGQUIT), CORE(SIGQUIT));
	CHECK("not through it", !lstat("core", &st) && S_ISREG(st.st_mode) &&
	      proc_text_is("kept", "before"));
	need(!unlink("core") && !mkdir("core", 0755));
	CHECK_EQ("a directory", child_run(dies, (void *)SIGQUIT), SIGQUIT);
	need(!rmdir("core"));
	need(!chmod(".", 0755));
	CHECK_EQ("no right to make it", status_of(dies_as_user, 0), SIGQUIT);
	need(!chmod(".", 0777));
	CHECK_EQ("a user", status_of(dies_as_user, 0), CORE(SIGQUIT));
	CHECK("whose it is", !stat("core", &st) && st.st_uid == TEST_UID &&
	      st.st_gid == TEST_UID);
	CHECK_EQ("a mask for others", status_of(dies_as_user, 077),
		 CORE(SIGQUIT));
	CHECK_EQ("a mask for the owner", status_of(dies_as_user, 0200),
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
	allow(RLIM_INFINITY);
	raise(SIGQUIT);
	return 1;
}

/* Is @want there after a child of that name dumped core? */
static int named(const char *text, const char *comm, const char *want)
{
	pid_t pid;
	char path[512];

	pattern(text);
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

	begin();
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
	pattern("x.%t");
	pid = child_start(dies, (void *)SIGQUIT);
	need(reap(pid) != -1);
	after = time(NULL);
	for (time_t t = before - 1; t <= after + 1; t++) {
		snprintf(base, sizeof(base), "x.%lld", (long long)t);
		found += !access(base, F_OK);
	}
	CHECK_EQ("%t", found, 1);
	need(!proc_write(USES_PID, "1"));
	CHECK("core_uses_pid", named("x", "n", "x.%d"));
	CHECK("but not twice", named("x.%p.y", "n", "x.%d.y"));
	CHECK("%i does not count", named("y%i", "n", "y%1$d.%1$d"));
	need(!proc_write(USES_PID, "0"));
	pattern("core");
}

static void settings(void)
{
	char text[200], want[200];

	begin();
	CHECK("the usual one", proc_text_is(PATTERN, "core\n"));
	pattern("a b\nc");
	CHECK("one line", proc_text_is(PATTERN, "a b\n"));
	memset(text, 'x', sizeof(text));
	text[199] = '\0';
	pattern(text);
	snprintf(want, sizeof(want), "%.127s\n", text);
	CHECK("so much of it", proc_text_is(PATTERN, want));
	pattern("\n");
	CHECK_EQ("none", status_of(dies, SIGQUIT), SIGQUIT);
	pattern("core");
	if (on_nidus())
		CHECK_EQ("no programs", proc_put(PATTERN, "|/bin/true"),
			 -EINVAL);
	else
		SKIP("no programs", "Linux starts them");
	CHECK("core_uses_pid", proc_text_is(USES_PID, "0\n"));
	CHECK_EQ("is a number", proc_put(USES_PID, "x"), -EINVAL);
	need(!setuid(TEST_UID));
	CHECK_ERRNO("root's", open(PATTERN, O_WRONLY), EACCES);
}

/* ----------------------------------------------------------------- threads */

/* Registers with @mark in them, then an illegal instruction, or a sleep. */
static void marked(unsigned long mark, int dying)
{
	static int word;

	__asm__ volatile("mov %0, %%r15\n\tmovq %0, %%xmm7\n\t"
			 "test %1, %1\n\tjz 1f\n\tud2\n"
			 "1:\txor %%r10d, %%r10d\n\txor %%edx, %%edx\n\t"
			 "xor %%esi, %%esi\n\tmov $202, %%eax\n\t"
			 "syscall\n\tjmp 1b"
			 : : "r"(mark), "r"(dying), "D"(&word)
			 : "r15", "r10", "rdx", "rsi", "rax", "rcx", "r11",
			   "xmm7", "memory");
}

static int sleeper(void *slot)
{
	long i = (intptr_t)slot;

	told->tids[i] = (pid_t)sys(SYS_gettid);
	__atomic_add_fetch(&told->ready, 1, __ATOMIC_SEQ_CST);
	marked(MAGIC + (unsigned long)i, 0);
	return 0;
}

/* The process: three sleep, and then the leader or another dies. */
static int four_threads(void *arg)
{
	struct thread t[3];
	int fd = open("/proc/self/auxv", O_RDONLY);

	(void)arg;
	allow(RLIM_INFINITY);
	told->auxv_bytes = read(fd, told->auxv, sizeof(told->auxv));
	for (long i = 1; i <= 3; i++)
		thread_start(&t[i - 1], sleeper, (void *)i);
	while (__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST) < 3)
		sched_yield();
	/* All asleep, by any chance. */
	for (int i = 1; i <= 3; i++)
		proc_await(told->tids[i], "S");
	told->tids[0] = (pid_t)sys(SYS_gettid);
	marked(MAGIC, 1);
	return 1;
}

static const struct user_regs_struct *regs_of(const prstatus_t *s)
{
	return (const void *)&s->pr_reg;
}

/* Do the parts lie in an area of @size bytes? */
static int layout_fits(const struct core *c, size_t size)
{
	const struct {
		unsigned int number, size, offset, flags;
	} *part;
	size_t len = 0;

	part = note(c, XSAVE_LAYOUT, 0, &len);
	if (!part || len % sizeof(*part))
		return !part;
	for (size_t i = 0; i < len / sizeof(*part); i++) {
		if (part[i].number < 2 || part[i].offset < 576 ||
		    part[i].offset + part[i].size > size || part[i].flags)
			return 0;
	}
	return !note(c, XSAVE_LAYOUT, 1, NULL);
}

static void thread_notes(const struct core *c)
{
	const struct user_fpregs_struct *f = NULL;
	const prstatus_t *s;
	unsigned long low;
	size_t len;
	int good = 0, floats = 0, seen[4] = { 0 };

	CHECK_EQ("threads", count_threads(c), 4);
	for (unsigned int n = 0; n < 4; n++) {
		s = note(c, NT_PRSTATUS, n, &len);
		f = note(c, NT_PRFPREG, n, NULL);
		if (!s || !f || len != sizeof(*s))
			continue;
		for (unsigned int i = 0; i < 4; i++) {
			if (s->pr_pid != told->tids[i])
				continue;
			seen[i]++;
			good += regs_of(s)->r15 == MAGIC + i;
			memcpy(&low, &f->xmm_space[28], sizeof(low));
			floats += low == MAGIC + i;
		}
	}
	CHECK("each once", seen[0] == 1 && seen[1] == 1 && seen[2] == 1 &&
	      seen[3] == 1);
	CHECK_EQ("with its registers", good, 4);
	CHECK_EQ("and those of numbers", floats, 4);
	s = note(c, NT_PRSTATUS, 0, NULL);
	CHECK_EQ("who died is the first", s->pr_pid, told->tids[0]);
	CHECK_EQ("the signal", s->pr_cursig, SIGILL);
	CHECK_EQ("everywhere",
		 ((const prstatus_t *)note(c, NT_PRSTATUS, 3, NULL))->pr_cursig,
		 SIGILL);
	CHECK_EQ("parent", s->pr_ppid, getpid());
	CHECK_EQ("group", s->pr_pgrp, getpgid(0));
	CHECK_EQ("session", s->pr_sid, getsid(0));
	CHECK_EQ("numbers are valid", s->pr_fpvalid, 1);
	CHECK("where it was", segment(c, regs_of(s)->rip) &&
	      segment(c, regs_of(s)->rip)->p_flags == (PF_R | PF_X));
	CHECK("the xsave area", !note(c, NT_X86_XSTATE, 0, &len) ||
	      (len >= 576 && note(c, NT_X86_XSTATE, 3, NULL)));
	CHECK("and what is where", layout_fits(c, len));
}

static void process_notes(const struct core *c, pid_t pid)
{
	const prpsinfo_t *p;
	const siginfo_t *si;
	const unsigned long *v;
	const char *names;
	char exe[256] = "";
	size_t len = 0;
	int found = 0;

	p = note(c, NT_PRPSINFO, 0, &len);
	CHECK_EQ("one note of the process", len, sizeof(*p));
	CHECK_EQ("its number", p->pr_pid, pid);
	CHECK_EQ("its parent", p->pr_ppid, getpid());
	CHECK_EQ("it runs", p->pr_sname, 'R');
	CHECK("its name", !strcmp(p->pr_fname, "coredump"));
	CHECK("its arguments", strstr(p->pr_psargs, "coredump"));
	CHECK("no second one", !note(c, NT_PRPSINFO, 1, NULL));
	si = note(c, NT_SIGINFO, 0, &len);
	CHECK_EQ("siginfo", len, sizeof(*si));
	CHECK_EQ("signal", si->si_signo, SIGILL);
	CHECK_EQ("kind", si->si_code, ILL_ILLOPN);
	CHECK_EQ("place", si->si_addr,
		 regs_of(note(c, NT_PRSTATUS, 0, NULL))->rip);
	v = note(c, NT_AUXV, 0, &len);
	CHECK("auxiliary vector", v && len <= (size_t)told->auxv_bytes &&
	      !memcmp(v, told->auxv, len) && !v[len / 8 - 2]);
	need(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	v = note(c, NT_FILE, 0, &len);
	need(v);
	CHECK_EQ("files in pages", v[1], PAGE);
	names = (const char *)(v + 2 + 3 * v[0]);
	for (unsigned long i = 0; i < v[0]; i++, names += strlen(names) + 1) {
		const Elf64_Phdr *h = segment(c, v[2 + 3 * i]);

		found += h && h->p_vaddr == v[2 + 3 * i] &&
			 h->p_vaddr + h->p_memsz == v[3 + 3 * i] &&
			 !strcmp(names, exe);
	}
	CHECK("the program is among them", found >= 2);
}

static int alone(void *arg)
{
	(void)arg;
	allow(RLIM_INFINITY);
	marked(MAGIC + 9, 1);
	return 1;
}

static void threads(void)
{
	const struct user_fpregs_struct *f;
	unsigned long low;
	struct core c;
	pid_t pid;

	begin();
	unlink("core");
	pid = child_start(four_threads, NULL);
	CHECK_EQ("four", reap(pid), CORE(SIGILL));
	c = core_open("core");
	CHECK("a core file", !memcmp(c.eh->e_ident, ELFMAG, SELFMAG) &&
	      c.eh->e_type == ET_CORE && c.eh->e_machine == EM_X86_64 &&
	      c.eh->e_phentsize == sizeof(Elf64_Phdr));
	thread_notes(&c);
	process_notes(&c, pid);
	core_close(&c);
	CHECK_EQ("one alone", status_of(alone, 0), CORE(SIGILL));
	c = core_open("core");
	f = note(&c, NT_PRFPREG, 0, NULL);
	need(f);
	memcpy(&low, &f->xmm_space[28], sizeof(low));
	CHECK_EQ("has the newest registers", low, MAGIC + 9);
	core_close(&c);
}

static int inner(void *arg)
{
	(void)arg;
	told->tids[1] = getpid();
	return dies((void *)SIGSEGV);
}

static int forks_inside(void *arg)
{
	(void)arg;
	told->tids[0] = fork();
	if (!told->tids[0])
		_exit(inner(NULL));
	return reap(told->tids[0]) == CORE(SIGSEGV) ? 7 : 8;
}

static int init_faults(void *arg)
{
	(void)arg;
	allow(RLIM_INFINITY);
	*(volatile int *)told->addr[0] = 1;
	return 1;
}

static void namespaces(void)
{
	const prstatus_t *s;
	const prpsinfo_t *p;
	char path[64];
	struct core c;
	pid_t pid;

	begin();
	pattern("x.%p.%P.%i.%I");
	pid = ns_start(init_faults, NULL);
	CHECK_EQ("an init", reap(pid), CORE(SIGSEGV));
	snprintf(path, sizeof(path), "x.1.%d.1.%d", pid, pid);
	CHECK("is called by both numbers", !access(path, F_OK));
	c = core_open(path);
	s = note(&c, NT_PRSTATUS, 0, NULL);
	p = note(&c, NT_PRPSINFO, 0, NULL);
	CHECK_EQ("its own", s->pr_pid, 1);
	CHECK_EQ("no parent", s->pr_ppid, 0);
	CHECK_EQ("no session", s->pr_sid, 0);
	CHECK_EQ("the same", p->pr_pid, 1);
	core_close(&c);
	pattern("y.%p");
	CHECK_EQ("a child in there", ns_run(forks_inside, NULL), EXITED(7));
	snprintf(path, sizeof(path), "y.%d", told->tids[1]);
	c = core_open(path);
	s = note(&c, NT_PRSTATUS, 0, NULL);
	CHECK_EQ("number", s->pr_pid, told->tids[1]);
	CHECK_EQ("parent", s->pr_ppid, 1);
	core_close(&c);
	pattern("core");
}

/* ------------------------------------------------------------------ memory */

static unsigned long variable = MAGIC;

static unsigned long map(int prot, int flags, int fd, unsigned long value)
{
	unsigned long *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, flags,
				fd, 0);

	need(p != MAP_FAILED);
	if (value)
		*p = value;
	need(!mprotect(p, 2 * PAGE, prot));
	return (unsigned long)(uintptr_t)p;
}

enum {
	ANON, SHARED, FILE_PRIVATE, FILE_COPIED, FILE_SHARED, FILE_GONE,
	FORBIDDEN, ADVISED, UNTOUCHED,
};

static int maps(void *filter)
{
	int fd = open("file", O_RDWR);
	int gone = open("gone", O_RDWR | O_CREAT | O_TRUNC, 0644);

	need(fd >= 0 && gone >= 0 && !unlink("gone"));
	need(!ftruncate(gone, 2 * PAGE));
	if (*(const char *)filter)
		need(!proc_write(FILTER, filter));
	told->addr[ANON] = map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       MAGIC);
	told->addr[SHARED] = map(PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1,
				 MAGIC);
	told->addr[FILE_PRIVATE] = map(PROT_READ, MAP_PRIVATE, fd, 0);
	told->addr[FILE_COPIED] = map(PROT_READ, MAP_PRIVATE, fd, MAGIC);
	told->addr[FILE_SHARED] = map(PROT_READ, MAP_SHARED, fd, 0);
	told->addr[FILE_GONE] = map(PROT_READ, MAP_SHARED, gone, MAGIC);
	told->addr[FORBIDDEN] = map(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
				    -1, MAGIC);
	told->addr[ADVISED] = map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, MAGIC);
	need(!madvise((void *)told->addr[ADVISED], PAGE, MADV_DONTDUMP));
	told->addr[UNTOUCHED] = P(mmap(NULL, PAGE, PROT_READ | PROT_EXEC,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	return dies((void *)SIGQUIT);
}

/* One bit for each map that is in the dump, and those of the list. */
static unsigned int dumped(const char *filter, struct core *c)
{
	unsigned int bits = 0;

	need(status_of(maps, P(filter)) == CORE(SIGQUIT));
	*c = core_open("core");
	for (unsigned int i = 0; i < 8; i++)
		bits |= (unsigned int)(word(c, told->addr[i]) == MAGIC) << i;
	return bits;
}

#define BIT(n) (1u << (n))
#define PRIVATE (BIT(ANON) | BIT(FILE_COPIED) | BIT(FORBIDDEN))

static void memory(void)
{
	unsigned long text[2 * PAGE / sizeof(long)] = { MAGIC };
	volatile unsigned long local = MAGIC;
	unsigned long *heap = malloc(100);
	const Elf64_Phdr *h;
	struct core c;
	int fd;

	begin();
	*heap = MAGIC;
	fd = open("file", O_RDWR | O_CREAT, 0755);
	need(fd >= 0 && write(fd, text, sizeof(text)) == sizeof(text));
	close(fd);
	CHECK_EQ("as it is", dumped("", &c), PRIVATE | BIT(SHARED) |
		 BIT(FILE_GONE) | BIT(FILE_PRIVATE));
	CHECK_EQ("a variable", word(&c, P(&variable)), MAGIC);
	CHECK_EQ("the stack", word(&c, P(&local)), MAGIC);
	CHECK_EQ("the heap", word(&c, P(heap)), MAGIC);
	h = segment(&c, told->addr[UNTOUCHED]);
	CHECK("nobody wrote to it", h && !h->p_filesz && h->p_memsz == PAGE);
	CHECK_EQ("constants are the program's",
		 word(&c, P("a text that nobody writes to")), 0);
	CHECK_EQ("its first page",
		 (unsigned int)word(&c, getauxval(AT_PHDR) & ~(PAGE - 1)),
		 0x464c457f);
	h = segment(&c, getauxval(AT_SYSINFO_EHDR));
	CHECK("the vdso", !getauxval(AT_SYSINFO_EHDR) ||
	      (h && h->p_filesz == h->p_memsz));
	h = segment(&c, told->addr[FILE_PRIVATE]);
	CHECK("one page of a program", h && h->p_filesz == PAGE);
	h = segment(&c, told->addr[FORBIDDEN]);
	CHECK("no rights", h && !h->p_flags && h->p_filesz == 2 * PAGE);
	h = segment(&c, told->addr[ADVISED]);
	CHECK("MADV_DONTDUMP", h && !h->p_filesz && h->p_memsz == PAGE &&
	      h->p_flags == PF_R);
	CHECK("segments are in order", c.eh->e_phnum > 8 &&
	      c.ph[1].p_vaddr < c.ph[2].p_vaddr &&
	      c.ph[2].p_offset % PAGE == 0);
	h = &c.ph[c.eh->e_phnum - 1];
	CHECK("all of it is there", h->p_offset + h->p_filesz <= c.size);
	core_close(&c);
	CHECK_EQ("nothing", dumped("0", &c), 0);
	core_close(&c);
	CHECK_EQ("private ones", dumped("0x1", &c), PRIVATE);
	core_close(&c);
	CHECK_EQ("shared ones", dumped("2", &c), BIT(SHARED) | BIT(FILE_GONE));
	core_close(&c);
	CHECK_EQ("those of files", dumped("0x4", &c),
		 BIT(FILE_PRIVATE) | BIT(FILE_COPIED));
	core_close(&c);
	CHECK_EQ("shared with files", dumped("8", &c), BIT(FILE_SHARED));
	core_close(&c);
	CHECK_EQ("their heads", dumped("0x10", &c),
		 BIT(FILE_PRIVATE) | BIT(FILE_COPIED));
	core_close(&c);
	CHECK_EQ("all", dumped("0x7f", &c), 0x7f);
	core_close(&c);
	need(!chmod("file", 0644));
	CHECK_EQ("no program", dumped("0x10", &c), 0);
	core_close(&c);
}

static int filter_is(const char *want)
{
	return proc_text_is(FILTER, want);
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
	void *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	pid_t pid;

	CHECK("the usual one", filter_is("00000033\n"));
	CHECK_EQ("no number", proc_put(FILTER, "x"), -EINVAL);
	CHECK_EQ("below 0", proc_put(FILTER, "-1"), -EINVAL);
	CHECK_EQ("too large", proc_put(FILTER, "0x100000000"), -ERANGE);
	CHECK_EQ("all bits", proc_put(FILTER, "0xffffffff\n"), 0);
	CHECK("that there are", filter_is("000001ff\n"));
	CHECK_EQ("decimal", proc_put(FILTER, "21"), 0);
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
	CHECK_OK("MADV_DONTDUMP", madvise(p, PAGE, MADV_DONTDUMP));
	CHECK_OK("MADV_DODUMP", madvise(p, PAGE, MADV_DODUMP));
}

/* --------------------------------------------------- rights of another kind */

static int changes_user(void *arg)
{
	need(!setresuid((uid_t)TEST_UID, TEST_UID, TEST_UID));
	if (arg)
		need(prctl(PR_GET_DUMPABLE) == (int)(intptr_t)arg);
	return dies((void *)SIGQUIT);
}

static void privileges(void)
{
	char path[128], cwd[64];
	struct stat st;

	begin();
	need(!chmod(".", 0777) && getcwd(cwd, sizeof(cwd)));
	CHECK_EQ("other ids", status_of(changes_user, 0), SIGQUIT);
	need(!proc_write(SUID_DUMPABLE, "1"));
	CHECK_EQ("suid_dumpable 1", status_of(changes_user, 1), CORE(SIGQUIT));
	CHECK("the user's", !stat("core", &st) && st.st_uid == TEST_UID);
	need(!proc_write(SUID_DUMPABLE, "2"));
	CHECK_EQ("2 wants a path", status_of(changes_user, 2), SIGQUIT);
	snprintf(path, sizeof(path), "%s/x.%%d", cwd);
	pattern(path);
	CHECK_EQ("that it has", status_of(changes_user, 2), CORE(SIGQUIT));
	CHECK("root's", !stat("x.2", &st) && !st.st_uid &&
	      st.st_mode == (S_IFREG | 0600));
	CHECK_EQ("nothing is removed", status_of(changes_user, 2), SIGQUIT);
	need(!proc_write(SUID_DUMPABLE, "0"));
	pattern("core");
}

/* --------------------------------------------------------- dumps and deaths */

#define LARGE (48ul << 20)

static int two_threads_die(void *arg)
{
	struct thread t;

	(void)arg;
	thread_start(&t, sleeper, (void *)1);
	return dies((void *)SIGQUIT);
}

/* Takes a while. */
static int dumps_much(void *arg)
{
	char *p = mmap(NULL, LARGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct thread t;

	(void)arg;
	need(p != MAP_FAILED);
	for (size_t at = 0; at < LARGE; at += PAGE)
		p[at] = 1;
	thread_start(&t, sleeper, (void *)1);
	return dies((void *)SIGQUIT);
}

/* Field 9 of /proc/PID/stat. */
static unsigned int flags_of(pid_t pid)
{
	char buf[512] = "", *at;
	unsigned int flags = 0;

	proc_read(proc_path("/proc/", pid, "/stat"), buf, sizeof(buf) - 1);
	at = strrchr(buf, ')');
	if (at)
		sscanf(at, ") %*c %*d %*d %*d %*d %*d %u", &flags);
	return flags;
}

static int dumping(pid_t pid)
{
	return proc_number(proc_path("/proc/", pid, "/status"),
			   "CoreDumping:") == 1;
}

static void killed(void)
{
	unsigned int flags = 0;
	int status = CORE(SIGQUIT), seen = 0, fd;
	long released = 0;
	struct stat st;

	begin();
	/* It may be over before it is seen, or before SIGKILL. */
	for (int i = 0; i < 100 && status != SIGKILL; i++) {
		pid_t pid = child_start(dumps_much, NULL);
		siginfo_t si = { 0 };

		while (!si.si_pid && !dumping(pid))
			need(!waitid(P_PID, (id_t)pid, &si,
				     WEXITED | WNOHANG | WNOWAIT));
		flags = flags_of(pid);
		fd = (int)pidfd_open(pid, 0);
		released = sys(NR_process_mrelease, fd, 0);
		close(fd);
		seen += dumping(pid);
		kill(pid, SIGUSR1);
		kill(pid, SIGKILL);
		status = reap(pid);
	}
	CHECK("CoreDumping", seen);
	CHECK_EQ("its flags", flags & 0x600, 0x600);
	CHECK_EQ("its memory is still wanted", released, -EINVAL);
	CHECK_EQ("SIGKILL ends it", status, SIGKILL);
	CHECK("in the middle", !stat("core", &st) &&
	      st.st_size < (off_t)LARGE);
	unlink("core");
}

/* An init that ends while a child of it dumps core. */
static int leaves_dumper(void *arg)
{
	struct stat st = { 0 };
	pid_t pid = fork();

	(void)arg;
	if (!pid)
		_exit(dumps_much(NULL));
	while (!st.st_size && waitpid(pid, NULL, WNOHANG) == 0)
		stat("core", &st);
	return 7;
}

/* A dump that begins while the namespace comes to its end, or before. */
static int leaves_many(void *arg)
{
	(void)arg;
	for (int i = 0; i < 8; i++) {
		if (!fork())
			_exit(two_threads_die(NULL));
	}
	usleep(1000);
	return 7;
}

static void namespace_ends(void)
{
	int good = 0;

	begin();
	for (int i = 0; i < 5; i++) {
		unlink("core");
		good += ns_run(leaves_dumper, NULL) == EXITED(7);
	}
	CHECK_EQ("in the middle of a dump", good, 5);
	good = 0;
	pattern("core.%p");
	for (int i = 0; i < 20; i++)
		good += ns_run(leaves_many, NULL) == EXITED(7);
	CHECK_EQ("of many", good, 20);
	pattern("core");
}

static int leaves_late(void *code)
{
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	sys(SYS_exit_group, (intptr_t)code);
	return 0;
}

static int execs_late(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	execl("/proc/self/exe", "coredump", "--filter", "none", (char *)NULL);
	return 0;
}

static int dies_late(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	*(volatile int *)told->addr[0] = 1;
	return 0;
}

static int ends_late(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&told->go, __ATOMIC_SEQ_CST))
		;
	return 0;
}

/* One dies of a fault while another does something else. */
static int two_ways(void *other)
{
	struct thread t[3];

	allow(RLIM_INFINITY);
	need(!proc_write(FILTER, "0"));
	told->go = 0;
	thread_start(&t[0], (int (*)(void *))(intptr_t)other, (void *)5);
	thread_start(&t[1], sleeper, (void *)1);
	thread_start(&t[2], dies_late, NULL);
	__atomic_store_n(&told->go, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return 0;
}

#define ROUNDS 30

static void races(void)
{
	int ends[4][3] = { { 0 } };
	int (*const others[])(void *) = {
		leaves_late, execs_late, dies_late, ends_late,
	};

	begin();
	for (int i = 0; i < ROUNDS * 4; i++) {
		int status = child_run(two_ways, (void *)(intptr_t)
				       others[i % 4]);

		ends[i % 4][0] += status == CORE(SIGSEGV);
		ends[i % 4][1] += status == EXITED(5) || status == EXITED(8);
	}
	CHECK_EQ("with exit_group", ends[0][0] + ends[0][1], ROUNDS);
	CHECK_EQ("with execve", ends[1][0] + ends[1][1], ROUNDS);
	CHECK_EQ("with another fault", ends[2][0], ROUNDS);
	CHECK_EQ("with the end of a thread", ends[3][0], ROUNDS);
}

/* Threads in all kinds of places. */
static void ready(void)
{
	__atomic_add_fetch(&told->ready, 1, __ATOMIC_SEQ_CST);
}

static int runs(void *arg)
{
	(void)arg;
	ready();
	for (;;)
		;
	return 0;
}

static int reads(void *arg)
{
	int ends[2];

	(void)arg;
	ready();
	sys(SYS_pipe2, P(ends), 0);
	return (int)sys(SYS_read, ends[0], P(ends), 1);
}

static int ends_with_parent(void *arg)
{
	(void)arg;
	sys(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
	ready();
	for (;;)
		sys(SYS_pause);
	return 0;
}

static int waits_for_vfork(void *arg)
{
	struct thread child;

	(void)arg;
	thread_clone(&child, CLONE_VM | CLONE_VFORK | SIGCHLD,
		     ends_with_parent, NULL);
	return 0;
}

static int waits_for_signal(void *arg)
{
	const unsigned long none = 1ul << (SIGUSR1 - 1);

	(void)arg;
	ready();
	return (int)sys(SYS_rt_sigtimedwait, P(&none), 0, 0, 8);
}

static int births(void *arg)
{
	(void)arg;
	ready();
	for (;;) {
		pid_t pid = (pid_t)sys(SYS_fork);

		if (!pid)
			sys(SYS_exit_group, 0);
		sys(SYS_wait4, pid, 0, 0, 0);
	}
	return 0;
}

#define CROWD 60

static int crowd(void *arg)
{
	static int (*const kinds[])(void *arg) = {
		sleeper, reads, waits_for_vfork, waits_for_signal, sleeper,
		reads,
	};
	static struct thread t[CROWD + 2];

	(void)arg;
	allow(RLIM_INFINITY);
	for (int i = 0; i < CROWD; i++)
		thread_start(&t[i], kinds[i % COUNT(kinds)], (void *)1);
	thread_start(&t[CROWD], runs, NULL);
	thread_start(&t[CROWD + 1], births, NULL);
	while (__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST) < CROWD + 2)
		sched_yield();
	raise(SIGQUIT);
	return 1;
}

static void crowds(void)
{
	unsigned int known = 0;
	struct core c;

	begin();
	need(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	CHECK_EQ("many threads", status_of(crowd, 0), CORE(SIGQUIT));
	c = core_open("core");
	CHECK_EQ("are all there", count_threads(&c), CROWD + 3);
	for (unsigned int i = 0; i < CROWD + 3; i++)
		known += note(&c, NT_PRFPREG, i, NULL) != NULL;
	CHECK_EQ("with all notes", known, CROWD + 3);
	core_close(&c);
	while (reap(-1) > 0 || errno != ECHILD)
		;
}

static int shares_memory(void *arg)
{
	(void)arg;
	told->tids[2] = getpid();
	gate_wait((struct gate *)told->addr[1]);
	told->addr[2] = MAGIC;
	return 0;
}

static int dies_beside(void *arg)
{
	struct thread t;

	need(thread_clone(&t, CLONE_VM | CLONE_FILES | SIGCHLD, shares_memory,
			  NULL) > 0);
	return dies(arg);
}

static void others(void)
{
	struct gate gate;
	int status;

	begin();
	gate_init(&gate);
	told->addr[1] = (unsigned long)P(&gate);
	need(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	CHECK_EQ("memory shared with a process",
		 child_run(dies_beside, (void *)SIGQUIT), CORE(SIGQUIT));
	gate_open(&gate);
	status = reap(-1);
	CHECK_EQ("which lives on", status, EXITED(0));
	CHECK_EQ("and goes on", told->addr[2], MAGIC);
}

static int waits_then_dies(void *arg)
{
	struct thread t;

	(void)arg;
	thread_start(&t, sleeper, (void *)1);
	while (!__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST))
		sched_yield();
	raise(SIGSTOP);
	return dies((void *)SIGQUIT);
}

/* Each thread stops at its end, also the one that was parked. */
static void traced(void)
{
	unsigned long message = 0;
	int status, exits = 0, last = 0;
	pid_t pid, who;

	begin();
	pid = child_start(waits_then_dies, NULL);
	need(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	need(!ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXIT));
	need(!ptrace(PTRACE_SEIZE, told->tids[1], 0, PTRACE_O_TRACEEXIT));
	need(!kill(pid, SIGCONT));
	while ((who = waitpid(-1, &status, __WALL)) > 0) {
		int sig = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;

		if (!sig && who == pid)
			last = status;
		if (!sig)
			continue;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			exits++;
			if (who == pid)
				need(!ptrace(PTRACE_GETEVENTMSG, who, 0,
					     &message));
		}
		ptrace(PTRACE_CONT, who, 0, status >> 16 ? 0 : sig);
	}
	CHECK_EQ("both are seen to end", exits, 2);
	CHECK_EQ("the message tells of the core", message, CORE(SIGQUIT));
	CHECK_EQ("so does the end", last, CORE(SIGQUIT));
}

/* With the allocation that @nth counts to failing. */
static int lacks_memory(void *nth)
{
	struct thread t;
	char text[16];
	int fd;

	allow(RLIM_INFINITY);
	need(!proc_write(FILTER, "1"));
	thread_start(&t, sleeper, (void *)1);
	snprintf(text, sizeof(text), "%d", (int)(intptr_t)nth);
	fd = open(FAIL_NTH, O_WRONLY | O_CLOEXEC);
	need(fd >= 0 && write(fd, text, strlen(text)) > 0);
	raise(SIGQUIT);
	return 1;
}

static void allocations(void)
{
	static struct slabs before, after;
	int cores = 0, none = 0;

	begin();
	if (proc_write(FAIL_NTH, "0")) {
		SKIP("each fails in turn", "no fault injection");
		SKIP("nothing is left", "no fault injection");
		return;
	}
	child_run(lacks_memory, (void *)200);
	unlink("core");
	slabs_read(&before);
	for (long nth = 1; nth <= 150; nth++) {
		int status = child_run(lacks_memory, (void *)nth);

		cores += status == CORE(SIGQUIT);
		none += status == SIGQUIT;
		unlink("core");
	}
	test_note("without a core", none);
	CHECK("each fails in turn", cores + none == 150 && none > 5);
	slabs_read(&after);
	CHECK_EQ("nothing is left", slabs_grown(&before, &after, 40), 0);
}

static int ends_then_dies(void *arg)
{
	struct thread t;

	allow(RLIM_INFINITY);
	thread_start(&t, ends_late, arg);
	told->tids[1] = t.tid;
	__atomic_store_n(&told->ready, 1, __ATOMIC_SEQ_CST);
	pause();
	return 1;
}

/* Who is stopped at its end is not waited for. */
static void traced_end(void)
{
	struct core c;
	int status;
	pid_t pid;

	begin();
	pid = child_start(ends_then_dies, NULL);
	while (!__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST))
		sched_yield();
	need(!ptrace(PTRACE_SEIZE, told->tids[1], 0, PTRACE_O_TRACEEXIT));
	__atomic_store_n(&told->go, 1, __ATOMIC_SEQ_CST);
	need(waitpid(told->tids[1], &status, __WALL) == told->tids[1]);
	CHECK_EQ("a thread at its end", status >> 8,
		 SIGTRAP | PTRACE_EVENT_EXIT << 8);
	need(!kill(pid, SIGQUIT));
	proc_await(pid, "Z");
	c = core_open("core");
	CHECK_EQ("the dump is without it", count_threads(&c), 1);
	CHECK_EQ("it stands still", proc_state(told->tids[1]), 't');
	core_close(&c);
	need(!ptrace(PTRACE_CONT, told->tids[1], 0, 0));
	need(waitpid(told->tids[1], &status, __WALL) == told->tids[1]);
	CHECK_EQ("and then", reap(pid), CORE(SIGQUIT));
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "status", statuses, 0 }, { "file", files, 0 },
		{ "name", letters, 0 }, { "settings", settings, 0 },
		{ "threads", threads, 0 }, { "namespace", namespaces, 0 },
		{ "memory", memory, 0 }, { "filter", filters, 0 },
		{ "rights", privileges, 0 }, { "killed", killed, 0 },
		{ "end", namespace_ends, 0 },
		{ "race", races, 0 }, { "others", others, 0 },
		{ "crowd", crowds, 0 },
		{ "traced", traced, 0 }, { "late", traced_end, 10 },
		{ "allocation", allocations, 0 },
	};

	if (argc == 3 && !strcmp(argv[1], "--filter"))
		return filter_is(argv[2]) ? 7 : 8;
	return test_main(tests, COUNT(tests));
}
