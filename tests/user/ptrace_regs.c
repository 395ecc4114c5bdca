/*
 * tests/user/ptrace_regs.c - registers, memory, steps and system calls
 *
 * What:  PEEK and POKE, register sets, single steps, hardware breakpoints,
 *        stops at system calls, SYSEMU, GET_SYSCALL_INFO.
 * See:   ptrace(2)
 */
#include "lib/trace.h"

#include <elf.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

static volatile long variable = 11;
static const long constant = 22;

static int read_constant(void *arg)
{
	(void)arg;
	return (int)*(volatile const long *)&constant;
}

static void memory(void)
{
	long word = 0;
	pid_t pid = trace_start(read_constant, NULL, 0);

	CHECK_EQ("peek", pt(PTRACE_PEEKDATA, pid, P(&variable), P(&word)), 0);
	CHECK_EQ("reads", word, 11);
	CHECK_EQ("poke", pt(PTRACE_POKEDATA, pid, P(&variable), 33), 0);
	pt(PTRACE_PEEKDATA, pid, P(&variable), P(&word));
	CHECK_EQ("writes", word, 33);
	CHECK_EQ("not ours", variable, 11);
	CHECK_EQ("poke what is read only",
		 pt(PTRACE_POKETEXT, pid, P(&constant), 44), 0);
	CHECK_EQ("no memory", pt(PTRACE_PEEKDATA, pid, 8, P(&word)), -EIO);
	CHECK_EQ("nor to write", pt(PTRACE_POKEDATA, pid, 8, 1), -EIO);
	CHECK_STATUS("it sees the new value", resume_next(pid, 0), EXITED(44));
	CHECK_EQ("we do not", constant, 22);
}

static int through_file(void *arg)
{
	(void)arg;
	raise(SIGSTOP);
	return (int)variable;
}

static void mem_file(void)
{
	char path[64] = "/proc/";
	long word = 0, new = 55;
	pid_t pid = trace_start(through_file, NULL, 0);
	char digits[16];
	int fd, n = 0, at = 6;

	for (int v = pid; v; v /= 10)
		digits[n++] = (char)('0' + v % 10);
	while (n)
		path[at++] = digits[--n];
	strcpy(path + at, "/mem");
	fd = open(path, O_RDWR);
	CHECK("mem opens", fd >= 0);
	CHECK_EQ("reads", pread(fd, &word, 8, (off_t)P(&variable)), 8);
	CHECK_EQ("the word", word, 11);
	CHECK_EQ("writes", pwrite(fd, &new, 8, (off_t)P(&variable)), 8);
	CHECK_ERRNO("nothing there", pread(fd, &word, 8, 16), EIO);
	close(fd);
	CHECK_STATUS("on it goes", resume_next(pid, 0), STOPPED(SIGSTOP));
	CHECK_STATUS("with the new word", resume_next(pid, 0), EXITED(55));
}

static int spin(void *arg)
{
	(void)arg;
	sys(SYS_getppid);
	sys(SYS_getppid);
	return 3;
}

static void general(void)
{
	struct user_regs_struct regs, again;
	struct iovec v = { &again, sizeof(again) };
	pid_t pid = trace_start(spin, NULL, 0);
	long word;

	CHECK_EQ("GETREGS", pt(PTRACE_GETREGS, pid, 0, P(&regs)), 0);
	CHECK_EQ("64-bit code", regs.cs, 0x33);
	CHECK_EQ("GETREGSET", pt(PTRACE_GETREGSET, pid, NT_PRSTATUS, P(&v)), 0);
	CHECK("is the same", v.iov_len == sizeof(again) &&
	      !memcmp(&regs, &again, sizeof(regs)));
	v.iov_len = 16;
	CHECK_EQ("a part", pt(PTRACE_GETREGSET, pid, NT_PRSTATUS, P(&v)), 0);
	CHECK_EQ("of two", v.iov_len, 16);
	v.iov_len = 13;
	CHECK_EQ("not whole words",
		 pt(PTRACE_GETREGSET, pid, NT_PRSTATUS, P(&v)), -EINVAL);
	CHECK_EQ("unknown set", pt(PTRACE_GETREGSET, pid, 0x7777, P(&v)),
		 -EINVAL);
	CHECK_EQ("PEEKUSER", pt(PTRACE_PEEKUSER, pid,
		 offsetof(struct user, regs.rsp), P(&word)), 0);
	CHECK_EQ("is rsp", word, regs.rsp);
	CHECK_EQ("not aligned", pt(PTRACE_PEEKUSER, pid, 1, P(&word)), -EIO);
	CHECK_EQ("beyond", pt(PTRACE_PEEKUSER, pid, 928, P(&word)), -EIO);
	CHECK_EQ("bad code segment", pt(PTRACE_POKEUSER, pid,
		 offsetof(struct user, regs.cs), 0), -EIO);
	CHECK_EQ("kernel base", pt(PTRACE_POKEUSER, pid,
		 offsetof(struct user, regs.fs_base), -8l), -EIO);
	regs.r15 = 0x1234;
	regs.eflags |= 1 << 9 | 1 << 12;
	CHECK_EQ("SETREGS", pt(PTRACE_SETREGS, pid, 0, P(&regs)), 0);
	pt(PTRACE_GETREGS, pid, 0, P(&again));
	CHECK_EQ("r15", again.r15, 0x1234);
	CHECK("no port access by flags", !(again.eflags & 1 << 12));
	child_kill(pid);
}

static void floating(void)
{
	static char area[16384];
	struct user_fpregs_struct fp;
	struct iovec v = { area, sizeof(area) };
	pid_t pid = trace_start(spin, NULL, 0);

	CHECK_EQ("GETFPREGS", pt(PTRACE_GETFPREGS, pid, 0, P(&fp)), 0);
	CHECK_EQ("control word", fp.cwd, 0x37f);
	CHECK_EQ("mxcsr", fp.mxcsr, 0x1f80);
	fp.xmm_space[60] = 0x5a5a;
	CHECK_EQ("SETFPREGS", pt(PTRACE_SETFPREGS, pid, 0, P(&fp)), 0);
	memset(&fp, 0, sizeof(fp));
	pt(PTRACE_GETFPREGS, pid, 0, P(&fp));
	CHECK_EQ("xmm15", fp.xmm_space[60], 0x5a5a);
	fp.mxcsr = 0xffffffff;
	CHECK_EQ("bad mxcsr", pt(PTRACE_SETFPREGS, pid, 0, P(&fp)), -EINVAL);
	CHECK_EQ("XSTATE", pt(PTRACE_GETREGSET, pid, NT_X86_XSTATE, P(&v)), 0);
	CHECK("is larger", v.iov_len >= 576);
	CHECK_EQ("says what is on", area[464] & 3, 3);
	CHECK_EQ("and back", pt(PTRACE_SETREGSET, pid, NT_X86_XSTATE, P(&v)),
		 0);
	v.iov_len = 512;
	CHECK_EQ("but whole", pt(PTRACE_SETREGSET, pid, NT_X86_XSTATE, P(&v)),
		 -EFAULT);
	child_kill(pid);
}

/* more than one wants to step through */
static int walk(void *arg)
{
	sys(SYS_getppid);
	for (variable = 0; variable < 1000;)
		variable++;
	return spin(arg);
}

static void steps(void)
{
	struct user_regs_struct a, b;
	siginfo_t si;
	pid_t pid = trace_start(walk, NULL, 0);
	int moved = 0, good = 1;

	pt(PTRACE_GETREGS, pid, 0, P(&a));
	for (int i = 0; i < 40; i++) {
		need(pt(PTRACE_SINGLESTEP, pid, 0, 0) == 0);
		good &= next(pid) == STOPPED(SIGTRAP);
		pt(PTRACE_GETREGS, pid, 0, P(&b));
		moved += b.rip != a.rip;
		good &= !(b.eflags & 1 << 8);
		a = b;
	}
	CHECK("each step stops, TF hidden", good);
	CHECK("and moves on", moved >= 38);
	pt(PTRACE_GETSIGINFO, pid, 0, P(&si));
	CHECK("siginfo says a trap", si.si_signo == SIGTRAP &&
	      (si.si_code == TRAP_TRACE || si.si_code == TRAP_BRKPT));
	CHECK_STATUS("then it runs to the end", resume_next(pid, 0),
		     EXITED(3));
}

static int writer(void *arg)
{
	(void)arg;
	variable = 1;
	variable = 2;
	return (int)variable;
}

static long debugreg(int n)
{
	return (long)offsetof(struct user, u_debugreg) + 8 * n;
}

static void watchpoint(void)
{
	long word = 0;
	siginfo_t si;
	pid_t pid = trace_start(writer, NULL, 0);

	CHECK_EQ("kernel address", pt(PTRACE_POKEUSER, pid, debugreg(0),
		 -4096l), -EINVAL);
	CHECK_EQ("no such register",
		 pt(PTRACE_POKEUSER, pid, debugreg(4), 1), -EIO);
	CHECK_EQ("address", pt(PTRACE_POKEUSER, pid, debugreg(0),
		 P(&variable)), 0);
	CHECK_EQ("ports are not watched", pt(PTRACE_POKEUSER, pid,
		 debugreg(7), 0x20001), -EINVAL);
	CHECK_EQ("8 bytes, writes", pt(PTRACE_POKEUSER, pid, debugreg(7),
		 0x90001), 0);
	CHECK_STATUS("the first write traps", resume_next(pid, 0),
		     STOPPED(SIGTRAP));
	pt(PTRACE_GETSIGINFO, pid, 0, P(&si));
	CHECK_EQ("as hardware's", si.si_code, TRAP_HWBKPT);
	pt(PTRACE_PEEKUSER, pid, debugreg(6), P(&word));
	CHECK_EQ("by register 0", word & 0xf, 1);
	pt(PTRACE_PEEKDATA, pid, P(&variable), P(&word));
	CHECK_EQ("after the write", word, 1);
	CHECK_STATUS("the second traps", resume_next(pid, 0),
		     STOPPED(SIGTRAP));
	CHECK_EQ("off", pt(PTRACE_POKEUSER, pid, debugreg(7), 0), 0);
	CHECK_STATUS("no more", resume_next(pid, 0), EXITED(2));
}

static __attribute__((noinline)) int target(int v)
{
	__asm__ volatile("" : "+r"(v));
	return v + 1;
}

static int caller(void *arg)
{
	(void)arg;
	return target(4);
}

static void breakpoint(void)
{
	struct user_regs_struct regs;
	pid_t pid = trace_start(caller, NULL, 0);

	pt(PTRACE_POKEUSER, pid, debugreg(2), P(target));
	CHECK_EQ("execution", pt(PTRACE_POKEUSER, pid, debugreg(7), 0x10), 0);
	CHECK_STATUS("stops", resume_next(pid, 0), STOPPED(SIGTRAP));
	pt(PTRACE_GETREGS, pid, 0, P(&regs));
	CHECK_EQ("there", regs.rip, P(target));
	CHECK_STATUS("and goes on past it", resume_next(pid, 0), EXITED(5));
}

static void syscalls(void)
{
	struct __ptrace_syscall_info info;
	struct user_regs_struct regs;
	pid_t pid = trace_start(spin, NULL, PTRACE_O_TRACESYSGOOD);

	/* the end of the call that stopped it */
	pt(PTRACE_SYSCALL, pid, 0, 0);
	next(pid);
	do {
		pt(PTRACE_SYSCALL, pid, 0, 0);
		need(next(pid) == SYSGOOD_STATUS);
		pt(PTRACE_GETREGS, pid, 0, P(&regs));
	} while (regs.orig_rax != SYS_getppid);
	CHECK_EQ("entry: no result yet", regs.rax, -ENOSYS);
	CHECK_EQ("message", event_message(pid), 1);
	CHECK_EQ("GET_SYSCALL_INFO", pt(PTRACE_GET_SYSCALL_INFO, pid,
		 sizeof(info), P(&info)), 80);
	CHECK("entry of getppid", info.op == 1 &&
	      info.entry.nr == SYS_getppid && info.arch == 0xc000003e);
	pt(PTRACE_SYSCALL, pid, 0, 0);
	CHECK_STATUS("exit", next(pid), SYSGOOD_STATUS);
	CHECK_EQ("its message", event_message(pid), 2);
	CHECK_EQ("its size", pt(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info),
		 P(&info)), 33);
	CHECK("its result", info.op == 2 && info.exit.rval == getpid());
	pt(PTRACE_SYSCALL, pid, 0, 0);
	need(next(pid) == SYSGOOD_STATUS);
	regs.orig_rax = -1ul;
	pt(PTRACE_GETREGS, pid, 0, P(&regs));
	regs.orig_rax = -1ul;
	pt(PTRACE_SETREGS, pid, 0, P(&regs));
	pt(PTRACE_SYSCALL, pid, 0, 0);
	need(next(pid) == SYSGOOD_STATUS);
	pt(PTRACE_GETREGS, pid, 0, P(&regs));
	CHECK_EQ("a call that is taken away", regs.rax, -ENOSYS);
	CHECK_EQ("ends like another", event_message(pid), 2);
	child_kill(pid);
}

static int emulated(void *arg)
{
	(void)arg;
	return (int)sys(SYS_getppid);
}

static void sysemu(void)
{
	struct user_regs_struct regs;
	pid_t pid = trace_start(emulated, NULL, PTRACE_O_TRACESYSGOOD);

	do {
		need(pt(PTRACE_SYSEMU, pid, 0, 0) == 0);
		need(next(pid) == SYSGOOD_STATUS);
		pt(PTRACE_GETREGS, pid, 0, P(&regs));
		if (regs.orig_rax != SYS_getppid) {
			/* let it happen: again, and by itself */
			regs.rip -= 2;
			regs.rax = regs.orig_rax;
			pt(PTRACE_SETREGS, pid, 0, P(&regs));
			pt(PTRACE_SYSCALL, pid, 0, 0);
			next(pid);
			pt(PTRACE_SYSCALL, pid, 0, 0);
			next(pid);
		}
	} while (regs.orig_rax != SYS_getppid);
	regs.rax = 77;
	pt(PTRACE_SETREGS, pid, 0, P(&regs));
	CHECK_STATUS("the tracer's result is it", resume_next(pid, 0),
		     EXITED(77));
}

static const struct test tests[] = {
	{ "memory", memory, 0 },
	{ "mem_file", mem_file, 0 },
	{ "general", general, 0 },
	{ "floating", floating, 0 },
	{ "steps", steps, 0 },
	{ "watchpoint", watchpoint, 0 },
	{ "breakpoint", breakpoint, 0 },
	{ "syscalls", syscalls, 0 },
	{ "sysemu", sysemu, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
