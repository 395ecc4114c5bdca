/*
 * tests/user/lib/core.c - see core.h
 */
#include "core.h"

#include "proc.h"
#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/procfs.h>
#include <sys/stat.h>

struct told *told;

void core_allow(rlim_t bytes)
{
	const struct rlimit limit = { bytes, RLIM_INFINITY };

	need(!setrlimit(RLIMIT_CORE, &limit));
}

int core_dies(void *sig)
{
	core_allow(RLIM_INFINITY);
	raise((int)(intptr_t)sig);
	return 1;
}

void core_pattern(const char *text)
{
	need(!proc_write(CORE_PATTERN, text));
}

void core_begin(void)
{
	told = shared_alloc(sizeof(*told));
	core_pattern("core");
	need(!proc_write(CORE_USES_PID, "0"));
}

struct core core_open(const char *path)
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

void core_close(struct core *c)
{
	munmap((void *)c->bytes, c->size);
}

/* The @nth note of this type, and whose name it has; NULL: no more. */
const void *core_note(const struct core *c, unsigned int type,
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

const Elf64_Phdr *core_segment(const struct core *c, unsigned long addr)
{
	for (unsigned int i = 1; i < c->eh->e_phnum; i++) {
		if (addr - c->ph[i].p_vaddr < c->ph[i].p_memsz)
			return &c->ph[i];
	}
	return NULL;
}

/* The word at @addr of the dead process; 0: it is not in the file. */
unsigned long core_word(const struct core *c, unsigned long addr)
{
	const Elf64_Phdr *h = core_segment(c, addr);
	unsigned long value = 0, at = h ? addr - h->p_vaddr : 0;

	if (h && at + sizeof(value) <= h->p_filesz &&
	    h->p_offset + at + sizeof(value) <= c->size)
		memcpy(&value, c->bytes + h->p_offset + at, sizeof(value));
	return value;
}

unsigned int core_threads(const struct core *c)
{
	unsigned int n = 0;

	while (core_note(c, NT_PRSTATUS, n, NULL))
		n++;
	return n;
}

int core_status(int (*fn)(void *arg), long arg)
{
	unlink("core");
	return child_run(fn, (void *)arg);
}

/* Registers with @mark in them, then an illegal instruction, or a sleep. */
void core_marked(unsigned long mark, int dying)
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

int core_sleeper(void *slot)
{
	long i = (intptr_t)slot;

	told->tids[i] = (pid_t)sys(SYS_gettid);
	__atomic_add_fetch(&told->ready, 1, __ATOMIC_SEQ_CST);
	core_marked(CORE_MAGIC + (unsigned long)i, 0);
	return 0;
}
