/*
 * kernel/proc/utsns.c - host and domain names, one set a namespace
 *
 * Locks: ns->lock covers the names; everything else is constant.
 * Life:  created by clone or unshare with CLONE_NEWUTS as a copy; freed with
 *        the last nsproxy or nsfs file.
 * See:   uts_namespaces(7), uname(2).
 */
#include <proc/utsns.h>

#include <core/panic.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <proc/user.h>
#include <uapi/errno.h>
#include <uapi/sched.h>

static struct slab_cache *utsns_cache;

static void utsns_common_put(struct ns_common *common)
{
	utsns_put(container_of(common, struct uts_ns, common));
}

static void utsns_common_get(struct ns_common *common)
{
	utsns_get(container_of(common, struct uts_ns, common));
}

const struct ns_ops utsns_ops = {
	.name = "uts",
	.clone_flag = CLONE_NEWUTS,
	.kind = NS_KIND_UTS,
	.get = utsns_common_get,
	.put = utsns_common_put,
};

/* The release is a Linux version on purpose: static glibc refuses to start
 * on what it takes for an old kernel. */
struct uts_ns utsns_init_ns = {
	.common = {
		.refs = REFCOUNT_INIT(1),
		.ino = NS_INO_UTS,
		.ops = &utsns_ops,
		.owner = &user_ns_init,
	},
	.lock = SPINLOCK_INIT("uts", RANK_TASK),
	.name = {
		.sysname = "Linux",
		.nodename = "(none)",
		.release = "6.12.0-nidus",
		.version = "#1 SMP Nidus",
		.machine = "x86_64",
		.domainname = "(none)",
	},
};

void utsns_init(void)
{
	utsns_cache = slab_cache_create("uts_namespace",
					sizeof(struct uts_ns), 0, 0);
	if (!utsns_cache)
		panic("uts: no memory for the cache");
}

int utsns_create(struct uts_ns *src, struct user_ns *owner,
		 struct uts_ns **out)
{
	struct uts_ns *ns = slab_zalloc(utsns_cache);
	int err = -ENOMEM;

	if (ns)
		err = ns_common_init(&ns->common, &utsns_ops, owner);
	if (err) {
		slab_free(utsns_cache, ns);
		return err;
	}
	spin_init(&ns->lock, "uts", RANK_TASK);
	utsns_read(src, &ns->name);
	*out = ns;
	return 0;
}

struct uts_ns *utsns_get(struct uts_ns *ns)
{
	refcount_get(&ns->common.refs);
	return ns;
}

void utsns_put(struct uts_ns *ns)
{
	if (!refcount_put(&ns->common.refs))
		return;
	ns_common_fini(&ns->common);
	slab_free(utsns_cache, ns);
}

void utsns_read(struct uts_ns *ns, struct new_utsname *out)
{
	spin_lock(&ns->lock);
	*out = ns->name;
	spin_unlock(&ns->lock);
}

void utsns_set(struct uts_ns *ns, size_t field, const char *name, size_t len)
{
	char *dst = (char *)&ns->name + field;

	spin_lock(&ns->lock);
	memset(dst, 0, UTS_NAME_MAX + 1);
	memcpy(dst, name, len);
	spin_unlock(&ns->lock);
}
