/*
 * tests/user/fpu.c - floating-point and vector registers
 *
 * What:  their state is kept across context switches, signals, system calls
 *        and fork, and a handler starts with a clean one it may change.
 * Not:   execve is in exec_state.c.
 * See:   sigreturn(2), Intel SDM volume 1, chapter 13
 */
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <cpuid.h>
#include <sched.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

struct vectors {
	unsigned char reg[16][32];
} __attribute__((aligned(32)));

static volatile sig_atomic_t ticks;
static int has_avx;

static void find_avx(void)
{
	unsigned int a, b, c, d, low, high;

	__cpuid(1, a, b, c, d);
	if (!(c & bit_OSXSAVE) || !(c & bit_AVX))
		return;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	has_avx = (low & 6) == 6;
}

#define EACH(op) \
	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) \
	op(8) op(9) op(10) op(11) op(12) op(13) op(14) op(15)
#define LOAD_XMM(n)	"movups " #n "*32(%0), %%xmm" #n "\n\t"
#define SAVE_XMM(n)	"movups %%xmm" #n ", " #n "*32(%0)\n\t"
#define LOAD_YMM(n)	"vmovups " #n "*32(%0), %%ymm" #n "\n\t"
#define SAVE_YMM(n)	"vmovups %%ymm" #n ", " #n "*32(%0)\n\t"

static inline void load(const struct vectors *v)
{
	if (has_avx)
		__asm__ volatile(EACH(LOAD_YMM) : : "r"(v) : "memory");
	else
		__asm__ volatile(EACH(LOAD_XMM) : : "r"(v) : "memory");
}

static inline void save(struct vectors *v)
{
	if (has_avx)
		__asm__ volatile(EACH(SAVE_YMM) : : "r"(v) : "memory");
	else
		__asm__ volatile(EACH(SAVE_XMM) : : "r"(v) : "memory");
}

static void fill(struct vectors *v, int seed)
{
	memset(v, 0, sizeof(*v));
	for (int i = 0; i < 16; i++)
		for (int j = 0; j < (has_avx ? 32 : 16); j++)
			v->reg[i][j] = (unsigned char)(seed * 31 + i * 7 + j);
}

static void load_control(unsigned int mxcsr, unsigned short control)
{
	__asm__ volatile("ldmxcsr %0\n\tfldcw %1" : : "m"(mxcsr),
			 "m"(control));
}

static int control_is(unsigned int mxcsr, unsigned short control)
{
	unsigned int m;
	unsigned short c;

	__asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(m), "=m"(c));
	return m == mxcsr && c == control;
}

/* load a state of one's own, give up the CPU, compare: rounds that failed */
static int keep_state(void *arg)
{
	struct vectors mine, found;
	int seed = *(int *)arg;
	unsigned int mxcsr = 0x1f80 | (seed & 3) << 13;
	unsigned short control = 0x37f | (seed & 3) << 10;
	double number = seed, back;
	int wrong = 0;

	fill(&mine, seed);
	memset(&found, 0, sizeof(found));
	for (int i = 0; i < 300; i++) {
		load_control(mxcsr, control);
		__asm__ volatile("fninit\n\tfldcw %1\n\tfldl %0"
				 : : "m"(number), "m"(control));
		load(&mine);
		sys(SYS_sched_yield);
		save(&found);
		__asm__ volatile("fstpl %0" : "=m"(back));
		wrong += memcmp(&mine, &found, sizeof(mine)) != 0 ||
			 back != number || !control_is(mxcsr, control);
	}
	return wrong != 0;
}

static void switches(void)
{
	pid_t pids[6];
	int good = 0;

	find_avx();
	for (int i = 0; i < 6; i++)
		pids[i] = child_start(keep_state, &i);
	for (int i = 0; i < 6; i++)
		good += reap(pids[i]) == 0;
	CHECK_EQ("six processes keep their registers", good, 6);
	test_note("with AVX:", has_avx);
}

static int seeds[4] = { 1, 2, 3, 4 };
static int results[4];

static int keep_in_thread(void *arg)
{
	results[(int *)arg - seeds] = keep_state(arg);
	return 0;
}

static void threads(void)
{
	struct thread thread[4];

	find_avx();
	for (int i = 0; i < 4; i++)
		thread_start(&thread[i], keep_in_thread, &seeds[i]);
	for (int i = 0; i < 4; i++)
		thread_join(&thread[i]);
	CHECK_EQ("four threads keep their registers",
		 results[0] + results[1] + results[2] + results[3], 0);
}

static volatile int clean;

static void spoil(int sig)
{
	struct vectors junk;
	unsigned int mxcsr;
	unsigned short control;

	(void)sig;
	__asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr),
			 "=m"(control));
	clean = mxcsr == 0x1f80 && control == 0x37f;
	memset(&junk, 0xee, sizeof(junk));
	load(&junk);
	load_control(0x5f80, 0x77f);
	__asm__ volatile("fninit\n\tfldpi\n\tfldpi\n\tfldpi");
	ticks++;
}

static void signals(void)
{
	struct itimerval each = { { 0, 2000 }, { 0, 2000 } };
	struct vectors mine, found;
	int wrong = 0;

	find_avx();
	handle(SIGALRM, spoil, SA_RESTART);
	need(!setitimer(ITIMER_REAL, &each, NULL));
	for (int i = 0; i < 10; i++) {
		int before = ticks;

		fill(&mine, i);
		memset(&found, 0, sizeof(found));
		load_control(0x3f80, 0xb7f);
		load(&mine);
		while (ticks == before)
			;
		save(&found);
		wrong += memcmp(&mine, &found, sizeof(mine)) != 0 ||
			 !control_is(0x3f80, 0xb7f);
	}
	each = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &each, NULL);
	load_control(0x1f80, 0x37f);
	CHECK_EQ("a handler changes no register", wrong, 0);
	CHECK_EQ("it starts with the initial control words", clean, 1);
}

static void change_frame(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	fpregset_t fp = uc->uc_mcontext.fpregs;

	(void)sig;
	(void)info;
	clean = fp && ((uintptr_t)fp & 15) == 0 &&
		fp->_xmm[5].element[0] == 0x05050505;
	fp->_xmm[5].element[0] = 0x12345678;
	fp->mxcsr = 0x7f80;
}

static void frames(void)
{
	struct vectors mine, found;

	handle_info(SIGUSR1, change_frame, 0);
	memset(&mine, 5, sizeof(mine));
	load(&mine);
	sys(SYS_kill, getpid(), SIGUSR1);
	save(&found);
	CHECK_EQ("the frame holds the registers", clean, 1);
	CHECK("a change of it is loaded",
	      !memcmp(found.reg[5], "\x78\x56\x34\x12", 4));
	CHECK("with the control word", control_is(0x7f80, 0x37f));
	load_control(0x1f80, 0x37f);
}

static void no_state(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)sig;
	(void)info;
	uc->uc_mcontext.fpregs = NULL;
}

static void without_state(void)
{
	handle_info(SIGUSR1, no_state, 0);
	load_control(0x3f80, 0xb7f);
	kill(getpid(), SIGUSR1);
	CHECK("a frame without state gives the initial one",
	      control_is(0x1f80, 0x37f));
}

static void forks(void)
{
	struct vectors mine, found;
	long pid;

	find_avx();
	fill(&mine, 77);
	memset(&found, 0, sizeof(found));
	load_control(0x5f80, 0x77f);
	load(&mine);
	pid = sys(SYS_fork);
	save(&found);
	if (!pid)
		_exit(!memcmp(&mine, &found, sizeof(mine)) &&
		      control_is(0x5f80, 0x77f) ? 0 : 1);
	load_control(0x1f80, 0x37f);
	CHECK("fork keeps the parent's", !memcmp(&mine, &found, sizeof(mine)));
	CHECK_EXIT("and gives them to the child", pid, 0);
}

static const struct test tests[] = {
	{ "switches", switches, 0 },
	{ "threads", threads, 0 },
	{ "signals", signals, 0 },
	{ "frames", frames, 0 },
	{ "no state", without_state, 0 },
	{ "fork", forks, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
