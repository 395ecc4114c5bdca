/*
 * kernel/sys/arch_prctl.c - arch_prctl, personality
 *
 * See:   arch_prctl(2), personality(2).
 */
#include "calls.h"

#include <arch/thread.h>
#include <proc/task.h>
#include <uapi/errno.h>
#include <uapi/prctl.h>
#include <vm/uaccess.h>

long sys_arch_prctl(int code, u64 addr)
{
	u64 value;
	int err;

	switch (code) {
	case ARCH_GET_CPUID:
		err = arch_prctl_get(code, &value);
		return err ? err : (long)value;
	case ARCH_GET_FS:
	case ARCH_GET_GS:
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
		err = arch_prctl_get(code, &value);
		return err ? err : put_user_u64(addr, value);
	}
	return arch_prctl_set(code, addr);
}

#define PERSONALITY_ASK 0xffffffffu

long sys_personality(u32 persona)
{
	u32 before = current_task()->personality;

	if (persona != PERSONALITY_ASK)
		current_task()->personality = persona;
	return before;
}
