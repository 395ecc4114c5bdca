/*
 * kernel/init.c - from the last kernel thread to the first program
 *
 * What:  process 1 fills the root, opens the console three times and execs.
 * Life:  runs once, in task context of process 1; may sleep.
 * See:   docs/boot.md.
 */
#include "init.h"

#include <arch/boot.h>
#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <core/image.h>
#include <core/panic.h>
#include <core/printk.h>
#include <fs/file.h>
#include <lib/string.h>
#include <mm/page.h>
#include "params.h"
#include <proc/lifecycle.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

static struct walk init_walk(u32 flags)
{
	return (struct walk){
		.fs = current_task()->fs,
		.cred = current_cred(),
		.flags = flags,
	};
}

/* A module given at boot wins over the one linked into the kernel. */
static void unpack_root(void)
{
	const struct boot_info *b = boot_info();
	size_t built_in = (size_t)(initramfs_end - initramfs_start);

	for (u32 i = 0; i < b->nmodules; i++) {
		const struct boot_module *m = &b->modules[i];

		initramfs_unpack_module(m->start, m->end, "initramfs");
	}
	if (!b->nmodules && built_in)
		initramfs_unpack(initramfs_start, built_in,
				 "built-in initramfs");
	if (!b->nmodules && !built_in)
		pr_warn("init: no initramfs given\n");
}

static void open_console(void)
{
	struct walk w = init_walk(WALK_FOLLOW);
	struct file_table *files = current_task()->files;
	struct file *f;
	int err = vfs_open(&w, "/dev/console", O_RDWR, 0, &f);

	if (err) {
		pr_warn("init: cannot open /dev/console (error %d)\n", err);
		return;
	}
	for (int fd = 0; fd < 3; fd++) {
		if (fd_alloc(files, 0, 3, false) != fd)
			panic("init: descriptor %d is taken", fd);
		fd_install(files, fd, file_get(f));
	}
	file_put(f);
}

static int try_exec(const char *name)
{
	struct params *p = params_get();
	struct walk w = init_walk(WALK_FOLLOW);
	struct path path;
	struct exec_request req = {
		.path = &path,
		.name = name,
		.kargv = p->argv,
		.kenvp = p->envp,
	};
	int err = path_walk(&w, name, &path);

	p->argv[0] = name;
	if (!err) {
		err = task_exec(&req);
		path_put(&path);
	}
	return err;
}

/* A program that was asked for by name must run. */
static void exec_or_panic(const char *name)
{
	int err = try_exec(name);

	if (err)
		panic("Requested init %s failed (error %d).", name, err);
}

static void exec_first(void)
{
	static const char *const places[] = {
		"/sbin/init", "/etc/init", "/bin/init", "/bin/sh",
	};
	const struct params *p = params_get();
	const char *name = p->rdinit ? p->rdinit : "/init";
	int err = try_exec(name);

	if (!err)
		return;
	pr_err("init: cannot run %s (error %d)\n", name, err);
	if (p->init) {
		exec_or_panic(p->init);
		return;
	}
	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		err = try_exec(places[i]);
		if (!err)
			return;
		if (err != -ENOENT)
			pr_err("init: cannot run %s (error %d)\n", places[i],
			       err);
	}
	panic("No working init found. Give one as /init in the initramfs, "
	      "or by rdinit= or init=");
}

void init_run(void)
{
	const struct params *p = params_get();
	struct mm_stat s;

	if (p->excess)
		panic("Too many boot %s vars at `%s'", p->excess_kind,
		      p->excess);
	unpack_root();
	devnodes_populate();
	open_console();
	exec_first();
	mm_stat_get(&s);
	pr_info("init: started after %lu ms, %lu of %lu KiB free\n",
		clock_now_ns() / (u64)NSEC_PER_MSEC, s.free_pages * 4,
		s.total_pages * 4);
}
