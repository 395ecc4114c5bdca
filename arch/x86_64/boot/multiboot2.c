/*
 * arch/x86_64/boot/multiboot2.c - reads the information of a multiboot2 loader
 *
 * What:  turns the list of tags into struct boot_info and the raw memory map.
 * Life:  the tags are reserved in the map, because the strings of the modules
 *        and the copy of the ACPI root pointer stay where they are.
 * Not:   the order of tags: modules come before the memory map, and nothing
 *        here depends on it, since the map is put together afterwards.
 * See:   Multiboot2 specification 2.0, section 3.6 (boot information).
 */
#include <arch/boot.h>
#include <lib/types.h>

#include "boot_parts.h"

enum mb2_tag_type {
	MB2_END = 0,
	MB2_CMDLINE = 1,
	MB2_LOADER = 2,
	MB2_MODULE = 3,
	MB2_MMAP = 6,
	MB2_FRAMEBUFFER = 8,
	MB2_ACPI_OLD = 14,
	MB2_ACPI_NEW = 15,
};

struct mb2_tag {
	u32 type;
	u32 size;	/* of the tag, without padding to 8 */
};

struct mb2_string {
	struct mb2_tag tag;
	char text[];
};

struct mb2_module {
	struct mb2_tag tag;
	u32 start, end;
	char cmdline[];
};

struct mb2_mmap {
	struct mb2_tag tag;
	u32 entry_size, entry_version;
};

struct mb2_mmap_entry {
	u64 addr, len;
	u32 type, zero;
};

enum mb2_framebuffer_type {
	MB2_FB_INDEXED,
	MB2_FB_RGB,
	MB2_FB_TEXT,
};

struct mb2_framebuffer {
	struct mb2_tag tag;
	u64 addr;
	u32 pitch, width, height;
	u8 bpp, type;
	u16 reserved;
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};

static_assert(offsetof(struct mb2_framebuffer, red_pos) == 32,
	      "Multiboot2 specification, section 3.6.12");

/* Is there a NUL inside the tag, so that @text is a string? */
static bool tag_string_ok(const struct mb2_tag *tag, const char *text)
{
	const char *end = (const char *)tag + tag->size;

	while (text < end) {
		if (!*text++)
			return true;
	}
	return false;
}

static void read_mmap(struct boot_build *b, const struct mb2_tag *tag)
{
	const struct mb2_mmap *mmap = (const void *)tag;
	u64 pos = sizeof(*mmap);

	if (tag->size < pos ||
	    mmap->entry_size < sizeof(struct mb2_mmap_entry))
		return;
	for (; pos + mmap->entry_size <= tag->size; pos += mmap->entry_size) {
		const struct mb2_mmap_entry *e =
			(const void *)((const u8 *)tag + pos);

		boot_add_memory(b, e->addr, e->len, e->type);
	}
}

static void read_module(struct boot_build *b, const struct mb2_tag *tag)
{
	const struct mb2_module *mod = (const void *)tag;

	if (tag->size < sizeof(*mod) || mod->end < mod->start)
		return;
	boot_add_module(b, mod->start, mod->end,
			tag_string_ok(tag, mod->cmdline) ? mod->cmdline : "");
}

/* Only what the screen driver can draw on: direct colour of 24 or 32 bits, or
 * EGA text. */
static void read_framebuffer(struct boot_build *b, const struct mb2_tag *tag)
{
	const struct mb2_framebuffer *fb = (const void *)tag;
	struct boot_framebuffer *out = &b->info->fb;
	bool rgb;

	if (tag->size < offsetof(struct mb2_framebuffer, red_pos))
		return;
	rgb = fb->type == MB2_FB_RGB && (fb->bpp == 24 || fb->bpp == 32);
	if (rgb && tag->size < offsetof(struct mb2_framebuffer, blue_size) + 1)
		return;
	if (!rgb && fb->type != MB2_FB_TEXT)
		return;
	out->addr = fb->addr;
	out->pitch = fb->pitch;
	out->width = fb->width;
	out->height = fb->height;
	out->bpp = fb->bpp;
	out->is_text = !rgb;
	if (!rgb)
		return;
	out->red_pos = fb->red_pos;
	out->red_size = fb->red_size;
	out->green_pos = fb->green_pos;
	out->green_size = fb->green_size;
	out->blue_pos = fb->blue_pos;
	out->blue_size = fb->blue_size;
}

/* @pa: physical address of the tag. */
static void read_tag(struct boot_build *b, const struct mb2_tag *tag,
		     paddr_t pa)
{
	const struct mb2_string *string = (const void *)tag;

	switch (tag->type) {
	case MB2_CMDLINE:
		if (tag_string_ok(tag, string->text))
			boot_set_cmdline(b, string->text);
		break;
	case MB2_LOADER:
		if (tag_string_ok(tag, string->text))
			boot_set_loader(b, "multiboot2", string->text);
		break;
	case MB2_MODULE:
		read_module(b, tag);
		break;
	case MB2_MMAP:
		read_mmap(b, tag);
		break;
	case MB2_FRAMEBUFFER:
		read_framebuffer(b, tag);
		break;
	case MB2_ACPI_OLD:
		if (!b->info->rsdp)
			b->info->rsdp = pa + sizeof(*tag);
		break;
	case MB2_ACPI_NEW:
		b->info->rsdp = pa + sizeof(*tag);
		break;
	default:
		break;
	}
}

void multiboot2_read(struct boot_build *b, paddr_t pa)
{
	const u32 *head = boot_phys(pa, 8);
	u32 total = head[0];
	const u8 *base = boot_phys(pa, total);
	u64 pos = 8;

	boot_set_loader(b, "multiboot2", "");
	boot_reserve(b, pa, total);
	while (pos + sizeof(struct mb2_tag) <= total) {
		const struct mb2_tag *tag = (const void *)(base + pos);

		if (tag->type == MB2_END || tag->size < sizeof(*tag) ||
		    tag->size > total - pos)
			break;
		read_tag(b, tag, pa + pos);
		pos += ALIGN_UP((u64)tag->size, 8);
	}
	if (!b->nusable)
		boot_fail("multiboot2: the loader gave no memory map");
}
