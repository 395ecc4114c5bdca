/*
 * kernel/proc/coredump_internal.h - between the files that dump core
 */
#ifndef COREDUMP_INTERNAL_H
#define COREDUMP_INTERNAL_H

#include <fs/seq_buf.h>
#include <proc/coredump.h>
#include <proc/task.h>

struct file;

/* A thread that waits in coredump_park; on its stack. */
struct core_thread {
	struct list link;	/* [S] core_dump->threads */
	struct task *task;	/* [I] */
};

/* One dump, on the stack of the thread that dies of the signal. */
struct core_dump {
	struct task *dumper;		/* [I] */
	const struct siginfo *info;	/* [I] borrowed */
	const struct cred *cred;	/* [I] who makes the file; owned */
	u32 dumpable;			/* [I] 1, or 2: of a set-id program */
	u32 cpu;			/* [I] where the signal was met */
	u64 limit;			/* [I] bytes, RLIMIT_CORE */
	u32 waiting;			/* [S] threads on their way to park */
	struct list threads;		/* [S] parked, as they came; constant
					   once waiting is 0 */
	/* The file. The dumper alone. */
	struct file *file;
	u64 pos;			/* where it goes on */
	u64 written;			/* counts against the limit */
	bool hole;			/* what is before pos is not there */
};

/* A region as it was when the dump began. */
struct core_segment {
	u64 start, end;
	u64 dump_bytes;		/* from start on; 0: nothing of it */
	u64 offset;		/* bytes into the file */
	u32 flags;		/* enum region_flags */
	bool faults_in;		/* what is not there may be in its object */
	bool asks_head;		/* one page, if an ELF header is there */
	struct file *file;	/* owned; NULL: none */
};

/* The segments, in the order of addresses. */
struct core_map {
	struct core_segment *segments;	/* memory of @buf */
	size_t n;
	struct seq_buf buf;
};

/* coredump_name.c: the name as the pattern has it, with its final zero. */
void coredump_name(const struct core_dump *d, struct seq_buf *out);

/* coredump_notes.c, as bytes: the notes of dumper and process, those of another
 * thread, which are as many bytes for each, and what stands behind them. */
void coredump_notes(const struct core_dump *d, const struct core_map *m,
		    struct seq_buf *out);
void coredump_notes_thread(const struct core_dump *d, struct task *t,
			   struct seq_buf *out);
void coredump_notes_end(struct seq_buf *out);

/* coredump_elf.c: all of it to @d->file. True: at least begun; false: there was
 * no memory to begin. */
bool coredump_write(struct core_dump *d);

#endif
