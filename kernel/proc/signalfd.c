/*
 * kernel/proc/signalfd.c - signals that are read from a descriptor
 *
 * What:  a set of signals. A read takes those that are pending for whoever
 *        reads: its own and its process's. The file has no queue.
 * Locks: the reader's siglock, inside signal_dequeue; the set is one atomic
 *        word.
 * Life:  pollers stand on the process's signal_wait, which may go before the
 *        file does: task_release wakes it with POLLFREE then.
 * See:   signalfd(2)
 */
#include <proc/signalfd.h>

#include <fs/file.h>
#include <fs/seq_buf.h>
#include <lib/string.h>
#include <mm/kmalloc.h>
#include <proc/signal.h>
#include <uapi/fcntl.h>

#define NEVER (SIGMASK(SIGKILL) | SIGMASK(SIGSTOP))

struct signalfd {
	u64 mask;		/* [a] */
};

/* Which member of a siginfo is valid. */
enum layout {
	LAYOUT_KILL,
	LAYOUT_TIMER,
	LAYOUT_POLL,
	LAYOUT_FAULT,
	LAYOUT_CHILD,
	LAYOUT_RT,
	LAYOUT_SYS,
};

/* Signals whose small codes are the kernel's. Source: sigaction(2), "The
 * siginfo_t argument to a SA_SIGINFO handler". */
static enum layout layout_of_signal(int sig, int code)
{
	switch (sig) {
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGTRAP:
		return LAYOUT_FAULT;
	case SIGCHLD:
		return code <= CLD_CONTINUED ? LAYOUT_CHILD : LAYOUT_KILL;
	case SIGSYS:
		return code <= SYS_USER_DISPATCH ? LAYOUT_SYS : LAYOUT_KILL;
	}
	return code <= POLL_HUP ? LAYOUT_POLL : LAYOUT_KILL;
}

static enum layout layout_of(const struct siginfo *si)
{
	if (si->si_code > SI_USER && si->si_code < SI_KERNEL)
		return layout_of_signal(si->si_signo, si->si_code);
	if (si->si_code == SI_TIMER)
		return LAYOUT_TIMER;
	if (si->si_code == SI_SIGIO)
		return LAYOUT_POLL;
	return si->si_code < 0 ? LAYOUT_RT : LAYOUT_KILL;
}

static void fill_value(struct signalfd_siginfo *out, const union sigval *v)
{
	out->ssi_ptr = v->sival_ptr;
	out->ssi_int = v->sival_int;
}

static void fill_fault(struct signalfd_siginfo *out, const struct siginfo *si)
{
	out->ssi_addr = si->f.fault.addr;
	if (si->si_signo == SIGBUS && si->si_code >= BUS_MCEERR_AR)
		out->ssi_addr_lsb = (u16)si->f.fault.more.addr_lsb;
}

static void fill_child(struct signalfd_siginfo *out, const struct siginfo *si)
{
	out->ssi_pid = (u32)si->f.child.pid;
	out->ssi_uid = si->f.child.uid;
	out->ssi_status = si->f.child.status;
	out->ssi_utime = (u64)si->f.child.utime;
	out->ssi_stime = (u64)si->f.child.stime;
}

static void fill_by_layout(struct signalfd_siginfo *out,
			   const struct siginfo *si)
{
	switch (layout_of(si)) {
	case LAYOUT_RT:
		fill_value(out, &si->f.rt.value);
		/* fall through */
	case LAYOUT_KILL:
		out->ssi_pid = (u32)si->f.kill.pid;
		out->ssi_uid = si->f.kill.uid;
		break;
	case LAYOUT_TIMER:
		out->ssi_tid = (u32)si->f.timer.tid;
		out->ssi_overrun = (u32)si->f.timer.overrun;
		fill_value(out, &si->f.timer.value);
		break;
	case LAYOUT_POLL:
		out->ssi_band = (u32)si->f.poll.band;
		out->ssi_fd = si->f.poll.fd;
		break;
	case LAYOUT_FAULT:
		fill_fault(out, si);
		break;
	case LAYOUT_CHILD:
		fill_child(out, si);
		break;
	case LAYOUT_SYS:
		out->ssi_call_addr = si->f.sys.call_addr;
		out->ssi_syscall = si->f.sys.syscall;
		out->ssi_arch = si->f.sys.arch;
		break;
	}
}

static int put_info(struct iobuf *b, const struct siginfo *si)
{
	struct signalfd_siginfo out;

	memset(&out, 0, sizeof(out));
	out.ssi_signo = (u32)si->si_signo;
	out.ssi_errno = si->si_errno;
	out.ssi_code = si->si_code;
	fill_by_layout(&out, si);
	return iobuf_put(b, &out, sizeof(out)) == sizeof(out) ? 0 : -EFAULT;
}

/* The first signal; waits if the file says so. 0 or -errno. */
static int take_first(struct file *f, struct siginfo *si)
{
	struct signalfd *s = f->private;
	struct wait_queue *q = &current_process()->signal_wait;

	if (signal_dequeue(READ_ONCE(s->mask), si))
		return 0;
	if (f->flags & O_NONBLOCK)
		return -EAGAIN;
	return wait_event_interruptible(q, signal_dequeue(READ_ONCE(s->mask),
							  si));
}

static ssize_t signalfd_read(struct file *f, struct iobuf *b, off_t *pos)
{
	struct signalfd *s = f->private;
	struct siginfo si;
	ssize_t done = 0;
	int err;

	(void)pos;
	if (b->left < sizeof(struct signalfd_siginfo))
		return -EINVAL;
	err = take_first(f, &si);
	while (!err) {
		err = put_info(b, &si);
		if (err)
			break;
		done += (ssize_t)sizeof(struct signalfd_siginfo);
		if (b->left < sizeof(struct signalfd_siginfo) ||
		    !signal_dequeue(READ_ONCE(s->mask), &si))
			break;
	}
	return done ? done : err;
}

static u32 signalfd_poll(struct file *f, struct poll_table *pt)
{
	struct signalfd *s = f->private;
	struct task *t = current_task();
	u64 pending;

	poll_wait(pt, f, &t->process->signal_wait);
	spin_lock_irq(&t->process->siglock);
	pending = t->pending.set | t->process->pending.set;
	spin_unlock_irq(&t->process->siglock);
	return pending & READ_ONCE(s->mask) ? POLLIN : 0;
}

static void signalfd_release(struct file *f)
{
	kfree(f->private);
}

static void signalfd_show(struct file *f, struct seq_buf *out)
{
	const struct signalfd *s = f->private;

	seq_printf(out, "sigmask:\t%016lx\n", READ_ONCE(s->mask));
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.poll = signalfd_poll,
	.release = signalfd_release,
	.show_fdinfo = signalfd_show,
};

int signalfd_create(u64 mask, u32 flags, struct file **out)
{
	struct signalfd *s = kzalloc(sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->mask = mask & ~NEVER;
	err = file_create_anon("anon_inode:[signalfd]", &signalfd_ops,
			       O_RDWR | (flags & SFD_NONBLOCK), s, out);
	if (err)
		kfree(s);
	return err;
}

int signalfd_set_mask(struct file *f, u64 mask)
{
	struct signalfd *s = f->private;

	if (f->ops != &signalfd_ops)
		return -EINVAL;
	WRITE_ONCE(s->mask, mask & ~NEVER);
	/* What is pending may be in the set now. */
	wake_all(&current_process()->signal_wait);
	return 0;
}
