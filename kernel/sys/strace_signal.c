/*
 * kernel/sys/strace_signal.c - signals and ends in the log of strace=1
 *
 * What:  "--- SIGCHLD {...} ---" as a thread takes a signal, and "+++ exited
 *        with 0 +++" as it ends, in the words of strace. A signal that is
 *        ignored when it is sent is never taken, and not seen.
 * Locks: called with siglock held; the line goes out under that of strace.c.
 * See:   strace(1); sigaction(2): "The siginfo_t argument".
 */
#include "strace.h"

#include <lib/format.h>
#include <lib/string.h>
#include <proc/signal.h>
#include <uapi/errno.h>
#include <uapi/wait.h>

#define TEXT_MAX 256u
#define CODES_MAX 9u

struct text {
	char at[TEXT_MAX];
	u32 len;
};

#define ADD(t, ...) \
	((t)->len += (u32)snprintf((t)->at + (t)->len, TEXT_MAX - (t)->len, \
				   __VA_ARGS__))

static const char *signal_name(u32 sig, char *buf, size_t size)
{
	const char *name = strace_signal(sig);

	if (name)
		snprintf(buf, size, "SIG%s", name);
	else
		snprintf(buf, size, "SIGRT_%u", sig - SIGSYS - 1);
	return buf;
}

/* si_code of the kernel, by signal. */
static const char *const codes[][CODES_MAX] = {
	[SIGILL] = { NULL, "ILL_ILLOPC", "ILL_ILLOPN", "ILL_ILLADR",
		     "ILL_ILLTRP", "ILL_PRVOPC", "ILL_PRVREG", "ILL_COPROC",
		     "ILL_BADSTK" },
	[SIGFPE] = { NULL, "FPE_INTDIV", "FPE_INTOVF", "FPE_FLTDIV",
		     "FPE_FLTOVF", "FPE_FLTUND", "FPE_FLTRES", "FPE_FLTINV",
		     "FPE_FLTSUB" },
	[SIGSEGV] = { NULL, "SEGV_MAPERR", "SEGV_ACCERR", "SEGV_BNDERR",
		      "SEGV_PKUERR" },
	[SIGBUS] = { NULL, "BUS_ADRALN", "BUS_ADRERR", "BUS_OBJERR",
		     "BUS_MCEERR_AR", "BUS_MCEERR_AO" },
	[SIGTRAP] = { NULL, "TRAP_BRKPT", "TRAP_TRACE", "TRAP_BRANCH",
		      "TRAP_HWBKPT", "TRAP_UNK", "TRAP_PERF" },
	[SIGCHLD] = { NULL, "CLD_EXITED", "CLD_KILLED", "CLD_DUMPED",
		      "CLD_TRAPPED", "CLD_STOPPED", "CLD_CONTINUED" },
	[SIGSYS] = { NULL, "SYS_SECCOMP", "SYS_USER_DISPATCH" },
};

static const char *code_name(const struct siginfo *si)
{
	u32 sig = (u32)si->si_signo, code = (u32)si->si_code;

	switch (si->si_code) {
	case SI_USER: return "SI_USER";
	case SI_KERNEL: return "SI_KERNEL";
	case SI_QUEUE: return "SI_QUEUE";
	case SI_TIMER: return "SI_TIMER";
	case SI_MESGQ: return "SI_MESGQ";
	case SI_SIGIO: return "SI_SIGIO";
	case SI_TKILL: return "SI_TKILL";
	}
	if (sig < ARRAY_SIZE(codes) && code < CODES_MAX)
		return codes[sig][code];
	return NULL;
}

static void show_value(struct text *t, const union sigval *v)
{
	ADD(t, ", si_int=%d, si_ptr=%s%lx", v->sival_int,
	    v->sival_ptr ? "0x" : "", v->sival_ptr);
}

static void show_child(struct text *t, const struct siginfo *si)
{
	char name[16];

	ADD(t, ", si_pid=%d, si_uid=%u, si_status=", si->f.child.pid,
	    si->f.child.uid);
	if (si->si_code == CLD_EXITED)
		ADD(t, "%d", si->f.child.status);
	else
		ADD(t, "%s", signal_name((u32)si->f.child.status & 0x7f, name,
					 sizeof(name)));
	ADD(t, ", si_utime=%ld, si_stime=%ld", (long)si->f.child.utime,
	    (long)si->f.child.stime);
}

/* What the kernel itself tells with @si. */
static void show_event(struct text *t, const struct siginfo *si)
{
	switch (si->si_signo) {
	case SIGCHLD:
		show_child(t, si);
		break;
	case SIGILL: case SIGFPE: case SIGSEGV: case SIGBUS: case SIGTRAP:
		if (si->f.fault.addr)
			ADD(t, ", si_addr=0x%lx", si->f.fault.addr);
		else
			ADD(t, ", si_addr=NULL");
		break;
	case SIGSYS:
		ADD(t, ", si_call_addr=0x%lx, si_syscall=%d, si_arch=0x%x",
		    si->f.sys.call_addr, si->f.sys.syscall, si->f.sys.arch);
		break;
	default:
		if (si->si_code != SI_KERNEL)
			ADD(t, ", si_band=%ld, si_fd=%d",
			    (long)si->f.poll.band, si->f.poll.fd);
	}
}

static void show_origin(struct text *t, const struct siginfo *si)
{
	switch (si->si_code) {
	case SI_TIMER:
		ADD(t, ", si_timerid=%d, si_overrun=%d", si->f.timer.tid,
		    si->f.timer.overrun);
		show_value(t, &si->f.timer.value);
		break;
	case SI_USER:
	case SI_TKILL:
		ADD(t, ", si_pid=%d, si_uid=%u", si->f.kill.pid,
		    si->f.kill.uid);
		break;
	case SI_QUEUE:
	case SI_MESGQ:
		ADD(t, ", si_pid=%d, si_uid=%u", si->f.rt.pid, si->f.rt.uid);
		show_value(t, &si->f.rt.value);
		break;
	default:
		show_event(t, si);
	}
}

static void signal_taken(const struct siginfo *si)
{
	const char *code = code_name(si);
	struct text t = { .len = 0 };
	char name[16];

	signal_name((u32)si->si_signo, name, sizeof(name));
	ADD(&t, "--- %s {si_signo=%s, si_code=", name, name);
	if (code)
		ADD(&t, "%s", code);
	else
		ADD(&t, "%d", si->si_code);
	show_origin(&t, si);
	ADD(&t, "} ---");
	strace_event(t.at);
}

static void thread_ended(u32 status)
{
	struct text t = { .len = 0 };
	char name[16];

	if (WTERMSIG(status))
		ADD(&t, "+++ killed by %s +++",
		    signal_name(WTERMSIG(status), name, sizeof(name)));
	else
		ADD(&t, "+++ exited with %u +++", WEXITSTATUS(status));
	strace_event(t.at);
}

const struct signal_log strace_signals = {
	.taken = signal_taken,
	.ended = thread_ended,
};
