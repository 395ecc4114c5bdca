/*
 * fs/poll.c - poll, ppoll, select
 *
 * What:  ask all files; if none is ready, sleep on the queues they named and
 *        ask again.
 * Locks: none of its own; entries are on the queues of the files, whose locks
 *        order wake-up and removal.
 * Life:  entries hold their files, so a queue outlives the entry on it.
 * See:   poll(2), select(2)
 */
#include <fs/poll.h>

#include <core/assert.h>
#include <fs/file.h>
#include <mm/kmalloc.h>
#include <sched/sched.h>

/* Entries inside the waiter: enough for most calls. */
#define INLINE_ENTRIES 4
#define BLOCK_ENTRIES 32

struct poll_waiter;

struct poll_entry {
	struct wait_entry wait;
	struct wait_queue *queue;
	struct file *file;		/* owned */
	struct poll_waiter *waiter;
	u32 events;			/* wake-ups for others are ignored */
};

struct poll_block {
	struct poll_block *next;
	u32 used;
	struct poll_entry entries[BLOCK_ENTRIES];
};

struct poll_waiter {
	struct poll_table table;	/* first; queue NULL: only ask */
	u32 events;			/* of the file asked now */
	u32 triggered;			/* [a] woken since the last look */
	bool failed;			/* no memory for an entry */
	u32 used;
	struct poll_block *blocks;
	struct poll_entry entries[INLINE_ENTRIES];
};

static bool poll_wake(struct wait_entry *e, u32 key)
{
	struct poll_entry *p = container_of(e, struct poll_entry, wait);

	if (key && !(key & p->events))
		return false;
	/* Partner: the exchange in sleep_for_event. */
	store_release(&p->waiter->triggered, 1);
	return thread_wake(e->thread, WAKE_NORMAL);
}

static struct poll_entry *entry_alloc(struct poll_waiter *w)
{
	struct poll_block *b = w->blocks;

	if (w->used < INLINE_ENTRIES)
		return &w->entries[w->used++];
	if (!b || b->used == BLOCK_ENTRIES) {
		b = kmalloc(sizeof(*b));
		if (!b)
			return NULL;
		b->used = 0;
		b->next = w->blocks;
		w->blocks = b;
	}
	return &b->entries[b->used++];
}

static void poll_enqueue(struct poll_table *pt, struct file *f,
			 struct wait_queue *q)
{
	struct poll_waiter *w = container_of(pt, struct poll_waiter, table);
	struct poll_entry *e = entry_alloc(w);

	if (!e) {
		w->failed = true;
		return;
	}
	wait_entry_init(&e->wait);
	e->wait.wake = poll_wake;
	e->queue = q;
	e->file = file_get(f);
	e->waiter = w;
	e->events = w->events;
	wait_queue_add(q, &e->wait);
}

static void waiter_init(struct poll_waiter *w)
{
	w->table.queue = poll_enqueue;
	w->triggered = 0;
	w->failed = false;
	w->used = 0;
	w->blocks = NULL;
}

static void entry_remove(struct poll_entry *e)
{
	wait_queue_remove(e->queue, &e->wait);
	file_put(e->file);
}

static void waiter_fini(struct poll_waiter *w)
{
	struct poll_block *b;

	for (u32 i = 0; i < w->used; i++)
		entry_remove(&w->entries[i]);
	while ((b = w->blocks) != NULL) {
		for (u32 i = 0; i < b->used; i++)
			entry_remove(&b->entries[i]);
		w->blocks = b->next;
		kfree(b);
	}
}

/* Events of one descriptor; true: it counts as ready. */
static bool ask_one(const struct poll_args *a, struct poll_waiter *w,
		    struct pollfd *p)
{
	struct file *f;
	u32 ready;

	p->revents = 0;
	if (p->fd < 0)
		return false;
	f = fd_get_file(a->table, p->fd);
	if (!f) {
		p->revents = POLLNVAL;
		return true;
	}
	w->events = (u16)p->events | POLLERR | POLLHUP;
	ready = file_poll(f, &w->table) & w->events;
	file_put(f);
	p->revents = (s16)ready;
	/* Nobody sleeps once something was ready. */
	if (ready)
		w->table.queue = NULL;
	return ready;
}

static int ask_all(const struct poll_args *a, struct poll_waiter *w,
		   struct pollfd *fds)
{
	int n = 0;

	for (u32 i = 0; i < a->n; i++) {
		n += ask_one(a, w, &fds[i]);
		if (!(i & 63))
			cond_resched();
	}
	return n;
}

/* 0: woken or nothing known; -ETIMEDOUT. */
static int sleep_for_event(struct poll_waiter *w, u64 deadline_ns)
{
	int err = 0;

	thread_set_state(THREAD_INTERRUPTIBLE);
	if (!load_acquire(&w->triggered) &&
	    !signal_interrupts(THREAD_INTERRUPTIBLE))
		err = schedule_until(deadline_ns);
	thread_set_state(THREAD_RUNNING);
	(void)xchg(&w->triggered, 0);
	return err;
}

int poll_files(const struct poll_args *args, struct pollfd *fds)
{
	struct poll_waiter w;
	bool timed_out = args->deadline_ns == 0;
	int n;

	waiter_init(&w);
	if (timed_out)
		w.table.queue = NULL;
	for (;;) {
		n = ask_all(args, &w, fds);
		/* Entries stay from the first round. */
		w.table.queue = NULL;
		if (!n && w.failed)
			n = -ENOMEM;
		if (n || timed_out)
			break;
		if (signal_interrupts(THREAD_INTERRUPTIBLE)) {
			n = -ERESTARTNOHAND;
			break;
		}
		timed_out = sleep_for_event(&w, args->deadline_ns) ==
			    -ETIMEDOUT;
	}
	waiter_fini(&w);
	return n;
}

/* What makes a descriptor ready in each of the three sets. */
#define SET_IN (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SET_OUT (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define SET_EXCEPT POLLPRI

static bool set_has(const u64 *set, u32 fd)
{
	return set && (set[fd / NFDBITS] >> (fd % NFDBITS) & 1);
}

static s16 wanted_events(const struct select_sets *s, u32 fd)
{
	u32 events = 0;

	if (set_has(s->in, fd))
		events |= SET_IN;
	if (set_has(s->out, fd))
		events |= SET_OUT;
	if (set_has(s->except, fd))
		events |= SET_EXCEPT;
	return (s16)events;
}

/* The descriptors of the sets as an array; only counted when @fds is NULL. */
static u32 sets_to_array(const struct poll_args *a,
			 const struct select_sets *s, struct pollfd *fds)
{
	u32 n = 0;

	for (u32 fd = 0; fd < a->n; fd++) {
		s16 events = wanted_events(s, fd);

		if (!events)
			continue;
		if (fds) {
			fds[n].fd = (int)fd;
			fds[n].events = events;
		}
		n++;
	}
	return n;
}

/* Leave in @set only what is ready for it. Return: 1 if @fd is. */
static int set_answer(u64 *set, const struct pollfd *p, u32 events)
{
	u32 fd = (u32)p->fd;

	if (!set_has(set, fd))
		return 0;
	if ((u16)p->revents & events)
		return 1;
	set[fd / NFDBITS] &= ~BIT(fd % NFDBITS);
	return 0;
}

static int array_to_sets(const struct pollfd *fds, u32 n,
			 const struct select_sets *s)
{
	int bits = 0;

	for (u32 i = 0; i < n; i++) {
		if (fds[i].revents & POLLNVAL)
			return -EBADF;
		bits += set_answer(s->in, &fds[i], SET_IN);
		bits += set_answer(s->out, &fds[i], SET_OUT);
		bits += set_answer(s->except, &fds[i], SET_EXCEPT);
	}
	return bits;
}

int select_files(const struct poll_args *args, const struct select_sets *sets)
{
	struct poll_args a = *args;
	struct pollfd *fds;
	int n;

	a.n = sets_to_array(args, sets, NULL);
	fds = kcalloc(max(a.n, 1u), sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	sets_to_array(args, sets, fds);
	n = poll_files(&a, fds);
	if (n >= 0)
		n = array_to_sets(fds, a.n, sets);
	kfree(fds);
	return n;
}
