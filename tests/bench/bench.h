/*
 * tests/bench/bench.h - measuring from inside a guest
 *
 * What:  nsbench runs as /init. Each measurement is a loop over one operation
 *        between two readings of the time stamp counter and of the clock, and
 *        ends in a line
 *            bench NAME ITERATIONS NS_TOTAL NS_EACH TICKS_TOTAL TICKS_EACH
 *        Words of the command line (they arrive as environment): NSB=group,...
 *        picks groups, NSCALE=percent scales the iterations, NSOP=name tells a
 *        counting plugin which measurement it should keep.
 * Locks: none: one thread, one process at a time measures.
 * Not:   what the figures are compared with (tools/bench/).
 * See:   docs/performance.md; tools/plugins/count.c for the markers
 */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef uint64_t u64;

/* A system call and nothing else: what a C library adds is not measured. */
static inline long call6(long nr, const long *a)
{
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10),
			   "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define CALL(nr, ...) call6((nr), (const long[6]){ __VA_ARGS__ })
#define ADDR(p) ((long)(p))

static inline u64 ticks_now(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence\n\trdtsc"
			 : "=a"(low), "=d"(high)
			 :
			 : "memory");
	return (u64)high << 32 | low;
}

static inline u64 ns_now(void)
{
	struct timespec t;

	CALL(SYS_clock_gettime, CLOCK_MONOTONIC, ADDR(&t));
	return (u64)t.tv_sec * 1000000000u + (u64)t.tv_nsec;
}

/* A NOP that the counting plugin knows. */
#define MARK(kind) \
	__asm__ volatile(".byte 0x0f,0x1f,0x84,0x00; .long 0x4e420000+%c0" \
			 : : "i"(kind) : "memory")
#define MARK_BEGIN 2
#define MARK_END 3
#define MARK_TAKE 4
#define MARK_FORGET 5

struct span {
	u64 ns, ticks;
};
extern struct span span_from, span_to;

static inline void span_begin(void)
{
	span_from.ns = ns_now();
	span_from.ticks = ticks_now();
	MARK(MARK_BEGIN);
}

static inline void span_end(void)
{
	MARK(MARK_END);
	span_to.ticks = ticks_now();
	span_to.ns = ns_now();
}

/* The line of the last span, which had so many operations. */
void report(const char *name, u64 iterations);
/* @loop(@warm), then @loop(@n) measured. */
void measure(const char *name, void (*loop)(int n), int warm, int n);
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);
/* Something that must work did not: a line "FAIL WHAT ERROR". */
long must(const char *what, long result);
/* So many iterations, scaled. */
int scaled(int n);
int cpu_count(void);

__attribute__((noreturn)) static inline void leave(int code)
{
	for (;;)
		CALL(SYS_exit_group, code);
}

static inline long fork_with(u64 flags)
{
	return CALL(SYS_clone, (long)(flags | SIGCHLD));
}

static inline long fork_plain(void)
{
	return fork_with(0);
}

static inline long wait_for(long pid)
{
	int status;

	return CALL(SYS_wait4, pid, ADDR(&status));
}

/* A child that sleeps until it is killed, and its end. */
long sleeper(u64 flags);
void kill_sleeper(long pid);
void sleep_ms(int ms);
void open_pipe(int ends[2]);
void close_pipe(const int ends[2]);
/* This process runs on that CPU only; -1: on all. */
void run_on(int cpu);
/* fork, exit, wait; with clone flags. */
void fork_loop(int n);
void new_pid_ns_loop(int n);
u64 free_bytes(void);

extern char big_buffer[65536];
extern long pids[8000];
/* The program itself, for exec. */
extern const char *self_path;

/* The groups, each in a child of its own. */
void bench_calls(void);
void bench_processes(void);
void bench_files(void);
void bench_signals(void);
void bench_switching(void);
void bench_memory(void);
void bench_namespaces(void);
void bench_nesting(void);
void bench_storms(void);
void bench_many(void);
void bench_many_namespaces(void);
void bench_teardown(void);

#endif
