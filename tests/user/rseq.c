/*
 * tests/user/rseq.c - restartable sequences
 *
 * What:  registration and its errors, the fields of the area, what aborts a
 *        piece of code, what kills, who inherits, membarrier, a tracer's look.
 * See:   docs/rseq.md; membarrier(2); ptrace(2)
 */
#include "lib/test.h"
#include "lib/thread.h"

#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <ucontext.h>

#define SIG 0x53053053u
#define UNREGISTER 1
#define GET_RSEQ_CONFIGURATION 0x420f
#define BARRIER_RSEQ 0x80
#define REGISTER_RSEQ 0x100
#define REGISTER_PLAIN 0x10
#define FLAG_CPU 1

struct area {
	volatile uint32_t cpu_id_start, cpu_id;
	volatile uint64_t cs;
	volatile uint32_t flags, node_id, mm_cid, pad;
} __attribute__((aligned(32)));

struct sequence {
	uint32_t version, flags;
	uint64_t start, length, abort;
} __attribute__((aligned(32)));

static struct area area;
static volatile int value, aborted;

static long rseq(struct area *a, uint32_t len, int flags, uint32_t sig)
{
	return sys(SYS_rseq, P(a), len, flags, (long)sig);
}

static void registered(struct area *a)
{
	memset((void *)a, 0xff, sizeof(*a));
	a->cs = 0;
	a->flags = 0;
	need(rseq(a, 32, 0, SIG) == 0);
}

static void errors(void)
{
	struct area *last = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *byte = (char *)&area;

	CHECK_EQ("a flag that does not exist", rseq(&area, 32, 2, SIG),
		 -EINVAL);
	CHECK_EQ("with unregister as well", rseq(&area, 32, 3, SIG), -EINVAL);
	CHECK_EQ("too short", rseq(&area, 31, 0, SIG), -EINVAL);
	CHECK_EQ("length 0", rseq(&area, 0, 0, SIG), -EINVAL);
	CHECK_EQ("not aligned to 32",
		 rseq((void *)(byte + 16), 32, 0, SIG), -EINVAL);
	CHECK_EQ("a longer one neither",
		 rseq((void *)(byte + 16), 64, 0, SIG), -EINVAL);
	CHECK_EQ("beyond user addresses",
		 rseq((void *)0xffff800000000000ul, 32, 0, SIG), -EFAULT);
	CHECK_EQ("alignment is looked at before the address",
		 rseq((void *)0xffff800000000010ul, 32, 0, SIG), -EINVAL);
	CHECK_EQ("unregister without", rseq(&area, 32, UNREGISTER, SIG),
		 -EINVAL);
	CHECK_EQ("register", rseq(&area, 32, 0, SIG), 0);
	CHECK_EQ("twice", rseq(&area, 32, 0, SIG), -EBUSY);
	CHECK_EQ("with another signature", rseq(&area, 32, 0, 1), -EPERM);
	CHECK_EQ("with another length", rseq(&area, 64, 0, SIG), -EINVAL);
	CHECK_EQ("another area", rseq(last, 32, 0, SIG), -EINVAL);
	CHECK_EQ("unregister another", rseq(last, 32, UNREGISTER, SIG),
		 -EINVAL);
	CHECK_EQ("another length", rseq(&area, 64, UNREGISTER, SIG), -EINVAL);
	CHECK_EQ("another signature", rseq(&area, 32, UNREGISTER, 1), -EPERM);
	CHECK_EQ("unregister", rseq(&area, 32, UNREGISTER, SIG), 0);
	CHECK_EQ("unregister again", rseq(&area, 32, UNREGISTER, SIG),
		 -EINVAL);
	CHECK_EQ("a longer area", rseq(&area, 64, 0, SIG), 0);
	CHECK_EQ("its end", rseq(&area, 64, UNREGISTER, SIG), 0);
}

static void fields(void)
{
	cpu_set_t old, one;

	registered(&area);
	CHECK_EQ("cpu_id_start is cpu_id", area.cpu_id_start, area.cpu_id);
	CHECK_EQ("node_id", area.node_id, 0);
	CHECK_EQ("mm_cid of a lone thread", area.mm_cid, 0);
	CHECK_EQ("no piece of code", area.cs, 0);
	CHECK_EQ("what is beyond the fields is left alone", area.pad,
		 0xffffffffu);
	need(!sched_getaffinity(0, sizeof(old), &old));
	for (int i = 0; i < 64; i++) {
		if (!CPU_ISSET(i, &old))
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		need(!sched_setaffinity(0, sizeof(one), &one));
		CHECK_EQ("cpu_id after a move", area.cpu_id, i);
		CHECK_EQ("cpu_id_start after it", area.cpu_id_start, i);
		CHECK_EQ("mm_cid stays", area.mm_cid, 0);
	}
	need(!rseq(&area, 32, UNREGISTER, SIG));
	CHECK_EQ("unregistered: cpu_id_start", area.cpu_id_start, 0);
	CHECK_EQ("cpu_id", area.cpu_id, 0xffffffffu);
	CHECK_EQ("mm_cid", area.mm_cid, 0);
	CHECK_EQ("AT_RSEQ_FEATURE_SIZE", getauxval(27), 28);
	CHECK_EQ("AT_RSEQ_ALIGN", getauxval(28), 32);
}

/* In a piece of code until it is aborted. @change: what to break. */
struct change {
	uint32_t version, flags, signature, area_flags;
	uint64_t abort_plus, length_plus;
};

static __attribute__((noinline)) int spin_with(struct area *a,
					       const struct change *c)
{
	static struct sequence s;
	extern char spin_start[], spin_end[], spin_abort[];
	extern char spin_signature[];
	int result;

	need(!mprotect((void *)((uintptr_t)spin_abort & ~4095ul), 8192,
		       PROT_READ | PROT_WRITE | PROT_EXEC));
	memcpy(spin_signature, &c->signature, 4);
	s.version = c->version;
	s.flags = c->flags;
	s.start = (uint64_t)spin_start;
	s.length = (uint64_t)(spin_end - spin_start) + c->length_plus;
	s.abort = (uint64_t)spin_abort + c->abort_plus;
	a->flags = c->area_flags;
	__asm__ volatile(
		"spin_start: movq %[s], %[cs]\n\t"
		"movl $1, %[value]\n"
		"1:	pause\n\t"
		"jmp 1b\n"
		"spin_end:\n\t"
		".byte 0x0f, 0xb9, 0x3d\n\t"
		"spin_signature: .long 0\n"
		"spin_abort: movl $7, %[result]\n\t"
		: [result] "=r"(result), [cs] "=m"(a->cs),
		  [value] "=m"(value)
		: [s] "r"(&s) : "memory", "cc");
	return result;
}

static int spin(struct area *a)
{
	const struct change none = { .signature = SIG };

	return spin_with(a, &none);
}

static volatile uint64_t handler_ip, handler_cs;
static void on_alarm(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	(void)sig;
	(void)info;
	handler_ip = (uint64_t)u->uc_mcontext.gregs[REG_RIP];
	handler_cs = area.cs;
}

static void alarm_soon(void)
{
	const struct itimerval soon = { .it_value = { 0, 50000 } };

	need(!setitimer(ITIMER_REAL, &soon, NULL));
}

static void catch_alarm(void)
{
	struct sigaction act = { .sa_sigaction = on_alarm,
				 .sa_flags = SA_SIGINFO };

	need(!sigaction(SIGALRM, &act, NULL));
}

static void by_signal(void)
{
	extern char spin_abort[], spin_end[];

	registered(&area);
	catch_alarm();
	alarm_soon();
	CHECK_EQ("a signal aborts", spin(&area), 7);
	CHECK_EQ("rseq_cs is 0 after it", area.cs, 0);
	/* It may have been switched away from before. */
	CHECK("the handler's frame is not inside",
	      !handler_ip || handler_ip >= (uint64_t)spin_abort ||
	      handler_ip < (uint64_t)spin_end - 64);
	CHECK_EQ("nor is it for the handler", handler_cs, 0);
	while (!handler_ip)
		pause();
}

static int burn(void *arg)
{
	(void)arg;
	for (;;)
		__asm__ volatile("pause");
	return 0;
}

static void by_switch(void)
{
	cpu_set_t one;
	int cpu;
	pid_t pid;

	registered(&area);
	cpu = (int)area.cpu_id;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	need(!sched_setaffinity(0, sizeof(one), &one));
	pid = child_start(burn, NULL);
	CHECK_EQ("to be switched away from aborts", spin(&area), 7);
	child_kill(pid);
}

/* Not within the piece: the pointer goes, nothing else happens. */
static void outside(void)
{
	extern char add_start[], add_end[], add_abort[];
	static struct sequence s;

	registered(&area);
	s.start = (uint64_t)add_start;
	s.length = (uint64_t)(add_end - add_start);
	s.abort = (uint64_t)add_abort;
	s.flags = 1;
	area.cs = (uint64_t)&s;
	usleep(20000);
	CHECK_EQ("a pointer to a piece elsewhere is made 0", area.cs, 0);
}

static int dies_with(void *arg)
{
	registered(&area);
	catch_alarm();
	alarm_soon();
	return spin_with(&area, arg);
}

static int bad_pointer(void *arg)
{
	registered(&area);
	area.cs = (uint64_t)arg;
	usleep(20000);
	return 7;
}

static int unmapped(void *arg)
{
	struct area *a = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	registered(a);
	munmap(a, 4096);
	usleep(20000);
	return 7;
}

static int read_only(void *arg)
{
	struct area *a = mmap(NULL, 4096, PROT_READ,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	rseq(a, 32, 0, SIG);
	usleep(20000);
	return 7;
}

static void deaths(void)
{
	struct change good = { .signature = SIG };
	struct change c = good;

	CHECK_STATUS("nothing changed", child_run(dies_with, &c), EXITED(7));
	c.signature = 1;
	CHECK_STATUS("another signature", child_run(dies_with, &c) & ~0x80,
		     SIGSEGV);
	c = good;
	c.version = 1;
	CHECK_STATUS("a version", child_run(dies_with, &c) & ~0x80, SIGSEGV);
	c = good;
	c.flags = 1;
	CHECK_STATUS("a flag of the piece", child_run(dies_with, &c) & ~0x80,
		     SIGSEGV);
	c = good;
	c.area_flags = 8;
	CHECK_STATUS("a flag of the area", child_run(dies_with, &c) & ~0x80,
		     SIGSEGV);
	c = good;
	c.length_plus = 64;
	CHECK_STATUS("an abort address inside",
		     child_run(dies_with, &c) & ~0x80, SIGSEGV);
	c.length_plus = 0x7ffffffff000ul;
	CHECK_STATUS("a piece that ends beyond user addresses",
		     child_run(dies_with, &c) & ~0x80, SIGSEGV);
	c = good;
	c.abort_plus = 0x7ffffffff000ul;
	CHECK_STATUS("an abort address beyond them",
		     child_run(dies_with, &c) & ~0x80, SIGSEGV);
	CHECK_STATUS("a pointer to nothing",
		     child_run(bad_pointer, (void *)0x1000) & ~0x80, SIGSEGV);
	CHECK_STATUS("a pointer into the kernel",
		     child_run(bad_pointer, (void *)0xffff800000000000ul) &
		     ~0x80, SIGSEGV);
	CHECK_STATUS("an area that is gone",
		     child_run(unmapped, NULL) & ~0x80, SIGSEGV);
	CHECK_STATUS("an area that is read-only",
		     child_run(read_only, NULL) & ~0x80, SIGSEGV);
}

/* ------------------------------------------------------------- inheritance */

static struct area other;

static int register_here(void *arg)
{
	(void)arg;
	return (int)-rseq(&area, 32, 0, SIG);
}

static int child_area(void *arg)
{
	(void)arg;
	usleep(1000);
	return (area.cpu_id_start == area.cpu_id && !area.mm_cid) ? 3 : 4;
}

static int thread_register(void *arg)
{
	(void)arg;
	value = (int)rseq(&other, 32, 0, SIG);
	return 0;
}

static void inheritance(void)
{
	struct thread t;
	char *argv[] = { "rseq", "--again", NULL };
	pid_t pid;

	registered(&area);
	CHECK_STATUS("a child of fork has it", child_run(register_here, NULL),
		     EXITED(EBUSY));
	CHECK_STATUS("up to date", child_run(child_area, NULL), EXITED(3));
	value = -1;
	thread_start(&t, thread_register, NULL);
	thread_join(&t);
	CHECK_EQ("a thread has none", value, 0);
	pid = vfork();
	if (!pid)
		_exit(sys(SYS_rseq, P(&other), 32, 0, (long)SIG) ? 1 : 3);
	CHECK_EXIT("a child of vfork has none", pid, 3);
	CHECK_EQ("its end leaves the parent's", rseq(&area, 32, 0, SIG),
		 -EBUSY);
	pid = fork();
	if (!pid) {
		execv("/proc/self/exe", argv);
		_exit(9);
	}
	CHECK_EXIT("exec ends it", pid, 3);
}

/* ----------------------------------------------------------------- threads */

#define NTHREADS 6
#define ROUNDS 30000

static struct gate go;
static volatile unsigned long counters[2][64], finished, highest;
static struct area areas[NTHREADS];

/* counters[which][index]++, index from the area at @off; 0 if aborted. */
static __attribute__((noinline)) int add(struct area *a, int by_cid)
{
	static struct sequence s[2];
	extern char add_start[], add_end[], add_abort[];
	const volatile uint32_t *index = by_cid ? &a->mm_cid : &a->cpu_id;
	int done;

	if (!s[by_cid].abort) {
		s[by_cid].start = (uint64_t)add_start;
		s[by_cid].length = (uint64_t)(add_end - add_start);
		s[by_cid].abort = (uint64_t)add_abort;
	}
	__asm__ volatile(
		"movq %[s], %[cs]\n"
		"add_start:\n\t"
		"movl (%[index]), %%eax\n\t"
		"movq (%[base], %%rax, 8), %%rcx\n\t"
		"pause\n\t"
		"addq $1, %%rcx\n\t"
		"movq %%rcx, (%[base], %%rax, 8)\n"
		"add_end:\n\t"
		"movl $1, %[done]\n\t"
		"jmp 2f\n\t"
		".byte 0x0f, 0xb9, 0x3d\n\t"
		".long 0x53053053\n"
		"add_abort: movl $0, %[done]\n"
		"2:\n"
		: [done] "=&r"(done), [cs] "=m"(a->cs)
		: [s] "r"(&s[by_cid]), [index] "r"(index),
		  [base] "r"(counters[by_cid])
		: "rax", "rcx", "memory", "cc");
	return done;
}

static int count(void *arg)
{
	struct area *a = arg;

	if (rseq(a, 32, 0, SIG))
		return 1;
	gate_wait(&go);
	for (int i = 0; i < ROUNDS; i++) {
		while (!add(a, i & 1))
			continue;
		if (a->mm_cid > highest)
			highest = a->mm_cid;
		if (i % 1000 == 0)
			sched_yield();
	}
	__atomic_add_fetch(&finished, 1, __ATOMIC_SEQ_CST);
	rseq(a, 32, UNREGISTER, SIG);
	return 0;
}

static void exact_sums(void)
{
	struct thread t[NTHREADS];
	unsigned long by_cpu = 0, by_cid = 0;
	cpu_set_t set;

	gate_init(&go);
	need(!sched_getaffinity(0, sizeof(set), &set));
	for (int i = 0; i < NTHREADS; i++)
		thread_start(&t[i], count, &areas[i]);
	for (int i = 0; i < NTHREADS; i++)
		gate_open(&go);
	for (int i = 0; i < NTHREADS; i++)
		thread_join(&t[i]);
	for (int i = 0; i < 64; i++) {
		by_cpu += counters[0][i];
		by_cid += counters[1][i];
	}
	CHECK_EQ("all threads came to their end", finished, NTHREADS);
	CHECK_EQ("nothing added by processor is lost", by_cpu,
		 NTHREADS * ROUNDS / 2);
	CHECK_EQ("nor by mm_cid", by_cid, NTHREADS * ROUNDS / 2);
	CHECK("mm_cid is below the number of threads",
	      highest <= NTHREADS);
	CHECK("and of processors", highest < (unsigned)CPU_COUNT(&set));
}

/* -------------------------------------------------------------- membarrier */

static long membarrier(int cmd, int flags, int cpu)
{
	return sys(SYS_membarrier, cmd, flags, cpu);
}

static int spin_thread(void *arg)
{
	if (rseq(arg, 32, 0, SIG))
		return 1;
	aborted = spin(arg);
	return 0;
}

static void barrier(void)
{
	struct thread t;

	CHECK("the commands exist",
	      (membarrier(0, 0, 0) & (BARRIER_RSEQ | REGISTER_RSEQ)) ==
	      (BARRIER_RSEQ | REGISTER_RSEQ));
	CHECK_EQ("without registration", membarrier(BARRIER_RSEQ, 0, 0),
		 -EPERM);
	CHECK_EQ("a flag that does not exist", membarrier(BARRIER_RSEQ, 2, 0),
		 -EINVAL);
	CHECK_EQ("a flag of the registration",
		 membarrier(REGISTER_RSEQ, FLAG_CPU, 0), -EINVAL);
	CHECK_EQ("the flag of another command", membarrier(1, FLAG_CPU, 0),
		 -EINVAL);
	CHECK_EQ("register", membarrier(REGISTER_RSEQ, 0, 0), 0);
	CHECK_EQ("alone", membarrier(BARRIER_RSEQ, 0, 0), 0);
	CHECK_EQ("a processor that does not exist",
		 membarrier(BARRIER_RSEQ, FLAG_CPU, 1000), 0);
	CHECK_EQ("registrations: as if the plain one were there",
		 membarrier(0x200, 0, 0), REGISTER_RSEQ | REGISTER_PLAIN);
	CHECK_EQ("but it is not", membarrier(8, 0, 0), -EPERM);
	for (int i = 0; i < 2; i++) {
		value = 0;
		aborted = 0;
		thread_start(&t, spin_thread, &other);
		while (!value)
			sched_yield();
		while (!aborted) {
			int cpu = (int)other.cpu_id;

			need(!membarrier(BARRIER_RSEQ, i ? FLAG_CPU : 0,
					 cpu));
		}
		CHECK_EQ(i ? "on one processor: aborted" : "aborted", aborted,
			 7);
		thread_join(&t);
	}
}

/* ------------------------------------------------------------------ ptrace */

struct configuration {
	uint64_t at;
	uint32_t len, signature, flags, pad;
};

static int traced(void *arg)
{
	registered(arg);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	return 0;
}

static void tracer(void)
{
	struct configuration c;
	pid_t pid = child_start(traced, &area);
	int status;

	need(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	memset(&c, 0xff, sizeof(c));
	CHECK_EQ("its length", sys(SYS_ptrace, GET_RSEQ_CONFIGURATION, pid, 8,
				   P(&c)), 24);
	CHECK("the address", c.at == (uintptr_t)&area);
	CHECK_EQ("no more than was asked for", c.len, 0xffffffffu);
	CHECK_EQ("whole", sys(SYS_ptrace, GET_RSEQ_CONFIGURATION, pid, 99,
			      P(&c)), 24);
	CHECK_EQ("the size", c.len, 32);
	CHECK_EQ("the signature", c.signature, SIG);
	CHECK("the rest", !c.flags && !c.pad);
	CHECK_EQ("a bad address", sys(SYS_ptrace, GET_RSEQ_CONFIGURATION, pid,
				      24, 8), -EFAULT);
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	CHECK_EXIT("and on", pid, 0);
}

static const struct test tests[] = {
	{ "errors", errors, 0 },
	{ "fields", fields, 0 },
	{ "by_signal", by_signal, 0 },
	{ "by_switch", by_switch, 0 },
	{ "outside", outside, 0 },
	{ "deaths", deaths, 0 },
	{ "inheritance", inheritance, 0 },
	{ "exact_sums", exact_sums, 0 },
	{ "barrier", barrier, 0 },
	{ "tracer", tracer, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--again"))
		return rseq(&area, 32, 0, SIG) ? 1 : 3;
	return test_main(tests, COUNT(tests));
}
