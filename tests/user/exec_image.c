/*
 * tests/user/exec_image.c - files that can and cannot be executed
 *
 * What:  paths and permissions of execve and execveat, small good programs,
 *        and damaged ones. A program that is refused before the old one is
 *        given up leaves it running with an error; after that it dies.
 * Not:   scripts are in exec_script.c.
 * See:   execve(2), execveat(2), elf(5)
 */
#include "lib/image.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static struct image good(void)
{
	struct image image;

	image_init(&image, code_exit7, code_exit7_end);
	return image;
}

static void good_images(void)
{
	struct image image = good();

	CHECK_STATUS("a small program", image_status(&image, "a"), EXITED(7));
	image.head.e_type = ET_DYN;
	image.head.e_entry -= IMAGE_BASE;
	image.seg[0].p_vaddr = 0;
	CHECK_STATUS("a position-independent one", image_status(&image, "a"),
		     EXITED(7));
	image_init(&image, code_initial, code_initial_end);
	CHECK_STATUS("registers, flags and stack at the start",
		     image_status(&image, "a"), EXITED(0));
	image = good();
	image.head.e_phnum = 2;
	image.seg[1] = image.seg[0];
	image.seg[1].p_type = PT_NOTE;
	image.seg[1].p_offset = 1 << 20;
	CHECK_STATUS("unknown segments do not matter",
		     image_status(&image, "a"), EXITED(7));
	image.seg[1].p_type = PT_LOAD;
	image.seg[1].p_offset = 0;
	image.seg[1].p_vaddr = 0x600000;
	image.seg[1].p_filesz = image.seg[1].p_memsz = 0;
	CHECK_STATUS("nor empty ones", image_status(&image, "a"), EXITED(7));
	image.head.e_shoff = 1 << 30;
	image.head.e_shnum = 1000;
	CHECK_STATUS("nor section headers", image_status(&image, "a"),
		     EXITED(7));
}

/* the magic at 0x500000, then zeros up to 0x503000 */
static void zero_tail(void)
{
	struct image image;

	image_init(&image, code_bss, code_bss_end);
	image.head.e_phnum = 2;
	image.seg[1].p_type = PT_LOAD;
	image.seg[1].p_flags = PF_R | PF_W;
	image.seg[1].p_offset = 0;
	image.seg[1].p_vaddr = 0x500000;
	image.seg[1].p_filesz = 4;
	image.seg[1].p_memsz = 0x3000;
	image.seg[1].p_align = 4096;
	CHECK_STATUS("memory behind the file's part is zero and writable",
		     image_status(&image, "a"),
		     EXITED((0x7f + 'E' + 'L' + 'F') & 0xff));
	image.seg[1].p_filesz = 0;
	CHECK_STATUS("all of it if the file has none",
		     image_status(&image, "a"), EXITED(0));
}

static void interpreters(void)
{
	struct image image = good();

	image.head.e_type = ET_DYN;
	image.head.e_entry -= IMAGE_BASE;
	image.seg[0].p_vaddr = 0;
	image_write(&image, "loader", sizeof(image));
	file_make("text", "not a program", 0755);
	image_init(&image, code_initial, code_initial_end);
	image.head.e_phnum = 2;
	image.seg[1].p_type = PT_INTERP;
	image.seg[1].p_offset = 3000;
	image.seg[1].p_filesz = 7;
	strcpy((char *)&image + 3000, "loader");
	CHECK_STATUS("the interpreter is run", image_status(&image, "a"),
		     EXITED(7));
	strcpy((char *)&image + 3000, "gonegg");
	CHECK_STATUS("a missing one is ENOENT", image_status(&image, "a"),
		     EXEC_FAILED(ENOENT));
	strcpy((char *)&image + 3000, "text");
	image.seg[1].p_filesz = 5;
	CHECK_STATUS("one that is no program is refused",
		     image_status(&image, "a"), EXEC_FAILED(EIO));
	image.seg[1].p_filesz = 4;
	CHECK_STATUS("a name without its zero is ENOEXEC",
		     image_status(&image, "a"), EXEC_FAILED(ENOEXEC));
	image.seg[1].p_filesz = 1;
	CHECK_STATUS("an empty name is ENOEXEC", image_status(&image, "a"),
		     EXEC_FAILED(ENOEXEC));
	image.seg[1].p_filesz = 5000;
	CHECK_STATUS("a name longer than any is ENOEXEC",
		     image_status(&image, "a"), EXEC_FAILED(ENOEXEC));
	image.seg[1].p_filesz = 7;
	image.seg[1].p_offset = 1 << 20;
	CHECK_STATUS("a name beyond the file is EIO",
		     image_status(&image, "a"), EXEC_FAILED(EIO));
}

static void bad_headers(void)
{
	struct image image = good();

	image.head.e_ident[0] = 0;
	CHECK_STATUS("no magic", image_status(&image, "a"),
		     EXEC_FAILED(ENOEXEC));
	image = good();
	image.head.e_machine = EM_AARCH64;
	CHECK_STATUS("another machine", image_status(&image, "a"),
		     EXEC_FAILED(ENOEXEC));
	image = good();
	image.head.e_type = ET_REL;
	CHECK_STATUS("an object file", image_status(&image, "a"),
		     EXEC_FAILED(ENOEXEC));
	image.head.e_type = ET_CORE;
	CHECK_STATUS("a core file", image_status(&image, "a"),
		     EXEC_FAILED(ENOEXEC));
	image = good();
	image.head.e_phentsize = 32;
	CHECK_STATUS("a wrong size of program headers",
		     image_status(&image, "a"), EXEC_FAILED(ENOEXEC));
	image = good();
	image.head.e_phnum = 0;
	CHECK_STATUS("no program headers", image_status(&image, "a"),
		     EXEC_FAILED(ENOEXEC));
	image.head.e_phnum = 65535;
	CHECK_STATUS("too many", image_status(&image, "a"),
		     EXEC_FAILED(ENOEXEC));
	image = good();
	image.head.e_phoff = 1 << 20;
	CHECK_STATUS("program headers beyond the file",
		     image_status(&image, "a"), EXEC_FAILED(ENOEXEC));
	image.head.e_phoff = -64UL;
	CHECK_STATUS("program headers before it",
		     image_status(&image, "a"), EXEC_FAILED(ENOEXEC));
	image.head.e_phoff = sizeof(image) - 30;
	CHECK_STATUS("program headers over its end",
		     image_status(&image, "a"), EXEC_FAILED(ENOEXEC));
}

static int truncated(size_t len)
{
	struct image image = good();

	unlink("short");
	image_write(&image, "short", len);
	return exec_status("short");
}

static void short_files(void)
{
	CHECK_STATUS("an empty file", truncated(0), EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("one byte", truncated(1), EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("the magic", truncated(4), EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("half a header", truncated(32), EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("a header", truncated(64), EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("half a program header", truncated(64 + 28),
		     EXEC_FAILED(ENOEXEC));
	file_make("text", "just a line\n", 0755);
	CHECK_STATUS("a text", exec_status("text"), EXEC_FAILED(ENOEXEC));
}

static int with_segment(uint64_t vaddr, uint64_t offset, uint64_t filesz,
			uint64_t memsz)
{
	struct image image = good();

	image.head.e_phnum = 2;
	image.seg[1] = image.seg[0];
	image.seg[1].p_vaddr = vaddr;
	image.seg[1].p_offset = offset;
	image.seg[1].p_filesz = filesz;
	image.seg[1].p_memsz = memsz;
	return image_status(&image, "a") & ~0x80;
}

static void wild_segments(void)
{
	CHECK_STATUS("in the kernel",
		     with_segment(0xffff800000000000UL, 0, 4096, 4096),
		     SIGSEGV);
	CHECK_STATUS("over the end of user space",
		     with_segment(0xfffffffffff000UL, 0, 4096, 8192), SIGSEGV);
	CHECK_STATUS("not canonical",
		     with_segment(0x100000000000000UL, 0, 4096, 4096),
		     SIGSEGV);
	CHECK_STATUS("a size that wraps",
		     with_segment(0x600000, 0, 4096, -4096UL), SIGSEGV);
	CHECK_STATUS("larger in the file than in memory",
		     with_segment(0x600000, 0, 4096, 4095), SIGSEGV);
	CHECK_STATUS("address and offset out of step",
		     with_segment(0x600100, 0x10, 100, 100), SIGSEGV);
	CHECK_STATUS("too large for any memory",
		     with_segment(0x600000, 0, 4096, 1UL << 46), SIGSEGV);
}

static void lost_code(void)
{
	struct image image = good();
	int status;

	image.head.e_entry = 0x12340000;
	CHECK_STATUS("an entry where nothing is",
		     image_status(&image, "a") & ~0x80, SIGSEGV);
	image.head.e_entry = 0xffff800000000000UL;
	CHECK_STATUS("an entry in the kernel",
		     image_status(&image, "a") & ~0x80, SIGSEGV);
	image.head.e_entry = 0x8000000000000000UL;
	CHECK_STATUS("an entry that is not canonical",
		     image_status(&image, "a") & ~0x80, SIGSEGV);
	image = good();
	image.seg[0].p_flags = PF_R;
	CHECK_STATUS("code that may not be executed",
		     image_status(&image, "a") & ~0x80, SIGSEGV);
	image.seg[0].p_flags = 0;
	CHECK_STATUS("nor even read", image_status(&image, "a") & ~0x80,
		     SIGSEGV);
	image = good();
	image.seg[0].p_type = PT_NOTE;
	CHECK_STATUS("nothing loaded", image_status(&image, "a") & ~0x80,
		     SIGSEGV);
	image = good();
	image.seg[0].p_offset = 1 << 20;
	CHECK_STATUS("code beyond the end of the file",
		     image_status(&image, "a") & ~0x80, SIGBUS);
	status = with_segment(IMAGE_BASE, 0, 4096, 4096);
	CHECK("overlapping segments are run or refused",
	      status == EXITED(7) || status == EXEC_FAILED(ENOEXEC) ||
	      status == SIGSEGV);
}

static void paths(void)
{
	struct image image = good();

	image_write(&image, "a", sizeof(image));
	need(!mkdir("dir", 0755) && !symlink("loop", "loop"));
	need(!symlink("a", "link"));
	CHECK_STATUS("missing", exec_status("gone"), EXEC_FAILED(ENOENT));
	CHECK_STATUS("an empty path", exec_status(""), EXEC_FAILED(ENOENT));
	CHECK_STATUS("through a file", exec_status("a/b"),
		     EXEC_FAILED(ENOTDIR));
	CHECK_STATUS("a directory", exec_status("dir"), EXEC_FAILED(EACCES));
	CHECK_STATUS("a loop of links", exec_status("loop"),
		     EXEC_FAILED(ELOOP));
	CHECK_STATUS("a link", exec_status("link"), EXITED(7));
	CHECK_STATUS("a device", exec_status("/dev/null"),
		     EXEC_FAILED(EACCES));
	need(!chmod("a", 0644));
	CHECK_STATUS("no permission even for root", exec_status("a"),
		     EXEC_FAILED(EACCES));
	need(!chmod("a", 0111));
	become_user();
	CHECK_STATUS("permission without reading", exec_status("a"),
		     EXITED(7));
}

static void busy(void)
{
	struct image image = good();
	struct gate started, ended;
	pid_t pid;
	int fd;

	image_write(&image, "a", sizeof(image));
	fd = open("a", O_RDWR);
	CHECK_STATUS("a file open for writing is ETXTBSY", exec_status("a"),
		     EXEC_FAILED(ETXTBSY));
	close(fd);
	CHECK_STATUS("and not when it is closed", exec_status("a"),
		     EXITED(7));
	gate_init(&started);
	gate_init(&ended);
	pid = fork();
	if (!pid) {
		char *none[] = { NULL };

		dup2(started.write_fd, 1);
		dup2(ended.read_fd, 0);
		close(ended.write_fd);
		execve("/proc/self/exe", (char *[]){ "x", "--run", NULL },
		       none);
		_exit(98);
	}
	gate_wait(&started);
	CHECK_ERRNO("a running program is not written",
		    open("/proc/self/exe", O_WRONLY), ETXTBSY);
	gate_open(&ended);
	CHECK_EXIT("though it runs", pid, 0);
}

/* the helper: announce, then wait */
static int run_until_told(void)
{
	char byte;

	return write(1, "x", 1) != 1 || read(0, &byte, 1) != 1;
}

static int run_at(int fd, const char *path, int flags)
{
	char *none[] = { NULL };
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid)
		_exit(128 - sys(SYS_execveat, fd, P(path), P(none), P(none),
				flags));
	return reap(pid);
}

/* "/dev/fd/N/" and a path of nearly PATH_MAX is longer than any path. */
static void long_names(const struct image *image)
{
	char path[PATH_MAX] = "long/";
	size_t len = 5;
	int root;

	need(!mkdir("long", 0755));
	while (len < PATH_MAX - 250) {
		memset(path + len, 'x', 200);
		path[len += 200] = '\0';
		need(!mkdir(path, 0755));
		path[len++] = '/';
	}
	memset(path + len, 'y', PATH_MAX - 2 - len);
	root = open(".", O_RDONLY | O_DIRECTORY);
	image_write(image, path, sizeof(*image));
	CHECK_STATUS("a path of 4094 bytes", run_at(root, path, 0), EXITED(7));
}

static void execveat_calls(void)
{
	struct image image = good();
	int dir, fd;

	need(!mkdir("d", 0755));
	image_write(&image, "d/a", sizeof(image));
	need(!symlink("a", "d/link"));
	dir = open("d", O_RDONLY | O_DIRECTORY);
	fd = open("d/a", O_RDONLY | O_CLOEXEC);
	CHECK_STATUS("from a directory", run_at(dir, "a", 0), EXITED(7));
	CHECK_STATUS("AT_EMPTY_PATH", run_at(fd, "", AT_EMPTY_PATH),
		     EXITED(7));
	CHECK_STATUS("of an O_PATH descriptor",
		     run_at(open("d/a", O_PATH), "", AT_EMPTY_PATH),
		     EXITED(7));
	CHECK_STATUS("an empty path without it", run_at(fd, "", 0),
		     EXEC_FAILED(ENOENT));
	CHECK_STATUS("a closed descriptor", run_at(99, "a", 0),
		     EXEC_FAILED(EBADF));
	CHECK_STATUS("from a file", run_at(fd, "a", 0),
		     EXEC_FAILED(ENOTDIR));
	CHECK_STATUS("a link", run_at(dir, "link", 0), EXITED(7));
	CHECK_STATUS("a link with AT_SYMLINK_NOFOLLOW",
		     run_at(dir, "link", AT_SYMLINK_NOFOLLOW),
		     EXEC_FAILED(ELOOP));
	CHECK_STATUS("unknown flags", run_at(dir, "a", 1),
		     EXEC_FAILED(EINVAL));
	CHECK_STATUS("unknown flags and no name", run_at(fd, "", 1),
		     EXEC_FAILED(ENOENT));
	CHECK_STATUS("and a bad address", run_at(fd, (char *)8, 1),
		     EXEC_FAILED(EFAULT));
	CHECK_STATUS("and an empty path that is allowed",
		     run_at(fd, "", 1 | AT_EMPTY_PATH), EXEC_FAILED(EINVAL));
	CHECK_STATUS("and a closed descriptor", run_at(99, "a", 1),
		     EXEC_FAILED(EINVAL));
	long_names(&image);
	need(!unlink("d/a"));
	CHECK_STATUS("a file without a name", run_at(fd, "", AT_EMPTY_PATH),
		     EXITED(7));
}

static const struct test tests[] = {
	{ "good images", good_images, 0 },
	{ "zero tail", zero_tail, 0 },
	{ "interpreters", interpreters, 0 },
	{ "bad headers", bad_headers, 0 },
	{ "short files", short_files, 0 },
	{ "wild segments", wild_segments, 0 },
	{ "lost code", lost_code, 0 },
	{ "paths", paths, 0 },
	{ "busy", busy, 0 },
	{ "execveat", execveat_calls, 0 },
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--run"))
		return run_until_told();
	return test_main(tests, COUNT(tests));
}
