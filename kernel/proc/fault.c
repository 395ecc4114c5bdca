/*
 * kernel/proc/fault.c - page faults of programs
 *
 * What:  the way from the processor's fault to the address space of the
 *        current task, and from a failure to its signal; the limits of the
 *        current process for the layer below.
 * Context: task, interrupts on; may sleep.
 * Not:   what a fault means (mm/vm/fault.c).
 * See:   sigaction(2), SIGSEGV and SIGBUS.
 */
#include <arch/upcall.h>

#include <core/printk.h>
#include <proc/lifecycle.h>
#include <proc/signal.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <vm/aspace.h>

static void limits_of_current(struct vm_limits *out)
{
	out->as_bytes = RLIM_INFINITY;
	out->data_bytes = RLIM_INFINITY;
	out->stack_bytes = RLIM_INFINITY;
	out->memlock_bytes = RLIM_INFINITY;
	out->may_map_low = false;
	if (!current_is_task())
		return;
	out->as_bytes = current_rlimit(RLIMIT_AS);
	out->data_bytes = current_rlimit(RLIMIT_DATA);
	out->stack_bytes = current_rlimit(RLIMIT_STACK);
	if (!has_capability(CAP_IPC_LOCK))
		out->memlock_bytes = current_rlimit(RLIMIT_MEMLOCK);
	out->may_map_low = has_capability(CAP_SYS_RAWIO);
}

static DEFINE_PER_CPU(u64, faults);

u64 fault_count(void)
{
	u64 sum = 0;
	u32 cpu;

	for_each_cpu(cpu, cpu_online_mask())
		sum += READ_ONCE(per_cpu(faults, cpu));
	return sum;
}

void fault_init(void)
{
	vm_set_limits_hook(limits_of_current);
}

/* No page for the one who asked: it is the one to go. */
static void out_of_memory(void)
{
	struct task *t = current_task();

	pr_err("vm: out of memory: killed %s\n", t->comm);
	(void)signal_send_process(t->process, SIGKILL, SEND_KERNEL);
}

bool upcall_page_fault(struct regs *r UNUSED, uptr_t addr,
		       enum fault_access access, bool present,
		       bool from_user)
{
	struct aspace *as = aspace_current();
	int code = SEGV_MAPERR;
	struct fault_args args = {
		.addr = addr,
		.access = access,
		.present = present,
		.code = &code,
	};
	int err;

	this_cpu(faults)++;
	if (!as)
		return false;
	err = vm_fault(as, &args);
	if (!err) {
		if (current_is_task())
			current_task()->minflt++;
		return true;
	}
	if (err == -ENOMEM)
		out_of_memory();
	else if (from_user && err == -EIO)
		signal_force_fault(SIGBUS, BUS_ADRERR, addr);
	else if (from_user)
		signal_force_fault(SIGSEGV, code, addr);
	return from_user;
}

void upcall_user_fault(struct regs *r, int sig, int code, uptr_t addr,
		       u32 trapnr, u32 error)
{
	(void)r;
	(void)trapnr;
	(void)error;
	/* Linux's protection faults carry neither code nor address. */
	if (code == SI_KERNEL)
		signal_force(sig, SEND_KERNEL);
	else
		signal_force_fault(sig, code, addr);
}
