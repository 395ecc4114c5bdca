/*
 * tests/host/test_elf.c - lib/elf.c: real programs, bad ones, random ones
 *
 * See:   System V gABI chapter 5
 */
#include "tap.h"

#include <lib/elf.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define LIMIT 0x00007ffffffff000ul
#define MAX_PHDRS 16

/* A program of headers only; it starts out valid. */
struct program {
	struct elf64_ehdr ehdr;
	struct elf64_phdr ph[MAX_PHDRS];
};

static struct program p;

static void add_ph(u32 type, u32 flags, u64 vaddr, u64 size)
{
	p.ph[p.ehdr.e_phnum++] = (struct elf64_phdr){
		.p_type = type,
		.p_flags = flags,
		.p_offset = vaddr & 0x3fffff,
		.p_vaddr = vaddr,
		.p_filesz = size,
		.p_memsz = size,
		.p_align = PAGE_SIZE,
	};
}

/* The usual static program: code, then data with a zeroed tail. */
static void program_init(void)
{
	p = (struct program){ .ehdr = {
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = 0x401000,
		.e_phoff = 64,
		.e_ehsize = 64,
		.e_phentsize = 56,
	} };
	__builtin_memcpy(p.ehdr.e_ident, "\177ELF\2\1\1", 7);
	add_ph(PT_LOAD, PF_R, 0x400000, 0x518);
	add_ph(PT_LOAD, PF_R | PF_X, 0x401000, 0x2345);
	add_ph(PT_LOAD, PF_R | PF_W, 0x4dbe10, 0x500);
	p.ph[2].p_offset = 0xdae10;
	p.ph[2].p_memsz = 0x1800;
	add_ph(PT_GNU_STACK, PF_R | PF_W, 0, 0);
}

static int check_header(void)
{
	size_t bytes;

	return elf_check_header(&p.ehdr, sizeof(p.ehdr), &bytes);
}

static int check_segments(struct elf_image *image)
{
	return elf_check_segments(&p.ehdr, p.ph, LIMIT, image);
}

/* Both steps must agree that the program is good, or bad with @err. */
static void expect(int err)
{
	struct elf_image image = { .entry = 0x5a5a };

	CHECK_EQ(check_header(), 0);
	CHECK_EQ(check_segments(&image), err);
	if (err)
		CHECK_EQ(image.entry, 0x5a5a);
}

static void test_good(void)
{
	struct elf_image i;
	size_t bytes;

	program_init();
	CHECK_EQ(elf_check_header(&p.ehdr, 64, &bytes), 0);
	CHECK_EQ(bytes, 4 * 56);
	CHECK_EQ(check_segments(&i), 0);
	CHECK_EQ(i.entry, 0x401000);
	CHECK(!i.relocatable);
	CHECK_EQ(i.stack, ELF_STACK_NOEXEC);
	CHECK_EQ(i.nloads, 3);
	CHECK_EQ(i.start, 0x400000);
	CHECK_EQ(i.end, 0x4de000);
	CHECK_EQ(i.brk, 0x4dd610);
	CHECK_EQ(i.phdr_vaddr, 0x400040);
	CHECK_EQ(i.phnum, 4);
	CHECK_EQ(i.start_code, 0x401000);
	CHECK_EQ(i.end_code, 0x403345);
	CHECK_EQ(i.start_data, 0x4dbe10);
	CHECK_EQ(i.end_data, 0x4dc310);
	CHECK_EQ(i.file_end, 0xdb310);
	CHECK_EQ(i.interp_size, 0);
	CHECK_EQ(i.tls_memsz, 0);
	CHECK_EQ(i.align, PAGE_SIZE);
}

static void test_extras(void)
{
	struct elf_image i;

	program_init();
	p.ehdr.e_type = ET_DYN;
	p.ph[1].p_align = 0x200000;
	p.ph[2].p_align = 0x300000;
	p.ph[3].p_flags |= PF_X;
	add_ph(PT_INTERP, PF_R, 0x400200, 28);
	add_ph(PT_TLS, PF_R, 0x4dbe20, 0x10);
	p.ph[5].p_memsz = 0x48;
	p.ph[5].p_align = 32;
	CHECK_EQ(check_segments(&i), 0);
	CHECK(i.relocatable);
	CHECK_EQ(i.align, 0x200000);
	CHECK_EQ(i.stack, ELF_STACK_EXEC);
	CHECK_EQ(i.interp_offset, 0x200);
	CHECK_EQ(i.interp_size, 28);
	CHECK_EQ(i.tls_vaddr, 0x4dbe20);
	CHECK_EQ(i.tls_filesz, 0x10);
	CHECK_EQ(i.tls_memsz, 0x48);
	CHECK_EQ(i.tls_align, 32);
	p.ehdr.e_phnum = 3;
	CHECK_EQ(check_segments(&i), 0);
	CHECK_EQ(i.stack, ELF_STACK_DEFAULT);
	p.ehdr.e_phoff = 0x100000;
	CHECK_EQ(check_segments(&i), 0);
	CHECK_EQ(i.phdr_vaddr, 0);
}

static void test_headers(void)
{
	size_t bytes;
	size_t len;
	int i;

	for (len = 0; len < 64; len++) {
		program_init();
		CHECK_EQ(elf_check_header(&p.ehdr, len, &bytes), -ENOEXEC);
	}
	for (i = 0; i < 6; i++) {
		program_init();
		p.ehdr.e_ident[i]++;
		CHECK_EQ(check_header(), -ENOEXEC);
	}
	for (i = 0; i < 10; i++) {
		program_init();
		p.ehdr.e_type = (u16)i;
		CHECK_EQ(check_header(),
			 i == ET_EXEC || i == ET_DYN ? 0 : -ENOEXEC);
	}
	program_init();
	p.ehdr.e_machine = EM_386;
	CHECK_EQ(check_header(), -ENOEXEC);
	program_init();
	p.ehdr.e_phentsize = 32;
	CHECK_EQ(check_header(), -ENOEXEC);
}

static void test_tables(void)
{
	program_init();
	p.ehdr.e_phnum = 0;
	CHECK_EQ(check_header(), -ENOEXEC);
	p.ehdr.e_phnum = 65536 / 56;
	CHECK_EQ(check_header(), 0);
	p.ehdr.e_phnum = 65536 / 56 + 1;
	CHECK_EQ(check_header(), -ENOEXEC);
	p.ehdr.e_phnum = PN_XNUM;
	CHECK_EQ(check_header(), -ENOEXEC);
	program_init();
	p.ehdr.e_phoff = ~0ul;
	CHECK_EQ(check_header(), -ENOEXEC);
	p.ehdr.e_phoff = S64_MAX;
	CHECK_EQ(check_header(), -ENOEXEC);
	p.ehdr.e_phoff = (u64)S64_MAX - 4 * 56;
	CHECK_EQ(check_header(), 0);
}

static void test_segments(void)
{
	program_init();
	p.ph[1].p_filesz = p.ph[1].p_memsz + 1;
	expect(-EINVAL);
	program_init();
	p.ph[1].p_offset += 8;
	expect(-EINVAL);
	program_init();
	p.ph[1].p_offset = 0ul - 0x1000;
	expect(-EINVAL);
	program_init();
	p.ph[1].p_offset = (u64)S64_MAX & PAGE_MASK;
	expect(-EINVAL);
	program_init();
	p.ph[0].p_type = p.ph[1].p_type = p.ph[2].p_type = PT_NOTE;
	expect(-EINVAL);
	program_init();
	p.ehdr.e_entry = LIMIT;
	expect(-EINVAL);
}

static void test_addresses(void)
{
	program_init();
	p.ph[2].p_memsz = LIMIT - p.ph[2].p_vaddr;
	expect(0);
	p.ph[2].p_memsz++;
	expect(-EINVAL);
	p.ph[2].p_memsz = ~0ul;
	expect(-EINVAL);
	p.ph[2].p_memsz = 0ul - p.ph[2].p_vaddr + 0x1000;
	expect(-EINVAL);
	program_init();
	p.ph[2].p_vaddr += 0xffff800000000000ul;
	expect(-EINVAL);
	/* A segment of no size may be anywhere the limit allows. */
	program_init();
	p.ph[2].p_vaddr = LIMIT;
	p.ph[2].p_memsz = p.ph[2].p_filesz = 0;
	expect(0);
}

/* The later one covers the earlier one, so nothing is wrong with it. */
static void test_overlap(void)
{
	program_init();
	p.ph[2].p_vaddr = 0x403344;
	p.ph[2].p_offset = 0x2344;
	expect(0);
	/* The same in the other order of the table. */
	program_init();
	add_ph(PT_LOAD, PF_R, 0x3ff000, 0x1001);
	expect(0);
	/* One inside another. */
	program_init();
	add_ph(PT_LOAD, PF_R, 0x402000, 1);
	expect(0);
}

static void test_interp(void)
{
	program_init();
	add_ph(PT_INTERP, PF_R, 0x400200, 2);
	expect(0);
	p.ph[4].p_filesz = 1;
	expect(-ENOEXEC);
	p.ph[4].p_filesz = 4096;
	expect(0);
	p.ph[4].p_filesz = 4097;
	expect(-ENOEXEC);
	p.ph[4].p_filesz = 20;
	p.ph[4].p_offset = ~0ul;
	expect(-ENOEXEC);
}

/* What the image says must follow from every segment that was accepted. */
static void check_image(const struct elf_image *image)
{
	u32 loads = 0;
	u32 i;

	CHECK(image->start < image->end && image->end <= LIMIT);
	CHECK(image->entry < LIMIT);
	CHECK(image->brk > image->start && image->brk <= image->end);
	for_each_elf_load(i, p.ph, p.ehdr.e_phnum) {
		const struct elf64_phdr *ph = &p.ph[i];

		loads++;
		CHECK(ph->p_vaddr >= image->start);
		CHECK(ph->p_vaddr + ph->p_memsz > ph->p_vaddr);
		CHECK(ph->p_vaddr + ph->p_memsz <= image->end);
		CHECK(ph->p_filesz <= ph->p_memsz);
	}
	CHECK_EQ(loads, image->nloads);
}

static u64 odd_number(void)
{
	static const u64 odd[] = {
		0, 1, 0xfff, 0x1000, 0x400000, 0x401000, LIMIT - 0x1000,
		LIMIT, 1ul << 63, ~0ul, ~0xffful,
	};

	return odd[rand_below(ARRAY_SIZE(odd))] + rand_below(3) - 1;
}

static void mutate_one(void)
{
	struct elf64_phdr *ph = &p.ph[rand_below(p.ehdr.e_phnum)];
	u64 *words = (u64 *)ph;

	if (rand_below(4) == 0)
		ph->p_type = (u32)rand_below(8);
	else
		words[1 + rand_below(6)] = rand_below(2) ? odd_number() :
							   rand_u64();
}

static void test_mutations(void)
{
	u64 accepted = 0;
	u64 n;

	for (n = 0; n < rounds(200000); n++) {
		u64 hits = 1 + rand_below(3);
		struct elf_image image;

		program_init();
		add_ph(PT_TLS, PF_R, 0x4dbe20, 0x10);
		add_ph(PT_INTERP, PF_R, 0x400200, 28);
		while (hits-- != 0)
			mutate_one();
		if (check_segments(&image) != 0)
			continue;
		accepted++;
		check_image(&image);
	}
	CHECK(accepted > n / 100 && accepted < n);
}

static void test_noise(void)
{
	u64 n;

	for (n = 0; n < rounds(100000); n++) {
		struct elf_image image;
		size_t bytes;

		rand_bytes(&p, sizeof(p));
		if (n & 1)
			__builtin_memcpy(p.ehdr.e_ident, "\177ELF\2\1\1", 7);
		if (elf_check_header(&p.ehdr, rand_below(65), &bytes) == 0)
			CHECK(bytes <= ELF_PHDRS_MAX_BYTES);
		p.ehdr.e_phnum %= MAX_PHDRS;
		if (check_segments(&image) == 0)
			check_image(&image);
	}
}

/* The largest table allowed, from above downward. */
static void test_large_table(void)
{
	u32 count = ELF_PHDRS_MAX_BYTES / 56;
	struct elf64_phdr *ph = calloc(count, sizeof(*ph));
	struct elf_image image;
	u32 i;

	program_init();
	p.ehdr.e_phnum = (u16)count;
	for (i = 0; i < count; i++) {
		ph[i].p_type = PT_LOAD;
		ph[i].p_vaddr = (count - i) * PAGE_SIZE;
		ph[i].p_memsz = PAGE_SIZE;
	}
	CHECK_EQ(elf_check_segments(&p.ehdr, ph, LIMIT, &image), 0);
	CHECK_EQ(image.nloads, count);
	CHECK_EQ(image.start, PAGE_SIZE);
	CHECK_EQ(image.end, (count + 1) * PAGE_SIZE);
	free(ph);
}

/* This program itself, as the linker of the host wrote it. */
static void test_self(void)
{
	FILE *f = fopen("/proc/self/exe", "rb");
	struct elf_image image;
	size_t bytes;

	if (!CHECK(f != NULL))
		return;
	CHECK_EQ(fread(&p.ehdr, 1, sizeof(p.ehdr), f), sizeof(p.ehdr));
	if (CHECK_EQ(elf_check_header(&p.ehdr, sizeof(p.ehdr), &bytes), 0) &&
	    CHECK(bytes <= sizeof(p.ph))) {
		CHECK_EQ(fseek(f, (long)p.ehdr.e_phoff, SEEK_SET), 0);
		CHECK_EQ(fread(p.ph, 1, bytes, f), bytes);
		CHECK_EQ(check_segments(&image), 0);
		CHECK(image.interp_size > 2);
		CHECK_EQ(image.stack, ELF_STACK_NOEXEC);
		CHECK_EQ(image.phdr_vaddr, image.start + p.ehdr.e_phoff);
		check_image(&image);
	}
	fclose(f);
}

int main(void)
{
	tap_run("a static program", test_good);
	tap_run("interpreter, TLS, stack flags, alignment", test_extras);
	tap_run("file headers", test_headers);
	tap_run("tables of program headers", test_tables);
	tap_run("segments and the file", test_segments);
	tap_run("segments and the address limit", test_addresses);
	tap_run("overlapping segments", test_overlap);
	tap_run("interpreter paths", test_interp);
	tap_run("fuzz: mutated program headers", test_mutations);
	tap_run("fuzz: noise", test_noise);
	tap_run("the largest table", test_large_table);
	tap_run("a program of the host", test_self);
	return tap_done();
}
