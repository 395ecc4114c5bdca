/*
 * fs/unix/rights.c - files in flight through local sockets
 *
 * What:  a socket that was sent through another, and closed, may be reachable
 *        only from messages that themselves are only reachable from it. Such
 *        circles are found and their messages dropped.
 * Locks: rights_lock (RANK_SOCKET_RIGHTS, before socket locks): which sockets
 *        are in flight and how often. Files join and leave a queue, and are
 *        copied from one, under it, so that the search sees one moment.
 *        drop_lock (RANK_POLL, alone): what is to be dropped.
 * Life:  dropping a file may close a socket with more files in its queue: they
 *        are not dropped inside, but by whoever drops already.
 * See:   unix(7), SCM_RIGHTS
 */
#include "unix.h"

#include <sched/sched.h>

static DEFINE_SPINLOCK(rights_lock, RANK_SOCKET_RIGHTS);
static struct list in_flight = LIST_INIT(in_flight);	/* by flight_link */
static u32 nr_in_flight;				/* [rights_lock] */
static u32 closes;		/* [rights_lock] since the last search */

/* A search looks at all sockets in flight: it waits for so many closes that it
 * costs each of them no more than looking at a few. */
#define SEARCH_PER_CLOSE 8

static DEFINE_SPINLOCK(drop_lock, RANK_POLL);
static struct list to_drop = LIST_INIT(to_drop);	/* [drop_lock] */
static bool dropping;					/* [drop_lock] */

struct socket_rights *socket_rights_alloc(u32 n)
{
	struct socket_rights *r = kzalloc(sizeof(*r) +
					  n * sizeof(r->files[0]));

	if (r)
		list_init(&r->link);
	return r;
}

static void put_files(struct socket_rights *r)
{
	for (u32 i = 0; i < r->n; i++)
		file_put(r->files[i]);
	kfree(r);
}

static struct socket_rights *next_to_drop(void)
{
	struct socket_rights *r = NULL;

	spin_lock(&drop_lock);
	if (list_empty(&to_drop)) {
		dropping = false;
	} else {
		r = list_first(&to_drop, struct socket_rights, link);
		list_del(&r->link);
	}
	spin_unlock(&drop_lock);
	return r;
}

void socket_rights_drop(struct socket_rights *r)
{
	bool other;

	if (!r)
		return;
	spin_lock(&drop_lock);
	list_add_tail(&to_drop, &r->link);
	other = dropping;
	dropping = true;
	spin_unlock(&drop_lock);
	if (other)
		return;
	while ((r = next_to_drop()) != NULL) {
		put_files(r);
		cond_resched();
	}
}

static struct unix_sock *socket_of(const struct file *f)
{
	return file_is_socket(f) ? unix_of_file(f) : NULL;
}

void unix_rights_count(struct socket_rights *r)
{
	spin_lock(&rights_lock);
	r->counted = true;
	for (u32 i = 0; i < r->n; i++) {
		struct unix_sock *s = socket_of(r->files[i]);

		if (s && !s->inflight++) {
			list_add_tail(&in_flight, &s->flight_link);
			nr_in_flight++;
		}
	}
	spin_unlock(&rights_lock);
}

void unix_rights_uncount(struct socket_rights *r)
{
	spin_lock(&rights_lock);
	for (u32 i = 0; r->counted && i < r->n; i++) {
		struct unix_sock *s = socket_of(r->files[i]);

		if (s && !--s->inflight) {
			list_del(&s->flight_link);
			nr_in_flight--;
		}
	}
	r->counted = false;
	spin_unlock(&rights_lock);
}

struct socket_rights *unix_rights_copy(struct unix_msg *m)
{
	struct socket_rights *r = socket_rights_alloc(m->rights->n);

	if (!r)
		return NULL;
	spin_lock(&rights_lock);
	r->n = m->rights->n;
	for (u32 i = 0; i < r->n; i++)
		r->files[i] = file_get(m->rights->files[i]);
	spin_unlock(&rights_lock);
	return r;
}

/* Visit every suspect that a queue of @s holds. rights_lock and s->lock. */
static void visit_queue(struct unix_sock *s, void (*fn)(struct unix_sock *s,
							struct list *work),
			struct list *work)
{
	struct unix_msg *m;

	for_each_list(m, &s->queue, link) {
		for (u32 i = 0; m->rights && i < m->rights->n; i++) {
			struct unix_sock *c = socket_of(m->rights->files[i]);

			if (c && c->suspect)
				fn(c, work);
		}
	}
}

/* Its own queue, and those of connections it has not accepted. */
static void visit_socket(struct unix_sock *s, void (*fn)(struct unix_sock *s,
							 struct list *work),
			 struct list *work)
{
	struct unix_sock *end;

	spin_lock(&s->lock);
	visit_queue(s, fn, work);
	for_each_list(end, &s->pending, pending_link) {
		spin_lock_nested(&end->lock);
		visit_queue(end, fn, work);
		spin_unlock(&end->lock);
	}
	spin_unlock(&s->lock);
}

static void count_inside(struct unix_sock *s, struct list *work)
{
	(void)work;
	s->outside--;
}

static void mark_live(struct unix_sock *s, struct list *work)
{
	if (s->live)
		return;
	s->live = true;
	list_add_tail(work, &s->live_link);
}

/* Suspect are those with no reference but messages. rights_lock held. */
static void find_suspects(void)
{
	struct unix_sock *s;

	for_each_list(s, &in_flight, flight_link) {
		s->suspect = (u32)refcount_read(&s->file->refs) <= s->inflight;
		s->outside = s->inflight;
		s->live = false;
	}
	for_each_list(s, &in_flight, flight_link) {
		if (s->suspect)
			visit_socket(s, count_inside, NULL);
	}
}

/* Suspects that can be reached from outside, and what they hold, live. */
static void find_live(void)
{
	struct list work = LIST_INIT(work);
	struct unix_sock *s;

	for_each_list(s, &in_flight, flight_link) {
		if (s->suspect && s->outside)
			mark_live(s, &work);
	}
	while (!list_empty(&work)) {
		s = list_first(&work, struct unix_sock, live_link);
		list_del(&s->live_link);
		visit_socket(s, mark_live, &work);
	}
}

/* Take the files out of the messages in @queue. */
static void strip_queue(struct unix_sock *s, struct list *garbage)
{
	struct unix_msg *m;

	for_each_list(m, &s->queue, link) {
		if (!m->rights)
			continue;
		list_add_tail(garbage, &m->rights->link);
		m->rights = NULL;
	}
}

static void strip_socket(struct unix_sock *s, struct list *garbage)
{
	struct unix_sock *end;

	spin_lock(&s->lock);
	strip_queue(s, garbage);
	for_each_list(end, &s->pending, pending_link) {
		spin_lock_nested(&end->lock);
		strip_queue(end, garbage);
		spin_unlock(&end->lock);
	}
	spin_unlock(&s->lock);
}

/* rights_lock held. */
static void search(struct list *garbage)
{
	struct unix_sock *s;

	find_suspects();
	find_live();
	for_each_list(s, &in_flight, flight_link) {
		if (s->suspect && !s->live)
			strip_socket(s, garbage);
		s->suspect = false;
	}
}

void unix_collect_garbage(void)
{
	struct list garbage = LIST_INIT(garbage);

	if (list_empty(&in_flight))
		return;
	spin_lock(&rights_lock);
	if (++closes >= nr_in_flight / SEARCH_PER_CLOSE) {
		closes = 0;
		search(&garbage);
	}
	spin_unlock(&rights_lock);
	while (!list_empty(&garbage)) {
		struct socket_rights *r = list_first(&garbage,
						     struct socket_rights,
						     link);

		list_del(&r->link);
		unix_rights_uncount(r);
		socket_rights_drop(r);
	}
}
