/*
 * kernel/proc/procfs_trace.c - /proc/PID/mem and /proc/PID/syscall
 *
 * What:  a process's memory as a file, and the call that a sleeping thread is
 *        in: both for whoever might trace it.
 * Locks: the siglock keeps a thread from going away while its registers are
 *        read; what they say may be old when it is shown.
 * Life:  an open mem stands for the memory it was opened for, also after an
 *        exec: procfs_aspace.c.
 * See:   proc(5), ptrace(2).
 */
#include "procfs_internal.h"

#include <arch/thread.h>
#include <fs/file.h>
#include <mm/kmalloc.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <vm/aspace.h>
#include <vm/aspace_view.h>

static int mem_open(struct inode *inode, struct file *f)
{
	struct aspace_view *v;
	int err = proc_memory_open(proc_node(inode), true, &v);

	if (!err)
		f->private = v;
	return err;
}

static void mem_release(struct file *f)
{
	proc_memory_close(f->private);
}

struct mem_copy {
	struct aspace *as;
	struct iobuf *b;
	char *page;
	bool write;
};

/* One piece; bytes, 0: nothing there, -EFAULT: the caller's buffer. */
static ssize_t mem_piece(const struct mem_copy *c, u64 addr)
{
	size_t want = min(c->b->left, PAGE_SIZE);
	size_t n;

	if (c->write) {
		want = iobuf_take(c->b, c->page, want);
		if (!want)
			return -EFAULT;
		return (ssize_t)aspace_poke(c->as, addr, c->page, want);
	}
	n = aspace_peek(c->as, addr, c->page, want);
	if (n && iobuf_put(c->b, c->page, n) != n)
		return -EFAULT;
	return (ssize_t)n;
}

static ssize_t mem_copy(struct mem_copy *c, off_t *pos)
{
	ssize_t done = 0, n = 0;

	c->page = kmalloc(PAGE_SIZE);
	if (!c->page)
		return -ENOMEM;
	while (c->b->left) {
		n = mem_piece(c, (u64)*pos);
		if (n <= 0)
			break;
		*pos += n;
		done += n;
		cond_resched();
	}
	kfree(c->page);
	if (done || !c->b->left)
		return done;
	return n ? n : -EIO;
}

/* Nothing is read and nothing written of memory that is gone. */
static ssize_t mem_move(struct file *f, struct iobuf *b, off_t *pos, bool write)
{
	struct mem_copy c = {
		.as = aspace_view_get(f->private), .b = b, .write = write,
	};
	ssize_t n;

	if (!c.as)
		return 0;
	n = mem_copy(&c, pos);
	aspace_put(c.as);
	return n;
}

static ssize_t mem_read(struct file *f, struct iobuf *b, off_t *pos)
{
	return mem_move(f, b, pos, false);
}

static ssize_t mem_write(struct file *f, struct iobuf *b, off_t *pos)
{
	return mem_move(f, b, pos, true);
}

/* Any address is a position. */
static off_t mem_seek(struct file *f, off_t off, int whence)
{
	if (whence == SEEK_CUR)
		off += f->pos;
	else if (whence != SEEK_SET)
		return -EINVAL;
	f->pos = off;
	return off;
}

const struct file_ops proc_mem_fops = {
	.open = mem_open,
	.read = mem_read,
	.write = mem_write,
	.seek = mem_seek,
	.release = mem_release,
};

/* What it waits in, or reads this file by. False: it runs. */
static bool in_call(struct task *t)
{
	return t == current_task() ||
	       (t->sighand && !(READ_ONCE(t->flags) & TASK_EXITING) &&
		READ_ONCE(t->thread.state) != THREAD_RUNNING);
}

static void show_call(const struct regs *r, struct seq_buf *out)
{
	s64 nr = regs_syscall_nr(r);

	seq_printf(out, "%ld", nr);
	for (u32 i = 0; nr != -1 && i < 6; i++)
		seq_printf(out, " 0x%lx", regs_arg(r, i));
	seq_printf(out, " 0x%lx 0x%lx\n", regs_sp(r), regs_ip(r));
}

int proc_show_syscall(struct task *t, struct seq_buf *out)
{
	struct regs copy;
	bool asleep;

	if (!task_may_access(t, false))
		return -EPERM;
	spin_lock_irq(&t->process->siglock);
	asleep = in_call(t);
	if (asleep)
		copy = *arch_thread_regs(&t->thread.arch);
	spin_unlock_irq(&t->process->siglock);
	if (asleep)
		show_call(&copy, out);
	else
		seq_puts(out, "running\n");
	return 0;
}
