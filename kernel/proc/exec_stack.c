/*
 * kernel/proc/exec_stack.c - arguments, environment and auxiliary vector
 *
 * What:  strings are copied once, from the old program's memory straight into
 *        pages that become the new stack; the tables of pointers are built
 *        below them in the same way.
 * Locks: none; everything belongs to the exec in progress.
 * See:   execve(2), "Limits on size of arguments and environment"; psABI
 *        AMD64, 3.4.1 "Initial Stack and Register State"; getauxval(3).
 */
#include "exec.h"

#include <arch/cpu.h>
#include <arch/thread.h>
#include <core/assert.h>
#include <lib/string.h>
#include <mm/page.h>
#include <proc/rseq.h>
#include <proc/user_ns.h>
#include <uapi/auxvec.h>
#include <uapi/errno.h>
#include <uapi/mman.h>
#include <uapi/sched.h>
#include <uapi/time.h>
#include <vm/aspace.h>
#include <vm/uaccess.h>

#define STACK_ALIGN 16
/* Room above the strings that stays zero. */
#define STACK_END_BYTES 8
/* Stack that exists from the start below what is filled. */
#define STACK_EXTRA_BYTES (128ul << 10)
/* What a small program uses of its stack. */
#define FRAMES_BYTES 768u
#define PLATFORM "x86_64"
#define CLOCK_TICKS 100

/* ---------------------------------------------------------- block of pages */

static int add_page(struct exec_args *a, bool front)
{
	struct page *p = page_alloc(0, PA_ZERO, PAGE_ANON);

	if (!p)
		return -ENOMEM;
	if (front) {
		list_add(&a->pages, &p->link);
		a->start += PAGE_SIZE;
	} else {
		list_add_tail(&a->pages, &p->link);
		a->end = 0;
	}
	a->npages++;
	return 0;
}

void exec_args_free(struct exec_args *a)
{
	while (a->npages) {
		struct page *p = list_first(&a->pages, struct page, link);

		list_del(&p->link);
		page_put(p);
		a->npages--;
	}
}

/* Distance from the top of the first byte in use. */
static u64 args_low(const struct exec_args *a)
{
	return a->npages * PAGE_SIZE - a->start;
}

/* A place in the block that moves upward. */
struct cursor {
	struct page *page;
	char *at, *end;		/* in the page */
};

static void cursor_enter(struct cursor *c, struct page *p, u64 off)
{
	c->page = p;
	c->at = page_to_virt(p);
	c->end = c->at + PAGE_SIZE;
	c->at += off;
}

static struct cursor cursor_at(struct exec_args *a, u64 distance)
{
	u64 pos = a->npages * PAGE_SIZE - distance;
	struct page *p = list_first(&a->pages, struct page, link);
	struct cursor c;

	for (u64 n = pos / PAGE_SIZE; n; n--)
		p = list_next(p, link);
	cursor_enter(&c, p, pos % PAGE_SIZE);
	return c;
}

/* To the next page when this one is used up; bytes left in it. */
static size_t cursor_room(struct cursor *c)
{
	if (c->at == c->end)
		cursor_enter(c, list_next(c->page, link), 0);
	return (size_t)(c->end - c->at);
}

static void cursor_put(struct cursor *c, const void *data, size_t len)
{
	const char *from = data;

	while (len) {
		size_t n = min(len, cursor_room(c));

		memcpy(c->at, from, n);
		c->at += n;
		from += n;
		len -= n;
	}
}

/* One word of the tables, which are aligned to words. */
static void cursor_put_word(struct cursor *c, u64 word)
{
	(void)cursor_room(c);
	*(u64 *)(void *)c->at = word;
	c->at += sizeof(word);
}

/* Over the string here, with its NUL. Return: its bytes. */
static u64 cursor_skip_string(struct cursor *c)
{
	u64 total = 0;

	for (;;) {
		size_t room = cursor_room(c);
		size_t n = strnlen(c->at, room);

		c->at += n;
		total += n;
		if (n < room) {
			c->at++;
			return total + 1;
		}
	}
}

/* ----------------------------------------------------------------- strings */

static int args_count_bytes(struct exec_args *a, u64 n)
{
	a->nbytes += n;
	if (a->nbytes + (a->argc + a->envc) * sizeof(u64) > a->limit)
		return -E2BIG;
	return 0;
}

/* Where the next byte goes, with at least one byte of room. */
static int args_tail(struct exec_args *a, char **at, size_t *room)
{
	struct page *p;

	if (!a->npages || a->end == PAGE_SIZE) {
		int err = add_page(a, false);

		if (err)
			return err;
	}
	p = list_last(&a->pages, struct page, link);
	*at = (char *)page_to_virt(p) + a->end;
	*room = PAGE_SIZE - a->end;
	return 0;
}

static int append_user(struct exec_args *a, uptr_t src)
{
	u64 total = 0;
	bool whole = false;

	while (!whole) {
		size_t room;
		char *at;
		ssize_t n;
		int err = args_tail(a, &at, &room);

		if (err)
			return err;
		n = copy_string_from_user(at, src + total, room);
		if (n == -EFAULT)
			return -EFAULT;
		whole = n >= 0;
		room = whole ? (size_t)n + 1 : room;
		a->end += room;
		total += room;
		if (total > MAX_ARG_STRLEN)
			return -E2BIG;
		err = args_count_bytes(a, room);
		if (err)
			return err;
	}
	return 0;
}

static int append_kernel(struct exec_args *a, const char *text)
{
	size_t len = strlen(text) + 1;

	if (len > MAX_ARG_STRLEN)
		return -E2BIG;
	while (len) {
		size_t room, n;
		char *at;
		int err = args_tail(a, &at, &room);

		if (err)
			return err;
		n = min(room, len);
		memcpy(at, text, n);
		a->end += n;
		text += n;
		len -= n;
		err = args_count_bytes(a, n);
		if (err)
			return err;
	}
	return 0;
}

/* A vector of user pointers, read some at a time. */
struct user_vector {
	uptr_t at;
	u32 n, used;
	u64 part[16];
};

/* The next pointer; 0 at the end. */
static int vector_next(struct user_vector *v, uptr_t *out)
{
	if (v->used == v->n) {
		/* Not across a page: the end may be the end of memory. */
		u64 bytes = PAGE_SIZE - v->at % PAGE_SIZE;

		bytes = max(min(bytes, sizeof(v->part)), sizeof(u64));
		v->n = (u32)(bytes / sizeof(u64));
		v->used = 0;
		if (copy_from_user(v->part, v->at, v->n * sizeof(u64)))
			return -EFAULT;
		v->at += v->n * sizeof(u64);
	}
	*out = v->part[v->used++];
	return 0;
}

static int append_user_vector(struct exec_args *a, uptr_t vec, u64 *count)
{
	struct user_vector v = { .at = vec };
	uptr_t src;
	int err;

	if (!vec)
		return 0;
	while (!(err = vector_next(&v, &src)) && src) {
		if (++*count > MAX_ARG_STRINGS)
			return -E2BIG;
		err = append_user(a, src);
		if (err)
			return err;
	}
	return err;
}

static int append_kernel_vector(struct exec_args *a, const char *const *vec,
				u64 *count)
{
	int err = 0;

	for (; vec && *vec && !err; vec++) {
		++*count;
		err = append_kernel(a, *vec);
	}
	return err;
}

static int append_argv(struct exec_args *a, const struct exec_request *req)
{
	int err = req->kargv ?
		append_kernel_vector(a, req->kargv, &a->argc) :
		append_user_vector(a, req->argv, &a->argc);

	if (err || a->argc)
		return err;
	/* A program may rely on argv[0]. */
	a->argc = 1;
	return append_kernel(a, "");
}

static int append_envp(struct exec_args *a, const struct exec_request *req)
{
	return req->kargv ? append_kernel_vector(a, req->kenvp, &a->envc) :
			    append_user_vector(a, req->envp, &a->envc);
}

static int append_execfn(struct exec_args *a, const char *name)
{
	size_t room;
	char *at;
	u64 before;
	int err = args_tail(a, &at, &room);

	if (err)
		return err;
	before = a->npages * PAGE_SIZE - room;
	err = append_kernel(a, name);
	if (!err && a->end > PAGE_SIZE - STACK_END_BYTES)
		err = add_page(a, false);
	a->execfn = a->npages * PAGE_SIZE - before;
	return err;
}

int exec_args_copy(struct exec *x)
{
	struct exec_args *a = &x->args;
	u64 most = ARG_STACK_LIMIT / 4 * 3;
	int err;

	list_init(&a->pages);
	a->limit = max(min(most, x->stack_limit / 4), (u64)ARG_MAX);
	err = add_page(a, false);
	if (err)
		return err;
	/* The lower half is for the tables, which are often small enough. */
	a->start = PAGE_SIZE / 2;
	a->end = a->start;
	err = append_argv(a, x->req);
	if (!err)
		err = append_envp(a, x->req);
	if (!err)
		err = append_execfn(a, x->req->name);
	return err;
}

/* Room for @len bytes in front of what is there; their distance. */
static int args_reserve(struct exec_args *a, u64 len, u64 *distance)
{
	while (a->start < len) {
		int err = add_page(a, true);

		if (err)
			return err;
	}
	a->start -= len;
	*distance = args_low(a);
	return 0;
}

static int args_push_bytes(struct exec_args *a, const void *data, size_t len,
			   u64 *distance)
{
	struct cursor c;
	int err = args_reserve(a, len, distance);

	if (err)
		return err;
	c = cursor_at(a, *distance);
	cursor_put(&c, data, len);
	return 0;
}

int exec_args_push(struct exec_args *a, const char *text)
{
	size_t len = strlen(text) + 1;
	u64 distance;
	int err;

	a->argc++;
	err = args_count_bytes(a, len);
	return err ? err : args_push_bytes(a, text, len, &distance);
}

void exec_args_drop_first(struct exec_args *a)
{
	struct cursor c = cursor_at(a, args_low(a));
	u64 n = cursor_skip_string(&c);

	a->start += n;
	a->nbytes -= n;
	a->argc--;
	while (a->start >= PAGE_SIZE) {
		struct page *p = list_first(&a->pages, struct page, link);

		list_del(&p->link);
		page_put(p);
		a->npages--;
		a->start -= PAGE_SIZE;
	}
}

/* ------------------------------------------------------------------ tables */

struct auxv {
	u64 *at;
	u32 n;
};

static void aux_add(struct auxv *v, u64 type, u64 value)
{
	v->at[v->n++] = type;
	v->at[v->n++] = value;
}

static void aux_ids(struct auxv *v, const struct exec *x)
{
	const struct cred *c = x->cred ? x->cred : current_cred();

	aux_add(v, AT_UID, uid_shown(c->user_ns, c->uid));
	aux_add(v, AT_EUID, uid_shown(c->user_ns, c->euid));
	aux_add(v, AT_GID, gid_shown(c->user_ns, c->gid));
	aux_add(v, AT_EGID, gid_shown(c->user_ns, c->egid));
	aux_add(v, AT_SECURE, x->secure);
}

static void aux_program(struct auxv *v, const struct exec *x)
{
	const struct exec_elf *e = &x->program;

	aux_add(v, AT_PHDR,
		e->image.phdr_vaddr ? e->image.phdr_vaddr + e->bias : 0);
	aux_add(v, AT_PHENT, sizeof(struct elf64_phdr));
	aux_add(v, AT_PHNUM, e->image.phnum);
	aux_add(v, AT_BASE, x->interp.file ? x->interp.bias : 0);
	aux_add(v, AT_FLAGS, 0);
	aux_add(v, AT_ENTRY, e->image.entry + e->bias);
}

/* @random, @platform: distances from the top. */
static u32 aux_fill(struct exec *x, u64 random, u64 platform)
{
	struct auxv v = { .at = x->as->auxv->at };

	if (x->as->vdso)
		aux_add(&v, AT_SYSINFO_EHDR, x->as->vdso);
	aux_add(&v, AT_MINSIGSTKSZ, arch_signal_frame_max());
	aux_add(&v, AT_HWCAP, cpu_hwcap());
	aux_add(&v, AT_PAGESZ, PAGE_SIZE);
	aux_add(&v, AT_CLKTCK, CLOCK_TICKS);
	aux_program(&v, x);
	aux_ids(&v, x);
	aux_add(&v, AT_RANDOM, x->as->stack_top - random);
	aux_add(&v, AT_HWCAP2, cpu_hwcap2());
	aux_add(&v, AT_EXECFN, x->as->stack_top - x->args.execfn);
	aux_add(&v, AT_PLATFORM, x->as->stack_top - platform);
	if (rseq_register) {
		aux_add(&v, AT_RSEQ_FEATURE_SIZE, RSEQ_FEATURE_SIZE);
		aux_add(&v, AT_RSEQ_ALIGN, sizeof(struct rseq));
	}
	aux_add(&v, AT_NULL, 0);
	ASSERT(v.n <= AUXV_WORDS);
	memset(v.at + v.n, 0, (AUXV_WORDS - v.n) * sizeof(u64));
	return v.n;
}

/* Pointers to @n strings from @s on, and the NULL; *@address moves on. */
static void put_pointers(struct cursor *out, struct cursor *s, u64 n,
			 u64 *address)
{
	for (; n; n--) {
		cursor_put_word(out, *address);
		*address += cursor_skip_string(s);
	}
	cursor_put_word(out, 0);
}

/* argc, argv, envp, auxv from @distance on; the strings are at @strings. */
static void put_tables(struct exec *x, u64 distance, u64 strings, u32 naux)
{
	struct exec_args *a = &x->args;
	struct cursor out = cursor_at(a, distance);
	struct cursor s = cursor_at(a, strings);
	u64 address = x->as->stack_top - strings;

	cursor_put_word(&out, a->argc);
	x->as->arg_start = address;
	put_pointers(&out, &s, a->argc, &address);
	x->as->arg_end = address;
	x->as->env_start = address;
	put_pointers(&out, &s, a->envc, &address);
	x->as->env_end = address;
	cursor_put(&out, x->as->auxv->at, naux * sizeof(u64));
}

/* Bytes left free between strings and tables of @len, by chance: not more than
 * the page that has both gives, and the first frames too. */
static u64 stack_skip(const struct exec *x, u64 len)
{
	u64 start = x->args.start;
	u64 places = start > len + FRAMES_BYTES ?
		     (start - len - FRAMES_BYTES) / STACK_ALIGN : 0;

	return places ? x->chance.sp % places * STACK_ALIGN : 0;
}

static int build_tables(struct exec *x)
{
	struct exec_args *a = &x->args;
	u64 strings = args_low(a);
	u64 random, platform, distance, len;
	u32 naux;
	int err;

	err = aspace_make_auxv(x->as);
	if (err)
		return err;
	err = args_push_bytes(a, PLATFORM, sizeof(PLATFORM), &platform);
	if (!err)
		err = args_push_bytes(a, x->draw.bytes, sizeof(x->draw.bytes),
				      &random);
	if (err)
		return err;
	naux = aux_fill(x, random, platform);
	len = (1 + a->argc + 1 + a->envc + 1 + naux) * sizeof(u64);
	/* The stack pointer is to be aligned with all of this above it. */
	len += -(random + len) & (STACK_ALIGN - 1);
	len += stack_skip(x, len);
	err = args_reserve(a, len, &distance);
	if (err)
		return err;
	put_tables(x, distance, strings, naux);
	x->sp = x->as->stack_top - distance;
	return 0;
}

/* How much stack there is at once: what is filled and some more. */
static u64 stack_bytes(const struct exec *x)
{
	u64 filled = x->args.npages * PAGE_SIZE;
	u64 limit = PAGE_ALIGN_DOWN(x->stack_limit);

	return max(filled, min(filled + STACK_EXTRA_BYTES, limit));
}

int exec_stack_build(struct exec *x)
{
	struct exec_args *a = &x->args;
	struct mmap_args map = {
		.prot = PROT_READ | PROT_WRITE,
		.flags = MAP_GROWSDOWN,
		.max_flags = REGION_STACK,
	};
	u64 filled;
	int err = build_tables(x);

	if (err)
		return err;
	if (x->program.image.stack == ELF_STACK_EXEC)
		map.prot |= PROT_EXEC;
	map.len = stack_bytes(x);
	map.addr = x->as->stack_top - map.len;
	err = vm_map_segment(x->as, &map);
	if (err)
		return err;
	filled = a->npages * PAGE_SIZE;
	err = vm_map_pages(x->as, x->as->stack_top - filled, &a->pages);
	/* What was not taken stays ours. */
	a->npages = 0;
	for (struct list *l = a->pages.next; l != &a->pages; l = l->next)
		a->npages++;
	return err;
}
