/*
 * tests/scenario/programs/first.c - an init that prints one line, then more
 *
 * What:  the line "first" as soon as it can, the marker that a counting plugin
 *        knows, /proc/meminfo, power-off. What is measured is the kernel.
 * See:   tools/figures.py, tools/plugins/count.c
 */
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

static void copy(const char *path)
{
	char buffer[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, buffer, sizeof(buffer));

	if (n > 0)
		(void)!write(1, buffer, (size_t)n);
}

int main(void)
{
	(void)!write(1, "first\n", 6);
	/* An 8-byte NOP with a displacement that nothing else has. */
	__asm__ volatile(".byte 0x0f,0x1f,0x84,0x00\n\t.long 0x4e420001");
	mkdir("/proc", 0555);
	mount("proc", "/proc", "proc", 0, 0);
	copy("/proc/meminfo");
	reboot(RB_POWER_OFF);
	return 0;
}
