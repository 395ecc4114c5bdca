/*
 * tools/plugins/count.c - counts guest instructions, a plugin for QEMU
 *
 * What:  QEMU -plugin FILE,out=PATH writes a line "ADDRESS INSTRUCTIONS" for
 *        each piece of guest code that ran. A marker in the guest is an 8-byte
 *        NOP whose displacement is 0x4e420000 plus a kind: at the first of
 *        kind 1, or at the end if there is none, what has run is written, and
 *        nothing behind counts. Kinds 2 and 3 are the begin and the end of a
 *        region; regions are added up until kind 5 forgets them, or kind 4
 *        writes their sum.
 * Not:   names of functions: tools/figures.py.
 * See:   QEMU's documentation, "TCG Plugins". Distributions ship no header, so
 *        the prototypes stand here, as of plugin API version 1.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define BUCKETS 65536
#define MARKER_BYTES 8

typedef uint64_t plugin_id;
struct tb;
struct insn;
struct qemu_info;

enum { CB_NO_REGS = 0, INLINE_ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
	void (*cb)(plugin_id id, struct tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct tb *tb, int op, void *ptr,
	uint64_t add);
void qemu_plugin_register_vcpu_insn_exec_cb(struct insn *insn,
	void (*cb)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id,
	void (*cb)(plugin_id id, void *data), void *data);
size_t qemu_plugin_tb_n_insns(const struct tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct tb *tb);
struct insn *qemu_plugin_tb_get_insn(const struct tb *tb, size_t index);
const void *qemu_plugin_insn_data(const struct insn *insn);
size_t qemu_plugin_insn_size(const struct insn *insn);

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_info *info,
			       int argc, char **argv);

/* The first byte of the displacement, behind these four, is the kind. */
static const unsigned char marker[MARKER_BYTES] = {
	0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x42, 0x4e,
};

enum marker_kind {
	MARKER_STOP = 1,	/* write what was counted, and end */
	MARKER_BEGIN = 2,	/* of a region: count from nothing */
	MARKER_END = 3,		/* of a region: add what was counted */
	MARKER_TAKE = 4,	/* write the sum of the regions, and end */
	MARKER_FORGET = 5,	/* the regions so far */
};

/* One for each address; pieces that begin there and differ share it. */
struct count {
	struct count *next;
	uint64_t addr;
	uint64_t executed;
	uint64_t kept;
};

static struct count *buckets[BUCKETS];
static const char *out_path = "count.txt";
static bool written;

/* QEMU translates under a lock when the CPUs share one thread. */
static struct count *count_of(uint64_t addr)
{
	struct count **at = &buckets[(addr ^ addr >> 16) % BUCKETS];
	struct count *c;

	for (c = *at; c; c = c->next)
		if (c->addr == addr)
			return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->addr = addr;
	c->next = *at;
	*at = c;
	return c;
}

static void for_each_count(void (*visit)(struct count *c, FILE *f), FILE *f)
{
	for (int i = 0; i < BUCKETS; i++)
		for (struct count *c = buckets[i]; c; c = c->next)
			visit(c, f);
}

static void clear(struct count *c, FILE *f)
{
	(void)f;
	c->executed = 0;
}

static void keep(struct count *c, FILE *f)
{
	(void)f;
	c->kept += c->executed;
}

static void forget(struct count *c, FILE *f)
{
	(void)f;
	c->kept = 0;
}

static void write_one(struct count *c, FILE *f)
{
	if (c->kept)
		fprintf(f, "%lx %lu\n", (unsigned long)c->addr,
			(unsigned long)c->kept);
}

static void write_kept(void)
{
	FILE *f = written ? NULL : fopen(out_path, "w");

	written = true;
	if (!f)
		return;
	for_each_count(write_one, f);
	fclose(f);
}

static void at_marker(unsigned int cpu, void *data)
{
	(void)cpu;
	switch ((enum marker_kind)(uintptr_t)data) {
	case MARKER_BEGIN:
		for_each_count(clear, NULL);
		break;
	case MARKER_END:
		for_each_count(keep, NULL);
		break;
	case MARKER_FORGET:
		for_each_count(forget, NULL);
		break;
	case MARKER_STOP:
		for_each_count(keep, NULL);
		write_kept();
		break;
	case MARKER_TAKE:
		write_kept();
		break;
	}
}

static void at_end(plugin_id id, void *data)
{
	(void)id;
	(void)data;
	if (!written)
		for_each_count(keep, NULL);
	write_kept();
}

/* The kind of the marker that an instruction is, 0 if it is none. */
static unsigned int marker_kind(const struct insn *insn)
{
	unsigned char bytes[MARKER_BYTES];
	unsigned int kind;

	if (qemu_plugin_insn_size(insn) != MARKER_BYTES)
		return 0;
	memcpy(bytes, qemu_plugin_insn_data(insn), MARKER_BYTES);
	kind = bytes[4];
	bytes[4] = 0;
	return memcmp(bytes, marker, MARKER_BYTES) ? 0 : kind;
}

static void translated(plugin_id id, struct tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);
	struct count *c = count_of(qemu_plugin_tb_vaddr(tb));

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64,
						 &c->executed, n);
	for (size_t i = 0; i < n; i++) {
		struct insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uintptr_t kind = marker_kind(insn);

		if (kind)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_marker,
							       CB_NO_REGS,
							       (void *)kind);
	}
}

int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc,
			char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out_path = strdup(argv[i] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_end, NULL);
	return 0;
}
