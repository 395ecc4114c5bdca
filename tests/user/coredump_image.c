/*
 * tests/user/coredump_image.c - what is in a core file
 *
 * What:  threads with their registers, the process, its memory by the filter.
 * See:   core(5), elf(5), MADV_DONTDUMP in madvise(2)
 */
#include "lib/core.h"
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <sys/user.h>

/* ----------------------------------------------------------------- threads */

/* The process: three sleep, and then the leader or another dies. */
static int four_threads(void *arg)
{
	struct thread t[3];
	int fd = open("/proc/self/auxv", O_RDONLY);

	(void)arg;
	core_allow(RLIM_INFINITY);
	told->auxv_bytes = read(fd, told->auxv, sizeof(told->auxv));
	for (long i = 1; i <= 3; i++)
		thread_start(&t[i - 1], core_sleeper, (void *)i);
	while (__atomic_load_n(&told->ready, __ATOMIC_SEQ_CST) < 3)
		sched_yield();
	/* All asleep, by any chance. */
	for (int i = 1; i <= 3; i++)
		proc_await(told->tids[i], "S");
	told->tids[0] = (pid_t)sys(SYS_gettid);
	core_marked(CORE_MAGIC, 1);
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

	part = core_note(c, XSAVE_LAYOUT, 0, &len);
	if (!part || len % sizeof(*part))
		return !part;
	for (size_t i = 0; i < len / sizeof(*part); i++) {
		if (part[i].number < 2 || part[i].offset < 576 ||
		    part[i].offset + part[i].size > size || part[i].flags)
			return 0;
	}
	return !core_note(c, XSAVE_LAYOUT, 1, NULL);
}

static void thread_notes(const struct core *c)
{
	const struct user_fpregs_struct *f = NULL;
	const prstatus_t *s, *last;
	unsigned long low;
	size_t len;
	int good = 0, floats = 0, seen[4] = { 0 };

	CHECK_EQ("threads", core_threads(c), 4);
	for (unsigned int n = 0; n < 4; n++) {
		s = core_note(c, NT_PRSTATUS, n, &len);
		f = core_note(c, NT_PRFPREG, n, NULL);
		if (!s || !f || len != sizeof(*s))
			continue;
		for (unsigned int i = 0; i < 4; i++) {
			if (s->pr_pid != told->tids[i])
				continue;
			seen[i]++;
			good += regs_of(s)->r15 == CORE_MAGIC + i;
			memcpy(&low, &f->xmm_space[28], sizeof(low));
			floats += low == CORE_MAGIC + i;
		}
	}
	CHECK("each once", seen[0] == 1 && seen[1] == 1 && seen[2] == 1 &&
	      seen[3] == 1);
	CHECK_EQ("with its registers", good, 4);
	CHECK_EQ("and those of numbers", floats, 4);
	s = core_note(c, NT_PRSTATUS, 0, NULL);
	CHECK_EQ("who died is the first", s->pr_pid, told->tids[0]);
	CHECK_EQ("the signal", s->pr_cursig, SIGILL);
	last = core_note(c, NT_PRSTATUS, 3, NULL);
	CHECK_EQ("everywhere", last->pr_cursig, SIGILL);
	CHECK_EQ("parent", s->pr_ppid, getpid());
	CHECK_EQ("group", s->pr_pgrp, getpgid(0));
	CHECK_EQ("session", s->pr_sid, getsid(0));
	CHECK_EQ("numbers are valid", s->pr_fpvalid, 1);
	CHECK("where it was", core_segment(c, regs_of(s)->rip) &&
	      core_segment(c, regs_of(s)->rip)->p_flags == (PF_R | PF_X));
	CHECK("the xsave area", !core_note(c, NT_X86_XSTATE, 0, &len) ||
	      (len >= 576 && core_note(c, NT_X86_XSTATE, 3, NULL)));
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

	p = core_note(c, NT_PRPSINFO, 0, &len);
	CHECK_EQ("one note of the process", len, sizeof(*p));
	CHECK_EQ("its number", p->pr_pid, pid);
	CHECK_EQ("its parent", p->pr_ppid, getpid());
	CHECK_EQ("it runs", p->pr_sname, 'R');
	CHECK("its name", !strcmp(p->pr_fname, "coredump_image"));
	CHECK("its arguments", strstr(p->pr_psargs, "coredump_image"));
	CHECK("no second one", !core_note(c, NT_PRPSINFO, 1, NULL));
	si = core_note(c, NT_SIGINFO, 0, &len);
	CHECK_EQ("siginfo", len, sizeof(*si));
	CHECK_EQ("signal", si->si_signo, SIGILL);
	CHECK_EQ("kind", si->si_code, ILL_ILLOPN);
	CHECK_EQ("place", si->si_addr,
		 regs_of(core_note(c, NT_PRSTATUS, 0, NULL))->rip);
	v = core_note(c, NT_AUXV, 0, &len);
	CHECK("auxiliary vector", v && len <= (size_t)told->auxv_bytes &&
	      !memcmp(v, told->auxv, len) && !v[len / 8 - 2]);
	need(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	v = core_note(c, NT_FILE, 0, &len);
	need(v);
	CHECK_EQ("files in pages", v[1], CORE_PAGE);
	names = (const char *)(v + 2 + 3 * v[0]);
	for (unsigned long i = 0; i < v[0]; i++, names += strlen(names) + 1) {
		const Elf64_Phdr *h = core_segment(c, v[2 + 3 * i]);

		found += h && h->p_vaddr == v[2 + 3 * i] &&
			 h->p_vaddr + h->p_memsz == v[3 + 3 * i] &&
			 !strcmp(names, exe);
	}
	CHECK("the program is among them", found >= 2);
}

static int alone(void *arg)
{
	(void)arg;
	core_allow(RLIM_INFINITY);
	core_marked(CORE_MAGIC + 9, 1);
	return 1;
}

static void threads(void)
{
	const struct user_fpregs_struct *f;
	unsigned long low;
	struct core c;
	pid_t pid;

	core_begin();
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
	CHECK_EQ("one alone", core_status(alone, 0), CORE(SIGILL));
	c = core_open("core");
	f = core_note(&c, NT_PRFPREG, 0, NULL);
	need(f);
	memcpy(&low, &f->xmm_space[28], sizeof(low));
	CHECK_EQ("has the newest registers", low, CORE_MAGIC + 9);
	core_close(&c);
}

static int inner(void *arg)
{
	(void)arg;
	told->tids[1] = getpid();
	return core_dies((void *)SIGSEGV);
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
	core_allow(RLIM_INFINITY);
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

	core_begin();
	core_pattern("x.%p.%P.%i.%I");
	pid = ns_start(init_faults, NULL);
	CHECK_EQ("an init", reap(pid), CORE(SIGSEGV));
	snprintf(path, sizeof(path), "x.1.%d.1.%d", pid, pid);
	CHECK("is called by both numbers", !access(path, F_OK));
	c = core_open(path);
	s = core_note(&c, NT_PRSTATUS, 0, NULL);
	p = core_note(&c, NT_PRPSINFO, 0, NULL);
	CHECK_EQ("its own", s->pr_pid, 1);
	CHECK_EQ("no parent", s->pr_ppid, 0);
	CHECK_EQ("no session", s->pr_sid, 0);
	CHECK_EQ("the same", p->pr_pid, 1);
	core_close(&c);
	core_pattern("y.%p");
	CHECK_EQ("a child in there", ns_run(forks_inside, NULL), EXITED(7));
	snprintf(path, sizeof(path), "y.%d", told->tids[1]);
	c = core_open(path);
	s = core_note(&c, NT_PRSTATUS, 0, NULL);
	CHECK_EQ("number", s->pr_pid, told->tids[1]);
	CHECK_EQ("parent", s->pr_ppid, 1);
	core_close(&c);
	core_pattern("core");
}

/* ------------------------------------------------------------------ memory */

static unsigned long variable = CORE_MAGIC;

static unsigned long map(int prot, int flags, int fd, unsigned long value)
{
	unsigned long *p = mmap(NULL, 2 * CORE_PAGE, PROT_READ | PROT_WRITE,
				flags, fd, 0);

	need(p != MAP_FAILED);
	if (value)
		*p = value;
	need(!mprotect(p, 2 * CORE_PAGE, prot));
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
	need(!ftruncate(gone, 2 * CORE_PAGE));
	if (*(const char *)filter)
		need(!proc_write(CORE_FILTER, filter));
	told->addr[ANON] = map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       CORE_MAGIC);
	told->addr[SHARED] = map(PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1,
				 CORE_MAGIC);
	told->addr[FILE_PRIVATE] = map(PROT_READ, MAP_PRIVATE, fd, 0);
	told->addr[FILE_COPIED] = map(PROT_READ, MAP_PRIVATE, fd, CORE_MAGIC);
	told->addr[FILE_SHARED] = map(PROT_READ, MAP_SHARED, fd, 0);
	told->addr[FILE_GONE] = map(PROT_READ, MAP_SHARED, gone, CORE_MAGIC);
	told->addr[FORBIDDEN] = map(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
				    -1, CORE_MAGIC);
	told->addr[ADVISED] = map(PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
				  -1, CORE_MAGIC);
	need(!madvise((void *)told->addr[ADVISED], CORE_PAGE, MADV_DONTDUMP));
	told->addr[UNTOUCHED] = P(mmap(NULL, CORE_PAGE, PROT_READ | PROT_EXEC,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	return core_dies((void *)SIGQUIT);
}

/* One bit for each map that is in the dump, and those of the list. */
static unsigned int dumped(const char *filter, struct core *c)
{
	unsigned int bits = 0;

	need(core_status(maps, P(filter)) == CORE(SIGQUIT));
	*c = core_open("core");
	for (unsigned int i = 0; i < 8; i++) {
		if (core_word(c, told->addr[i]) == CORE_MAGIC)
			bits |= 1u << i;
	}
	return bits;
}

#define BIT(n) (1u << (n))
#define PRIVATE (BIT(ANON) | BIT(FILE_COPIED) | BIT(FORBIDDEN))

/* each bit of the filter */
static void filtered(void)
{
	struct core c;

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

static void memory(void)
{
	unsigned long text[2 * CORE_PAGE / sizeof(long)] = { CORE_MAGIC };
	volatile unsigned long local = CORE_MAGIC;
	unsigned long *heap = malloc(100);
	const Elf64_Phdr *h;
	unsigned long at;
	struct core c;
	int fd;

	core_begin();
	*heap = CORE_MAGIC;
	fd = open("file", O_RDWR | O_CREAT, 0755);
	need(fd >= 0 && write(fd, text, sizeof(text)) == sizeof(text));
	close(fd);
	CHECK_EQ("as it is", dumped("", &c), PRIVATE | BIT(SHARED) |
		 BIT(FILE_GONE) | BIT(FILE_PRIVATE));
	CHECK_EQ("a variable", core_word(&c, P(&variable)), CORE_MAGIC);
	CHECK_EQ("the stack", core_word(&c, P(&local)), CORE_MAGIC);
	CHECK_EQ("the heap", core_word(&c, P(heap)), CORE_MAGIC);
	h = core_segment(&c, told->addr[UNTOUCHED]);
	CHECK("nobody wrote to it", h && !h->p_filesz &&
	      h->p_memsz == CORE_PAGE);
	CHECK_EQ("constants are the program's",
		 core_word(&c, P("a text that nobody writes to")), 0);
	at = getauxval(AT_PHDR) & ~(CORE_PAGE - 1);
	CHECK_EQ("its first page", (unsigned int)core_word(&c, at), 0x464c457f);
	h = core_segment(&c, getauxval(AT_SYSINFO_EHDR));
	CHECK("the vdso", !getauxval(AT_SYSINFO_EHDR) ||
	      (h && h->p_filesz == h->p_memsz));
	h = core_segment(&c, told->addr[FILE_PRIVATE]);
	CHECK("one page of a program", h && h->p_filesz == CORE_PAGE);
	h = core_segment(&c, told->addr[FORBIDDEN]);
	CHECK("no rights", h && !h->p_flags && h->p_filesz == 2 * CORE_PAGE);
	h = core_segment(&c, told->addr[ADVISED]);
	CHECK("MADV_DONTDUMP", h && !h->p_filesz && h->p_memsz == CORE_PAGE &&
	      h->p_flags == PF_R);
	CHECK("segments are in order", c.eh->e_phnum > 8 &&
	      c.ph[1].p_vaddr < c.ph[2].p_vaddr &&
	      c.ph[2].p_offset % CORE_PAGE == 0);
	h = &c.ph[c.eh->e_phnum - 1];
	CHECK("all of it is there", h->p_offset + h->p_filesz <= c.size);
	core_close(&c);
	filtered();
}

static const struct test tests[] = {
	{ "threads", threads, 0 },
	{ "namespace", namespaces, 0 },
	{ "memory", memory, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
