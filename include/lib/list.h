/*
 * include/lib/list.h - intrusive doubly linked circular lists
 *
 * What:  struct list is both the head and the link inside an object. A
 *        removed link points to itself, so list_empty(&obj->link) tells
 *        whether the object is on a list.
 * Locks: the caller's. The *_rcu forms let readers walk forward inside an
 *        RCU section while one writer, under its own lock, changes the list;
 *        a link removed by list_del_rcu keeps its forward pointer for them.
 */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include <lib/atomic.h>
#include <lib/types.h>

struct list {
	struct list *next;
	struct list *prev;
};

#define LIST_INIT(name) { &(name), &(name) }

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return READ_ONCE(l->next) == l;
}

static inline void list_insert(struct list *n, struct list *prev,
			       struct list *next)
{
	n->prev = prev;
	n->next = next;
	next->prev = n;
	store_release(&prev->next, n);
}

/* Insert @n right after @pos (first, when @pos is the head). */
static inline void list_add(struct list *pos, struct list *n)
{
	list_insert(n, pos, pos->next);
}

/* Insert @n right before @pos (last, when @pos is the head). */
static inline void list_add_tail(struct list *pos, struct list *n)
{
	list_insert(n, pos->prev, pos);
}

static inline void list_join(struct list *prev, struct list *next)
{
	next->prev = prev;
	WRITE_ONCE(prev->next, next);
}

static inline void list_del(struct list *n)
{
	list_join(n->prev, n->next);
	list_init(n);
}

static inline void list_del_rcu(struct list *n)
{
	list_join(n->prev, n->next);
	n->prev = n;
}

static inline void list_move_tail(struct list *head, struct list *n)
{
	list_del(n);
	list_add_tail(head, n);
}

/* Append all of @from to @head; @from is empty afterwards. */
static inline void list_splice_tail(struct list *head, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = head->prev;
	head->prev->next = from->next;
	from->prev->next = head;
	head->prev = from->prev;
	list_init(from);
}

#define list_entry(l, type, member) container_of(l, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)
#define list_last(head, type, member) list_entry((head)->prev, type, member)
#define list_next(pos, member) \
	list_entry((pos)->member.next, __typeof__(*(pos)), member)

#define for_each_list(pos, head, member)				\
	for ((pos) = list_first(head, __typeof__(*(pos)), member);	\
	     &(pos)->member != (head);					\
	     (pos) = list_next(pos, member))

/* @pos may be removed (and freed) inside the loop. */
#define for_each_list_safe(pos, tmp, head, member)			\
	for ((pos) = list_first(head, __typeof__(*(pos)), member),	\
	     (tmp) = list_next(pos, member);				\
	     &(pos)->member != (head);					\
	     (pos) = (tmp), (tmp) = list_next(tmp, member))

/* Forward walk inside an RCU section. */
#define for_each_list_rcu(pos, head, member)				\
	for ((pos) = list_entry(load_acquire(&(head)->next),		\
				__typeof__(*(pos)), member);		\
	     &(pos)->member != (head);					\
	     (pos) = list_entry(load_acquire(&(pos)->member.next),	\
				__typeof__(*(pos)), member))

#endif
