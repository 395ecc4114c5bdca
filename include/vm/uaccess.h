/*
 * include/vm/uaccess.h - checked copies between kernel and user memory
 *
 * Context: task, may sleep; no spinlock held. All act on the current address
 *          space. Return 0 or -EFAULT unless said otherwise.
 */
#ifndef VM_UACCESS_H
#define VM_UACCESS_H

#include <arch/mmu.h>
#include <lib/types.h>

static inline bool user_range_ok(uptr_t addr, size_t len)
{
	return len <= USER_END && addr <= USER_END - len;
}

MUST_CHECK int copy_from_user(void *dst, uptr_t src, size_t len);
MUST_CHECK int copy_to_user(uptr_t dst, const void *src, size_t len);
MUST_CHECK int clear_user(uptr_t dst, size_t len);
/* Bytes copied before the fault (all: success). */
size_t copy_from_user_partial(void *dst, uptr_t src, size_t len);
size_t copy_to_user_partial(uptr_t dst, const void *src, size_t len);
MUST_CHECK int get_user_u32(u32 *out, uptr_t src);
MUST_CHECK int get_user_u64(u64 *out, uptr_t src);
MUST_CHECK int put_user_u32(uptr_t dst, u32 v);
MUST_CHECK int put_user_u64(uptr_t dst, u64 v);
/* Length without NUL, -EFAULT, -ENAMETOOLONG (no NUL in @size bytes). */
ssize_t copy_string_from_user(char *dst, uptr_t src, size_t size);
/* Like clone3: a structure of @usize bytes into @ksize. A longer one must have
 * a zero tail (-E2BIG); a shorter one is zero filled. */
MUST_CHECK int copy_struct_from_user(void *dst, size_t ksize, uptr_t src,
				     size_t usize);

#endif
