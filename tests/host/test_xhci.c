/*
 * tests/host/test_xhci.c - drivers/usb/xhci_start.c, drivers/usb/xhci_memory.c
 *
 * What:  controllers that emulators do not have, as registers in memory that
 *        change while the driver sleeps: firmware that holds one and lets it
 *        go, or does not; 32 address bits; scratchpads of many sizes; ones
 *        that never come ready. Each is started and stopped, and every page
 *        must come back.
 * See:   xHCI 1.2, sections 4.2, 4.20, 5.3, 5.4, 7.1
 */
#include "tap.h"

#include <arch/clock.h>
#include <core/printk.h>
#include <lib/string.h>
#include <sched/timer.h>

#include "../../drivers/usb/xhci.h"

#define BAR_BYTES 0x4000u
#define OP 0x40u
#define RUN 0x2000u
#define EXTENDED 0x1000u	/* a list of two */
#define LEGACY (EXTENDED + 0x20u)
#define FIRMWARE_HAS (1u << 16)
#define KERNEL_HAS (1u << 24)
#define SMI_ENABLES 0xe011u
#define LOW_PAGES 0x10000000ull
#define HIGH_PAGES 0x140000000ull

/* What kind of controller, and what the driver made of it. */
static struct {
	u8 bar[BAR_BYTES] __attribute__((aligned(64)));
	bool firmware_stubborn;
	bool never_ready, never_halts, never_resets, is_gone;
	u32 nhigh;		/* pages above 4 GiB before one below comes */
	bool only_high;
	u32 fail_at;		/* this allocation fails; 0: none */

	u32 now_ms, asked_ms;
	u32 nallocs, nlive;
	u32 largest_order;
	bool memory_master;
	bool firmware_kept;	/* as the log says */
} fake;

static u32 get(u32 reg)
{
	u32 v;

	memcpy(&v, fake.bar + reg, sizeof(v));
	return v;
}

static u64 get64(u32 reg)
{
	return get(reg) | (u64)get(reg + 4) << 32;
}

static void put(u32 reg, u32 v)
{
	memcpy(fake.bar + reg, &v, sizeof(v));
}

/* Firmware needs three milliseconds. */
static void firmware_works(void)
{
	u32 v = get(LEGACY);

	if (!(v & FIRMWARE_HAS) || !(v & KERNEL_HAS) ||
	    fake.firmware_stubborn)
		return;
	if (++fake.asked_ms == 3)
		put(LEGACY, v & ~FIRMWARE_HAS);
}

static void controller_works(void)
{
	u32 command = get(OP + XHCI_USBCMD);
	u32 status = USBSTS_EVENT;

	if (command & USBCMD_RESET && !fake.never_resets)
		put(OP + XHCI_USBCMD, 0);
	if (fake.now_ms < 5 || fake.never_ready)
		status |= USBSTS_NOT_READY;
	if (!(command & USBCMD_RUN) && !fake.never_halts)
		status |= USBSTS_HALTED;
	put(OP + XHCI_USBSTS, status);
}

/* What the driver calls. */

int sleep_until_interruptible(u64 deadline_ns)
{
	fake.now_ms = (u32)(deadline_ns / NSEC_PER_MSEC);
	firmware_works();
	if (fake.is_gone)
		__builtin_memset(fake.bar, 0xff, sizeof(fake.bar));
	else
		controller_works();
	return 0;
}

u64 clock_now_ns(void)
{
	return fake.now_ms * (u64)NSEC_PER_MSEC;
}

void printk(enum log_level level UNUSED, const char *fmt, ...)
{
	fake.firmware_kept |= !strcmp(fmt,
				      "usb: firmware keeps controller %u\n");
}

static bool fails(void)
{
	return ++fake.nallocs == fake.fail_at;
}

struct page *page_alloc(u32 order, u32 flags, enum page_kind kind UNUSED)
{
	struct page *p = fails() ? NULL : calloc(1, sizeof(*p));
	bool high = fake.only_high || fake.nhigh;

	if (!p)
		return NULL;
	fake.nhigh -= fake.nhigh != 0;
	CHECK_EQ(flags, PA_ZERO);
	p->va = aligned_alloc(PAGE_SIZE << order, PAGE_SIZE << order);
	memset(p->va, 0, PAGE_SIZE << order);
	p->pa = (high ? HIGH_PAGES : LOW_PAGES) +
		((u64)fake.nallocs << 16 << order);
	fake.largest_order = max(fake.largest_order, order);
	fake.nlive++;
	return p;
}

void page_free(struct page *p, u32 order UNUSED)
{
	fake.nlive--;
	free(p->va);
	free(p);
}

void *kcalloc(size_t n, size_t size)
{
	void *p = fails() ? NULL : calloc(n, size);

	fake.nlive += p != NULL;
	return p;
}

void kfree(void *p)
{
	fake.nlive -= p != NULL;
	free(p);
}

void *pci_map_bar(const struct pci_address *a UNUSED, u32 bar UNUSED,
		  size_t *len)
{
	*len = sizeof(fake.bar);
	return fake.bar;
}

void pci_power_on(const struct pci_address *a UNUSED)
{
}

void pci_command(const struct pci_address *a UNUSED, u32 clear, u32 set)
{
	fake.memory_master |= set & PCI_COMMAND_MASTER;
	if (clear & PCI_COMMAND_MASTER)
		fake.memory_master = false;
}

int pci_msi_enable(const struct pci_address *a UNUSED, void (*fn)(void *),
		   void *arg)
{
	fn(arg);
	return 0;
}

void xhci_irq(void *arg)
{
	((struct xhci *)arg)->irqs++;
}

int xhci_no_op(struct xhci *x)
{
	return get(OP + XHCI_USBCMD) & USBCMD_RUN && fake.memory_master &&
	       x->nslots ? 0 : -5;
}

void xhci_ring_init(struct xhci_ring *r, struct xhci_trb *trbs, paddr_t pa,
		    u32 n)
{
	*r = (struct xhci_ring){ .trbs = trbs, .pa = pa, .n = n };
}

/* The tests. */

/* A controller with 8 ports, 16 slots and @npads scratchpads. */
static void make(u32 hcc, u32 npads)
{
	memset(&fake, 0, sizeof(fake));
	put(XHCI_CAP_LENGTH, OP);
	put(XHCI_HCSPARAMS1, 8u << 24 | 16);
	put(XHCI_HCSPARAMS2, (npads >> 5 & 0x1f) << 21 | npads << 27);
	put(XHCI_HCCPARAMS1, hcc | EXTENDED / 4 << 16);
	put(XHCI_DBOFF, 0x3000);
	put(XHCI_RTSOFF, RUN);
	put(EXTENDED, 0x20 / 4 << 8 | 2);
	put(LEGACY, 1);
	put(OP + XHCI_PAGESIZE, 1);
	put(OP + XHCI_USBSTS, USBSTS_NOT_READY);
}

/* Stop it; nothing may be left. */
static void stop(struct xhci *x)
{
	xhci_stop(x);
	CHECK(!fake.memory_master);
	CHECK_EQ(fake.nlive, 0);
}

static void starts(struct xhci *x)
{
	const char *why = "";

	memset(x, 0, sizeof(*x));
	CHECK_EQ(xhci_start(x, &why), 0);
	CHECK(get(OP + XHCI_USBCMD) == (USBCMD_RUN | USBCMD_INTERRUPTS));
	CHECK_EQ(get(OP + XHCI_CONFIG), 16);
	CHECK(!x->polled);
}

static void refuses(const char *because)
{
	struct xhci x = { 0 };
	const char *why = "";

	CHECK(xhci_start(&x, &why) < 0);
	CHECK_STR(why, because);
	stop(&x);
}

static void test_plain(void)
{
	struct xhci x;

	make(HCC_64BIT | HCC_LARGE_CONTEXTS, 0);
	fake.only_high = true;
	starts(&x);
	CHECK_EQ(x.context_bytes, 64);
	CHECK_EQ(x.nports, 8);
	CHECK(get64(OP + XHCI_DCBAAP) >= HIGH_PAGES);
	CHECK(!fake.firmware_kept);
	CHECK(!(get(LEGACY) & KERNEL_HAS));
	stop(&x);
}

static void test_firmware(void)
{
	struct xhci x;

	for (int stubborn = 0; stubborn < 2; stubborn++) {
		make(HCC_64BIT, 0);
		put(LEGACY, 1 | FIRMWARE_HAS);
		put(LEGACY + 4, SMI_ENABLES | 0x10000);
		fake.firmware_stubborn = stubborn;
		starts(&x);
		CHECK_EQ(get(LEGACY), 1 | KERNEL_HAS);
		CHECK_EQ(get(LEGACY + 4) & SMI_ENABLES, 0);
		CHECK_EQ(get(LEGACY + 4) >> 29, 7);
		CHECK_EQ(fake.firmware_kept, stubborn);
		CHECK_EQ(fake.asked_ms, stubborn ? 0 : 3);
		stop(&x);
	}
}

/* A list that leads out of the registers, or to its own middle. */
static void test_extended(void)
{
	struct xhci x;

	make(HCC_64BIT, 0);
	put(XHCI_HCCPARAMS1, HCC_64BIT | 0xffffu << 16);
	starts(&x);
	stop(&x);
	make(HCC_64BIT, 0);
	for (u32 at = EXTENDED; at < RUN; at += 4)
		put(at, 1 << 8 | 2);
	starts(&x);
	stop(&x);
}

static bool is_low(u64 address)
{
	return address && address < 1ull << 32;
}

static void test_low_memory(void)
{
	struct xhci x;

	make(0, 3);
	fake.nhigh = 20;
	starts(&x);
	CHECK_EQ(x.context_bytes, 32);
	CHECK(is_low(get64(OP + XHCI_DCBAAP)));
	CHECK(is_low(get64(OP + XHCI_CRCR)));
	CHECK(is_low(get64(RUN + XHCI_ERSTBA)));
	CHECK(is_low(get64(RUN + XHCI_ERDP)));
	CHECK(is_low(x.input.pa));
	CHECK(is_low(x.pads.pa));
	for (u32 i = 0; i < x.npads; i++)
		CHECK(is_low(x.pad[i].pa));
	/* The first of all took twenty, which are free again. */
	CHECK_EQ(fake.nlive, 2 + 5 + 3);
	stop(&x);
	make(0, 0);
	fake.only_high = true;
	refuses("gets no memory");
}

static void check_pads(const struct xhci *x, u32 order)
{
	const u64 *addresses = x->pads.va;

	CHECK_EQ(*(u64 *)x->contexts.va, x->pads.pa);
	for (u32 i = 0; i < x->npads; i++) {
		CHECK_EQ(addresses[i], x->pad[i].pa);
		CHECK_EQ(x->pad[i].order, order);
		CHECK(!i || addresses[i] != addresses[i - 1]);
	}
}

/* As many as the register can say, of pages from 4 to 64 KiB. */
static void test_scratchpads(void)
{
	static const u32 counts[] = { 0, 1, 31, 32, 512, 513, 1023 };
	struct xhci x;

	for (u32 i = 0; i < ARRAY_SIZE(counts); i++) {
		for (u32 order = 0; order <= 4; order += 2) {
			make(HCC_64BIT, counts[i]);
			put(OP + XHCI_PAGESIZE, 1u << order);
			starts(&x);
			CHECK_EQ(x.npads, counts[i]);
			if (counts[i])
				check_pads(&x, order);
			stop(&x);
		}
	}
	make(HCC_64BIT, 1);
	put(OP + XHCI_PAGESIZE, 1u << 5);
	refuses("gets no memory");
}

/* Each allocation fails once. */
static void test_no_memory(void)
{
	u32 n = 0;

	for (;;) {
		struct xhci x = { 0 };
		const char *why;

		make(0, 4);
		fake.fail_at = ++n;
		if (!xhci_start(&x, &why)) {
			stop(&x);
			break;
		}
		CHECK_STR(why, "gets no memory");
		stop(&x);
	}
	CHECK_EQ(n, 7 + 4 + 1);
}

static void test_broken(void)
{
	make(HCC_64BIT, 0);
	fake.never_ready = true;
	refuses("is never ready");
	make(HCC_64BIT, 0);
	fake.never_halts = true;
	refuses("does not halt");
	make(HCC_64BIT, 0);
	fake.never_resets = true;
	refuses("does not end its reset");
	make(HCC_64BIT, 0);
	fake.is_gone = true;
	refuses("is never ready");
	make(HCC_64BIT, 0);
	put(XHCI_HCSPARAMS1, 0xff000000 | 16);
	put(XHCI_DBOFF, BAR_BYTES - 8);
	refuses("has impossible registers");
}

int main(void)
{
	tap_run("a controller starts and stops", test_plain);
	tap_run("firmware lets go, or is pushed", test_firmware);
	tap_run("lists of capabilities that lead astray", test_extended);
	tap_run("32 address bits", test_low_memory);
	tap_run("scratchpads", test_scratchpads);
	tap_run("every allocation fails once", test_no_memory);
	tap_run("controllers that do not work", test_broken);
	return tap_done();
}
