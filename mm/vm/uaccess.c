/*
 * mm/vm/uaccess.c - checked copies between kernel and user memory
 *
 * What:  the range check in front of the raw copies of the architecture.
 * Not:   buffers of read and write calls (iobuf.c); other processes' memory
 *        (access.c).
 */
#include <vm/uaccess.h>

#include <arch/usercopy.h>
#include <lib/string.h>
#include <uapi/errno.h>

int copy_from_user(void *dst, uptr_t src, size_t len)
{
	if (!user_range_ok(src, len) || usercopy_from(dst, src, len))
		return -EFAULT;
	return 0;
}

int copy_to_user(uptr_t dst, const void *src, size_t len)
{
	if (!user_range_ok(dst, len) || usercopy_to(dst, src, len))
		return -EFAULT;
	return 0;
}

int clear_user(uptr_t dst, size_t len)
{
	if (!user_range_ok(dst, len) || usercopy_clear(dst, len))
		return -EFAULT;
	return 0;
}

/* How much of [addr, addr + len) lies below the end of user addresses. */
static size_t user_part(uptr_t addr, size_t len)
{
	return addr >= USER_END ? 0 : min(len, USER_END - addr);
}

size_t copy_from_user_partial(void *dst, uptr_t src, size_t len)
{
	size_t n = user_part(src, len);

	return n - usercopy_from(dst, src, n);
}

size_t copy_to_user_partial(uptr_t dst, const void *src, size_t len)
{
	size_t n = user_part(dst, len);

	return n - usercopy_to(dst, src, n);
}

int get_user_u32(u32 *out, uptr_t src)
{
	return copy_from_user(out, src, sizeof(*out));
}

int get_user_u64(u64 *out, uptr_t src)
{
	return copy_from_user(out, src, sizeof(*out));
}

int put_user_u32(uptr_t dst, u32 v)
{
	return copy_to_user(dst, &v, sizeof(v));
}

int put_user_u64(uptr_t dst, u64 v)
{
	return copy_to_user(dst, &v, sizeof(v));
}

ssize_t copy_string_from_user(char *dst, uptr_t src, size_t size)
{
	size_t room = user_part(src, size);
	ssize_t n;

	if (!room)
		return size ? -EFAULT : -ENAMETOOLONG;
	n = usercopy_string(dst, src, room);
	if (n < 0)
		return n;
	if ((size_t)n < room)
		return n;
	/* No NUL: in @size bytes, or up to the end of user addresses. */
	return room < size ? -EFAULT : -ENAMETOOLONG;
}

/* Are @len bytes at @src zero? 0, -E2BIG, -EFAULT. */
static int user_tail_zero(uptr_t src, size_t len)
{
	u8 part[64];

	while (len) {
		size_t n = min(len, sizeof(part));
		int err = copy_from_user(part, src, n);

		if (err)
			return err;
		if (!mem_is_zero(part, n))
			return -E2BIG;
		src += n;
		len -= n;
	}
	return 0;
}

int copy_struct_from_user(void *dst, size_t ksize, uptr_t src, size_t usize)
{
	size_t common = min(ksize, usize);

	if (usize > ksize) {
		int err = user_tail_zero(src + ksize, usize - ksize);

		if (err)
			return err;
	}
	memset((char *)dst + common, 0, ksize - common);
	return copy_from_user(dst, src, common);
}
