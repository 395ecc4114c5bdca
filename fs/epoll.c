/*
 * fs/epoll.c - waiting for many files that are named once
 *
 * What:  an epoll has an item for each (file, descriptor) it watches. The item
 *        stands on the file's wait queues; a wake-up puts it on the ready
 *        list. Waiters ask the files on that list, and no others.
 * Locks: ep->mutex (RANK_MUTEX_EPOLL) covers the tree of items and is held
 *        while files are asked; an epoll that watches epolls takes theirs
 *        inside (nested: the graph has no circles). ep->lock (RANK_EPOLL,
 *        interrupts off) covers the ready list and the wanted events; the
 *        wake-up takes it under a wait queue's lock. file->owner_lock covers
 *        file->epoll_links. graph_mutex (RANK_MUTEX_EPOLL_GRAPH) is held
 *        while epolls are linked to each other, while a watched file goes, and
 *        while an epoll goes: so neither can vanish under the other.
 * Life:  an item does not hold its file. It lives until EPOLL_CTL_DEL, the last
 *        close of the file (hook of fs/file.c, before the type's release), or
 *        the last close of the epoll. A wait queue may go before its file:
 *        POLLFREE, see fs/poll.h.
 * Not:   what is ready and who waits for it (epoll_ready.c); sets of
 *        descriptors given with each call (poll.c).
 * See:   epoll(7), epoll_ctl(2), epoll_wait(2)
 */
#include "epoll_internal.h"

#include <core/assert.h>
#include <fs/seq_buf.h>
#include <mm/kmalloc.h>
#include <uapi/fcntl.h>

#define EXCLUSIVE_OK (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | \
		      EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

/* While a new item asks its file. */
struct epoll_adder {
	struct poll_table table;
	struct epoll_item *item;
	bool failed;			/* no memory for a hook */
};

static DEFINE_MUTEX(graph_mutex, RANK_MUTEX_EPOLL_GRAPH);
static const struct file_ops epoll_ops;

bool file_is_epoll(const struct file *f)
{
	return f->ops == &epoll_ops;
}

static void hook_add(struct poll_table *pt, struct file *f,
		     struct wait_queue *q)
{
	struct epoll_adder *a = container_of(pt, struct epoll_adder, table);
	struct epoll_item *item = a->item;
	struct epoll_hook *h = kzalloc(sizeof(*h));

	(void)f;
	if (!h) {
		a->failed = true;
		return;
	}
	wait_entry_init(&h->wait);
	h->wait.wake = epoll_hook_wake;
	h->queue = q;
	h->item = item;
	h->next = item->hooks;
	item->hooks = h;
	if (item->event.events & EPOLLEXCLUSIVE)
		wait_queue_add_exclusive(q, &h->wait);
	else
		wait_queue_add(q, &h->wait);
}

static void hook_remove(struct epoll_hook *h)
{
	struct wait_queue *q;

	rcu_read_lock();
	q = load_acquire(&h->queue);
	if (q)
		wait_queue_remove(q, &h->wait);
	rcu_read_unlock();
	kfree(h);
}

/* Order of the tree. */
static int item_compare(const struct epoll_item *item, const struct file *f,
			int fd)
{
	if (item->file != f)
		return item->file < f ? -1 : 1;
	return (item->fd > fd) - (item->fd < fd);
}

static bool item_less(const struct rb_node *a, const struct rb_node *b)
{
	const struct epoll_item *y = rb_entry(b, struct epoll_item, node);

	return item_compare(rb_entry(a, struct epoll_item, node), y->file,
			    y->fd) < 0;
}

static struct epoll_item *item_find(struct epoll *ep, const struct file *f,
				    int fd)
{
	struct rb_node *n = ep->items.node;

	while (n) {
		struct epoll_item *item = rb_entry(n, struct epoll_item, node);
		int order = item_compare(item, f, fd);

		if (!order)
			return item;
		n = order < 0 ? n->right : n->left;
	}
	return NULL;
}

/* ep->mutex held; the file is kept by the caller, or waits in the hook. */
static void item_remove(struct epoll_item *item)
{
	struct epoll *ep = item->ep;
	struct epoll_hook *h;

	/* From now on nothing marks it. */
	while ((h = item->hooks) != NULL) {
		item->hooks = h->next;
		hook_remove(h);
	}
	spin_lock_irq(&ep->lock);
	list_del(&item->ready_link);
	spin_unlock_irq(&ep->lock);
	spin_lock(&item->file->owner_lock);
	list_del(&item->file_link);
	spin_unlock(&item->file->owner_lock);
	rb_erase(&item->node, &ep->items);
	kfree(item);
}

/* ep->mutex held. What is ready now counts, also with EPOLLET. */
static void item_ask_first(struct epoll_item *item, struct poll_table *pt)
{
	if (epoll_item_ask(item, pt) && epoll_item_mark(item, 0))
		epoll_wake(item->ep);
}

static int item_add(struct epoll *ep, const struct epoll_control_args *args)
{
	struct epoll_item *item = kzalloc(sizeof(*item));
	struct epoll_adder a = { .table.queue = hook_add, .item = item };

	if (!item)
		return -ENOMEM;
	item->ep = ep;
	item->file = args->target;
	item->fd = args->fd;
	item->event = args->event;
	item->event.events |= EPOLLERR | EPOLLHUP;
	list_init(&item->ready_link);
	rb_add(&ep->items, &item->node, item_less);
	spin_lock(&item->file->owner_lock);
	list_add_tail(&item->file->epoll_links, &item->file_link);
	spin_unlock(&item->file->owner_lock);
	item_ask_first(item, &a.table);
	if (!a.failed)
		return 0;
	item_remove(item);
	return -ENOMEM;
}

static int item_change(struct epoll_item *item, const struct epoll_event *ev)
{
	if (item->event.events & EPOLLEXCLUSIVE)
		return -EINVAL;
	spin_lock_irq(&item->ep->lock);
	item->event.events = ev->events | EPOLLERR | EPOLLHUP;
	item->event.data = ev->data;
	spin_unlock_irq(&item->ep->lock);
	/* A wake-up before this looked at the old events. */
	smp_mb();
	item_ask_first(item, NULL);
	return 0;
}

/* Each epoll is looked at once in a walk, however many ways lead to it: of
 * those that have the number of this walk the answer is known. [graph_mutex] */
static u64 walk;

/* The longest way down from @ep through epolls; more than EP_MAX_NESTS also
 * when @avoid is met. graph_mutex held. */
static u32 depth_below(struct epoll *ep, const struct epoll *avoid)
{
	struct rb_node *n;
	u32 depth = 0;

	if (ep == avoid)
		return EP_MAX_NESTS + 1;
	if (ep->walk == walk)
		return ep->depth;
	mutex_lock_nested(&ep->mutex);
	for_each_rb(n, &ep->items) {
		struct epoll_item *item = rb_entry(n, struct epoll_item, node);

		if (!file_is_epoll(item->file))
			continue;
		depth = max(depth, 1 + depth_below(item->file->private, avoid));
		if (depth > EP_MAX_NESTS)
			break;
	}
	mutex_unlock(&ep->mutex);
	ep->walk = walk;
	ep->depth = depth;
	return depth;
}

/* The longest way up to epolls that watch @ep. graph_mutex held: only epolls
 * are linked to epolls, and only under it. */
static u32 depth_above(struct epoll *ep)
{
	struct epoll_item *item;
	u32 depth = 0;

	if (ep->walk == walk)
		return ep->depth;
	for_each_list(item, &ep->file->epoll_links, file_link)
		depth = max(depth, 1 + depth_above(item->ep));
	ep->walk = walk;
	ep->depth = depth;
	return depth;
}

/* May @ep watch @target? */
static int check_graph(struct epoll *ep, struct epoll *target)
{
	u32 below;

	walk++;
	below = depth_below(target, ep);
	if (below > EP_MAX_NESTS)
		return -ELOOP;
	walk++;
	return below + 1 + depth_above(ep) > EP_MAX_NESTS ? -ELOOP : 0;
}

/* One wake-up of a file goes all ways up, so there are not too many of each
 * length; of those to epolls that nobody watches there may be any number.
 * Source: Linux's path_limits, which no page tells of. */
static const u32 path_limits[EP_MAX_NESTS + 1] = { U32_MAX, 500, 100, 50, 10 };

/* Count the ways up from @f. False: too many. graph_mutex held, and the lock
 * of a file that is no epoll. */
static bool paths_within(const struct file *f, u32 level,
			 u32 counts[EP_MAX_NESTS + 1])
{
	struct epoll_item *item;

	if (level > EP_MAX_NESTS)
		return false;
	for_each_list(item, &f->epoll_links, file_link) {
		const struct file *up = item->ep->file;

		if (!list_empty(&up->epoll_links)) {
			if (!paths_within(up, level + 1, counts))
				return false;
		} else if (++counts[level] > path_limits[level]) {
			return false;
		}
	}
	return true;
}

static bool file_paths_within(struct file *f)
{
	u32 counts[EP_MAX_NESTS + 1] = { 0 };
	bool within;

	spin_lock(&f->owner_lock);
	within = paths_within(f, 0, counts);
	spin_unlock(&f->owner_lock);
	return within;
}

/* The same for @f and, if it is an epoll, all files below it. */
static bool all_paths_within(struct file *f)
{
	struct epoll *ep = f->private;
	struct rb_node *n;
	bool within = true;

	if (!file_is_epoll(f))
		return file_paths_within(f);
	if (ep->walk == walk)
		return true;
	ep->walk = walk;
	mutex_lock_nested(&ep->mutex);
	for_each_rb(n, &ep->items) {
		within = all_paths_within(rb_entry(n, struct epoll_item,
						   node)->file);
		if (!within)
			break;
		cond_resched();
	}
	mutex_unlock(&ep->mutex);
	return within;
}

/* @linked: there may be more ways up to epolls than before. */
static int item_add_checked(struct epoll *ep,
			    const struct epoll_control_args *args, bool linked)
{
	int err = item_add(ep, args);

	if (err || !linked)
		return err;
	walk++;
	if (all_paths_within(args->target))
		return 0;
	item_remove(item_find(ep, args->target, args->fd));
	return -EINVAL;
}

static int control_locked(struct epoll *ep,
			  const struct epoll_control_args *args, bool linked)
{
	struct epoll_item *item = item_find(ep, args->target, args->fd);

	switch (args->op) {
	case EPOLL_CTL_ADD:
		return item ? -EEXIST : item_add_checked(ep, args, linked);
	case EPOLL_CTL_MOD:
		return item ? item_change(item, &args->event) : -ENOENT;
	case EPOLL_CTL_DEL:
		if (!item)
			return -ENOENT;
		item_remove(item);
		return 0;
	}
	return -EINVAL;
}

static int check_control(const struct epoll_control_args *args)
{
	u32 events = args->event.events;

	if (!args->target->ops->poll)
		return -EPERM;
	if (args->ep == args->target || !file_is_epoll(args->ep))
		return -EINVAL;
	if (args->op == EPOLL_CTL_DEL || !(events & EPOLLEXCLUSIVE))
		return 0;
	if (args->op == EPOLL_CTL_MOD)
		return -EINVAL;
	if (args->op == EPOLL_CTL_ADD &&
	    (file_is_epoll(args->target) || (events & ~EXCLUSIVE_OK)))
		return -EINVAL;
	return 0;
}

int epoll_control(const struct epoll_control_args *args)
{
	bool epolls = args->op != EPOLL_CTL_MOD && file_is_epoll(args->target);
	bool link = epolls || (args->op == EPOLL_CTL_ADD &&
			       !list_empty(&args->ep->epoll_links));
	struct epoll *ep = args->ep->private;
	int err = check_control(args);

	if (err)
		return err;
	if (link) {
		mutex_lock(&graph_mutex);
		if (epolls && args->op == EPOLL_CTL_ADD)
			err = check_graph(ep, args->target->private);
	}
	if (!err) {
		mutex_lock(&ep->mutex);
		err = control_locked(ep, args, link);
		mutex_unlock(&ep->mutex);
	}
	if (link)
		mutex_unlock(&graph_mutex);
	return err;
}

int epoll_peek_item(struct file *f, int fd, u32 nth, const struct file **out)
{
	struct epoll *ep = f->private;
	int err = -ENOENT;
	struct rb_node *n;

	if (!file_is_epoll(f))
		return -EINVAL;
	mutex_lock(&ep->mutex);
	for_each_rb(n, &ep->items) {
		struct epoll_item *item = rb_entry(n, struct epoll_item, node);

		if (item->fd != fd || nth--)
			continue;
		*out = item->file;
		err = 0;
		break;
	}
	mutex_unlock(&ep->mutex);
	return err;
}

static void epoll_release(struct file *f)
{
	struct epoll *ep = f->private;
	struct rb_node *n;

	mutex_lock(&graph_mutex);
	mutex_lock(&ep->mutex);
	while ((n = rb_first(&ep->items)) != NULL) {
		item_remove(rb_entry(n, struct epoll_item, node));
		cond_resched();
	}
	mutex_unlock(&ep->mutex);
	mutex_unlock(&graph_mutex);
	ASSERT(list_empty(&ep->ready));
	kfree(ep);
}

/* A watched file goes; nobody can watch it anew. */
static void file_gone(struct file *f)
{
	mutex_lock(&graph_mutex);
	while (!list_empty(&f->epoll_links)) {
		struct epoll_item *item = list_first(&f->epoll_links,
						     struct epoll_item,
						     file_link);
		struct epoll *ep = item->ep;

		mutex_lock(&ep->mutex);
		item_remove(item);
		mutex_unlock(&ep->mutex);
	}
	mutex_unlock(&graph_mutex);
}

static void epoll_show(struct file *f, struct seq_buf *out)
{
	struct epoll *ep = f->private;
	struct rb_node *n;

	mutex_lock(&ep->mutex);
	for_each_rb(n, &ep->items) {
		const struct epoll_item *item = rb_entry(n, struct epoll_item,
							 node);
		const struct inode *inode = path_inode(&item->file->path);

		seq_printf(out, "tfd: %8d events: %8x data: %16lx  "
			   "pos:%ld ino:%lx sdev:%lx\n",
			   item->fd, item->event.events,
			   (u64)item->event.data, item->file->pos, inode->ino,
			   (u64)inode->sb->dev);
	}
	mutex_unlock(&ep->mutex);
}

static const struct file_ops epoll_ops = {
	.poll = epoll_poll,
	.release = epoll_release,
	.show_fdinfo = epoll_show,
};

int epoll_create_file(struct file **out)
{
	struct epoll *ep = kzalloc(sizeof(*ep));
	int err;

	if (!ep)
		return -ENOMEM;
	mutex_init(&ep->mutex, "epoll", RANK_MUTEX_EPOLL);
	spin_init(&ep->lock, "epoll ready", RANK_EPOLL);
	list_init(&ep->ready);
	wait_queue_init(&ep->wait);
	wait_queue_init(&ep->poll_wait);
	file_set_epoll_hook(file_gone);
	err = file_create_anon("anon_inode:[eventpoll]", &epoll_ops, O_RDWR,
			       ep, out);
	if (err)
		kfree(ep);
	else
		ep->file = *out;
	return err;
}
