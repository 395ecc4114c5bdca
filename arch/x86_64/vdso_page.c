/*
 * arch/x86_64/vdso_page.c - keeps the page that the vDSO reads
 *
 * Locks: page_lock among writers; programs read under the page's seq.
 * Not:   the vDSO itself: arch/x86_64/vdso/vdso.c.
 */
#include <arch/vdso.h>

#include <arch/cpu.h>
#include <asm/clock.h>
#include <asm/cpu.h>
#include <asm/vdso.h>
#include <core/spinlock.h>
#include <lib/atomic.h>

static struct spinlock page_lock = SPINLOCK_INIT("vdso", RANK_VDSO);
static struct vdso_data *page;	/* [page_lock] */

const void *arch_vdso_image(size_t *len)
{
	*len = (size_t)(vdso_image_end - vdso_image_start);
	return vdso_image_start;
}

static bool ask_kernel;		/* [a] */

void arch_vdso_ask(bool on)
{
	WRITE_ONCE(ask_kernel, on);
}

/* Pairs with the reading of seq in vdso.c. */
static void page_write(s64 offset_ns)
{
	struct vdso_data new = { .realtime_ns = offset_ns };

	new.use_tsc = clock_tsc_params(&new.base_tsc, &new.tsc_to_ns) &&
		      !READ_ONCE(ask_kernel);
	WRITE_ONCE(page->seq, page->seq + 1);
	smp_wmb();
	page->use_tsc = new.use_tsc;
	page->base_tsc = new.base_tsc;
	page->tsc_to_ns = new.tsc_to_ns;
	page->realtime_ns = new.realtime_ns;
	page->cpu_in_aux = cpu_has(CPU_RDTSCP);
	smp_wmb();
	WRITE_ONCE(page->seq, page->seq + 1);
}

void arch_vdso_update(s64 offset_ns)
{
	u64 flags = spin_lock_irqsave(&page_lock);

	if (page)
		page_write(offset_ns);
	spin_unlock_irqrestore(&page_lock, flags);
}

void vdso_page_refresh(void)
{
	if (page)
		arch_vdso_update(page->realtime_ns);
}

void arch_vdso_start(void *data, s64 offset_ns)
{
	u64 flags = spin_lock_irqsave(&page_lock);

	page = data;
	spin_unlock_irqrestore(&page_lock, flags);
	arch_vdso_update(offset_ns);
}
