/*
 * tests/user/proc_memory.c - a process's mappings, by /proc
 *
 * What:  map_files, PROCMAP_QUERY on maps, maps and smaps of many mappings, the
 *        line of smaps_rollup, syscall.
 * See:   proc_pid_map_files(5), proc_pid_maps(5), proc_pid_smaps(5),
 *        proc_pid_syscall(5)
 */
#include "lib/proc.h"
#include "lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define PAGE	4096ul
#define HIGH	((void *)0x200000000000ul)

/* The request of Linux 6.11, which older headers do not have. */
struct query {
	uint64_t size, flags, addr, start, end, vma_flags, page_size, offset;
	uint64_t inode;
	uint32_t major, minor, name_size, id_size;
	uint64_t name, id;
};
#define QUERY		_IOWR('f', 17, struct query)
#define Q_READABLE	1u
#define Q_WRITABLE	2u
#define Q_NEXT		0x10u
#define Q_FILE		0x20u

static char *map;	/* three pages: of a file, read only; none; anonymous */
static int file;

static void start(void)
{
	file_make("mapped", "text", 0644);
	need((file = open("mapped", O_RDWR)) >= 0);
	need(!ftruncate(file, 2 * PAGE));
	map = mmap(HIGH, 5 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
		   MAP_FIXED, -1, 0);
	need(map == HIGH);
	need(mmap(map + PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, file,
		  PAGE) == map + PAGE);
	need(mmap(map + 3 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
		  MAP_ANONYMOUS | MAP_FIXED, -1, 0) == map + 3 * PAGE);
}

static void link_name(char *out, const char *format, char *from, size_t len)
{
	char name[64];

	snprintf(name, sizeof(name), format, (unsigned long)from,
		 (unsigned long)from + len);
	sprintf(out, "/proc/self/map_files/%s", name);
}

static void links(void)
{
	char name[128], text[256], cwd[200];
	struct stat a, b;
	ssize_t n;

	start();
	need(getcwd(cwd, sizeof(cwd)));
	link_name(name, "%lx-%lx", map + PAGE, PAGE);
	n = readlink(name, text, sizeof(text) - 1);
	CHECK("the link is there", n > 0);
	text[n > 0 ? n : 0] = 0;
	CHECK("and names the file", !strncmp(text, cwd, strlen(cwd)) &&
	      !strcmp(text + strlen(cwd), "/mapped"));
	CHECK_OK("it is followed", stat(name, &a));
	need(!fstat(file, &b));
	CHECK_EQ("to the file", a.st_ino, b.st_ino);
	CHECK_OK("its mode", lstat(name, &a));
	CHECK_EQ("is the file's, as it was opened", a.st_mode,
		 S_IFLNK | 0600);
	link_name(name, "%lx-%lx", map + 3 * PAGE, PAGE);
	CHECK_ERRNO("none for anonymous memory", readlink(name, text, 9),
		    ENOENT);
	link_name(name, "%lx-%lx", map + PAGE, 2 * PAGE);
	CHECK_ERRNO("none with another end", readlink(name, text, 9), ENOENT);
	link_name(name, "0%lx-%lx", map + PAGE, PAGE);
	CHECK_ERRNO("none with a zero in front", readlink(name, text, 9),
		    ENOENT);
	link_name(name, "%lX-%lx ", map + PAGE, PAGE);
	CHECK_ERRNO("none with more behind", readlink(name, text, 9), ENOENT);
}

static void listing(void)
{
	char name[300], wanted[128];
	int found = 0, others = 0;
	struct dirent *e;
	DIR *dir;

	start();
	link_name(wanted, "%lx-%lx", map + PAGE, PAGE);
	dir = opendir("/proc/self/map_files");
	need(dir);
	while ((e = readdir(dir))) {
		struct stat st;

		if (e->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "/proc/self/map_files/%s",
			 e->d_name);
		found += !strcmp(name, wanted);
		others += lstat(name, &st) || e->d_type != DT_LNK;
	}
	closedir(dir);
	CHECK_EQ("lists the mapping once", found, 1);
	CHECK_EQ("and each name is a link", others, 0);
	need(!munmap(map + PAGE, PAGE));
	CHECK_ERRNO("gone with the mapping", access(wanted, F_OK), ENOENT);
}

static int as_nobody(void *arg)
{
	(void)arg;
	if (setresuid(1000, 1000, 1000))
		return 1;
	return opendir("/proc/1/map_files") || errno != EACCES ? 2 : 0;
}

static void guarded(void)
{
	CHECK_EXIT("only for who may look", child_start(as_nobody, NULL), 0);
}

static struct query ask(unsigned int flags, const void *addr)
{
	struct query q = {
		.size = sizeof(q), .flags = flags, .addr = (uintptr_t)addr,
	};
	int fd = open("/proc/self/maps", O_RDONLY);

	need(fd >= 0);
	if (ioctl(fd, QUERY, &q))
		q.size = (uint64_t)-errno;
	close(fd);
	return q;
}

static void query(void)
{
	struct query q;
	struct stat st;

	start();
	need(!fstat(file, &st));
	q = ask(0, map + PAGE + 5);
	CHECK_EQ("by an address inside", q.size, sizeof(q));
	CHECK_EQ("start", q.start, map + PAGE);
	CHECK_EQ("end", q.end, map + 2 * PAGE);
	CHECK_EQ("flags: readable and shared", q.vma_flags, 9);
	CHECK_EQ("size of a page", q.page_size, PAGE);
	CHECK_EQ("offset", q.offset, PAGE);
	CHECK_EQ("inode", q.inode, st.st_ino);
	CHECK_EQ("device", makedev(q.major, q.minor), st.st_dev);
	CHECK_EQ("a hole", (int)ask(0, map + 6 * PAGE).size, -ENOENT);
	CHECK_EQ("the next one", ask(Q_NEXT | Q_WRITABLE, map).start,
		 map + 3 * PAGE);
	CHECK_EQ("covering, but of another kind",
		 (int)ask(Q_WRITABLE, map).size, -ENOENT);
	CHECK_EQ("the next one with a file", ask(Q_NEXT | Q_FILE, map).start,
		 map + PAGE);
	q = ask(Q_NEXT | Q_READABLE, map + 2 * PAGE);
	CHECK_EQ("without a file no inode", q.inode, 0);
	CHECK_EQ("nothing above", (int)ask(Q_NEXT, (void *)-PAGE).size,
		 -ENOENT);
	CHECK_EQ("unknown flags", (int)ask(0x40, map).size, -EINVAL);
}

static void query_texts(void)
{
	int fd = open("/proc/self/maps", O_RDONLY);
	struct query q = { .size = sizeof(q), .addr = (uintptr_t)map };
	char name[256], id[64];

	start();
	q.addr = (uintptr_t)map + PAGE;
	q.name = (uintptr_t)name;
	q.name_size = sizeof(name);
	q.id = (uintptr_t)id;
	q.id_size = sizeof(id);
	CHECK_OK("with room for texts", ioctl(fd, QUERY, &q));
	CHECK_EQ("length of the name, with its end", q.name_size,
		 strlen(name) + 1);
	CHECK("the name", !strcmp(name + strlen(name) - 7, "/mapped"));
	CHECK_EQ("no build ID in such a file", q.id_size, 0);
	q.id = 0;
	q.name_size = 5;
	CHECK_ERRNO("no room", ioctl(fd, QUERY, &q), ENAMETOOLONG);
	q.name_size = 0;
	CHECK_ERRNO("a place without a size", ioctl(fd, QUERY, &q), EINVAL);
	q.name = 0;
	q.size = 16;
	CHECK_ERRNO("too small", ioctl(fd, QUERY, &q), EINVAL);
	q.size = 24;
	q.end = 77;
	CHECK_OK("the smallest", ioctl(fd, QUERY, &q));
	CHECK_EQ("which nothing is written behind", q.end, 77);
	q.size = PAGE + 1;
	CHECK_ERRNO("larger than a page", ioctl(fd, QUERY, &q), E2BIG);
	CHECK_ERRNO("another request", ioctl(fd, QUERY + 1, &q), ENOTTY);
	CHECK_ERRNO("bad address", ioctl(fd, QUERY, 8), EFAULT);
}

/* ------------------------------------------------------- many mappings */

#define MANY	4000ul		/* every second page can be written */

static void map_many(void)
{
	map = mmap(HIGH, 2 * MANY * PAGE, PROT_READ, MAP_PRIVATE |
		   MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	need(map == HIGH);
	for (unsigned long i = 0; i < MANY; i++)
		need(!mprotect(map + (2 * i + 1) * PAGE, PAGE,
			       PROT_READ | PROT_WRITE));
}

/* The rest of a file, as text, by reads of @piece bytes. */
static char *rest_of(int fd, size_t piece)
{
	size_t size = 16ul << 20, len = 0;
	char *text = malloc(size);
	ssize_t n;

	need(text);
	while ((n = read(fd, text + len, piece)) > 0 && len + piece < size)
		len += (size_t)n;
	need(!n);
	text[len] = 0;
	return text;
}

struct lines {
	unsigned long all, many, last_end;
	int in_order;
};

/* The lines that name a range of addresses, in maps or in smaps. */
static struct lines lines_of(const char *text)
{
	struct lines l = { .in_order = 1 };
	unsigned long start, end;

	for (const char *s = text; s && *s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (sscanf(s, "%lx-%lx ", &start, &end) != 2)
			continue;
		l.in_order &= start >= l.last_end;
		l.last_end = end;
		l.all++;
		l.many += start >= (unsigned long)map &&
			  end <= (unsigned long)map + 2 * MANY * PAGE;
	}
	return l;
}

static struct lines lines_in(const char *name, size_t piece)
{
	int fd = open(name, O_RDONLY);
	struct lines l;
	char *text;

	need(fd >= 0);
	text = rest_of(fd, piece);
	l = lines_of(text);
	free(text);
	close(fd);
	return l;
}

static void many(void)
{
	struct lines whole, small, smaps;

	map_many();
	whole = lines_in("/proc/self/maps", 1ul << 20);
	small = lines_in("/proc/self/maps", 100);
	smaps = lines_in("/proc/self/smaps", 5000);
	CHECK_EQ("each is in maps", whole.many, 2 * MANY);
	CHECK("in order", whole.in_order && small.in_order && smaps.in_order);
	CHECK_EQ("by small reads as well", small.many, 2 * MANY);
	CHECK_EQ("and in smaps", smaps.many, 2 * MANY);
	CHECK_EQ("with all the others", smaps.all, small.all);
}

/* A read ends where a line does, within a page. */
static void many_reads(void)
{
	int fd = open("/proc/self/maps", O_RDONLY);
	char text[3 * PAGE];
	ssize_t n;

	map_many();
	n = read(fd, text, sizeof(text));
	CHECK("a read gives less than a page", n > 3000 && n < (int)PAGE);
	CHECK("of whole lines", n > 0 && text[n - 1] == '\n');
	n = read(fd, text, 1000);
	CHECK_EQ("less is wanted", n, 1000);
	n = read(fd, text, sizeof(text));
	CHECK("the rest, and one part more", n > 3000 && n < 2 * (int)PAGE);
	CHECK("ends with a line as well", n > 0 && text[n - 1] == '\n');
}

/* Somewhere in the middle, and from there back. */
static void many_places(void)
{
	int fd = open("/proc/self/maps", O_RDONLY);
	char *text, part[3000];
	ssize_t n = sizeof(part);

	map_many();
	text = rest_of(fd, 1ul << 20);
	CHECK_EQ("pread in the middle", pread(fd, part, 500, 100000), 500);
	CHECK("what stands there", !memcmp(part, text + 100000, 500));
	CHECK_EQ("and nearer to the start", pread(fd, part, 500, 7000), 500);
	CHECK("what stands there too", !memcmp(part, text + 7000, 500));
	CHECK_EQ("lseek back", lseek(fd, 50000, SEEK_SET), 50000);
	n = read(fd, part, sizeof(part));
	CHECK("read from there", n > 0 &&
	      !memcmp(part, text + 50000, (size_t)n));
	CHECK_EQ("behind the end", pread(fd, part, 500, 16l << 20), 0);
	free(text);
}

/* What was shown goes, what comes is changed. */
static void many_changing(void)
{
	int fd = open("/proc/self/maps", O_RDONLY);
	char first[3000], *text;
	struct lines l;

	map_many();
	need(read(fd, first, 100) == 100);
	need(pread(fd, first, 1, 100000) == 1);
	need(lseek(fd, 100000, SEEK_SET) == 100000);
	need(!munmap(map, 200 * PAGE));
	need(!mprotect(map + 6000 * PAGE, 2000 * PAGE, PROT_READ));
	text = rest_of(fd, 1000);
	l = lines_of(text);
	CHECK("in order", l.in_order);
	CHECK("what is there all the while is shown",
	      l.many > 3000 && l.many < 2 * MANY - 1900);
	CHECK("and what is above it", strstr(text, "[stack]"));
	free(text);
}

/* Who reads the start of such a text does not make all of it. */
static void many_starts(void)
{
	long before, after;
	int fds[8];
	char c;

	map_many();
	before = proc_number("/proc/meminfo", "MemFree:");
	for (int i = 0; i < 8; i++) {
		fds[i] = open("/proc/self/smaps", O_RDONLY);
		need(fds[i] >= 0 && read(fds[i], &c, 1) == 1);
	}
	after = proc_number("/proc/meminfo", "MemFree:");
	CHECK("takes little memory", before - after < 4096);
}

static int with_many(void *arg)
{
	char *argv[] = { "/proc/self/exe", "sleep", NULL };
	struct gate *gates = arg;

	map_many();
	gate_open(&gates[0]);
	gate_wait(&gates[1]);
	return execv(argv[0], argv);
}

static void many_exec(void)
{
	struct gate gates[2];
	char name[64], *text;
	pid_t pid;
	int fd;

	gate_init(&gates[0]);
	gate_init(&gates[1]);
	pid = child_start(with_many, gates);
	need(gate_wait(&gates[0]));
	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	fd = open(name, O_RDONLY);
	need(fd >= 0 && lseek(fd, 40000, SEEK_SET) == 40000);
	need(read(fd, name, 1) == 1);
	gate_open(&gates[1]);
	snprintf(name, sizeof(name), "/proc/%d/cmdline", pid);
	while (!proc_text_is(name, "/proc/self/exe"))
		usleep(1000);
	text = rest_of(fd, 1000);
	CHECK("nothing of the next program is shown", !strchr(text, '['));
	CHECK("the old one's text ends", strlen(text) < 4 * PAGE);
	free(text);
	child_kill(pid);
}

/* The line of sums has its name in the column of the names of maps. */
static void rollup(void)
{
	char text[4096], *name;

	need(proc_read("/proc/self/smaps_rollup", text, sizeof(text)) > 0);
	name = strstr(text, "[rollup]\n");
	CHECK_EQ("column of the name", name ? name - text : -1, 73);
}

static void syscall_of_reader(void)
{
	int fd = open("/proc/self/syscall", O_RDONLY);
	char text[256] = "", wanted[256];
	ssize_t n;

	need(fd >= 0);
	n = syscall(SYS_read, fd, text, sizeof(text) - 1);
	snprintf(wanted, sizeof(wanted), "%d 0x%x 0x%lx 0x%lx ", SYS_read, fd,
		 (unsigned long)text, sizeof(text) - 1);
	CHECK("the reader sees its own call",
	      n > 0 && !strncmp(text, wanted, strlen(wanted)));
}

static const struct test tests[] = {
	{ "map_files", links, 0 },
	{ "listing", listing, 0 },
	{ "guarded", guarded, 0 },
	{ "query", query, 0 },
	{ "query texts", query_texts, 0 },
	{ "many", many, 0 },
	{ "many: reads", many_reads, 0 },
	{ "many: places", many_places, 0 },
	{ "many: changing", many_changing, 0 },
	{ "many: starts", many_starts, 0 },
	{ "many: exec", many_exec, 0 },
	{ "rollup", rollup, 0 },
	{ "syscall", syscall_of_reader, 0 },
};

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return pause();
	return test_main(tests, COUNT(tests));
}
