/*
 * tests/user/leak.c - the same work again and again costs nothing
 *
 * What:  warm-up rounds, then rounds with 10,000 forks, execs, clones,
 *        threads, signals, pipes, mappings, files, sessions and pid
 *        namespaces in all. Where the kernel can be asked, objects and free
 *        pages are the same before and after; elsewhere (Linux keeps what it
 *        may need again) it is enough that everything succeeds.
 * See:   docs/testing.md
 */
#include "lib/image.h"
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"
#include "lib/thread.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define DRAIN		"/proc/nidus/drain"
#define SLABS		"/proc/slabinfo"
#define WARM_UP		24	/* rounds */
#define ROUNDS		100	/* of a hundred pieces of work each */
#define MAX_SLABS	256

struct slab {
	char name[40];
	long active;
};

struct state {
	int nslabs;
	struct slab slab[MAX_SLABS];
	long loose_kib;	/* free, or within slabs: those are counted apart */
};

static int bad;

static void expect(int good)
{
	bad += !good;
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static void work_fork(void)
{
	expect(child_run(nothing, NULL) == 0);
}

static void work_exec(void)
{
	expect(exec_status("./program") == EXITED(7));
}

static void work_clone(void)
{
	static struct thread child;
	pid_t pid = thread_clone(&child, CLONE_VM | CLONE_VFORK | CLONE_FILES |
				 CLONE_FS | SIGCHLD, nothing, NULL);

	expect(pid > 0 && reap(pid) == 0);
	munmap(child.stack, THREAD_STACK);
}

static void work_thread(void)
{
	struct thread thread;

	thread_start(&thread, nothing, NULL);
	thread_join(&thread);
}

static void work_signal(void)
{
	union sigval value = { .sival_int = 3 };
	unsigned long set = 1UL << (40 - 1);
	siginfo_t info;

	for (int i = 0; i < 4; i++)
		expect(!sigqueue(getpid(), 40, value));
	for (int i = 0; i < 4; i++)
		expect(sys(SYS_rt_sigtimedwait, P(&set), P(&info), 0, 8) ==
		       40);
}

/* a child that is killed with signals still queued */
static void work_kill(void)
{
	union sigval value = { .sival_int = 3 };

	if (!fork()) {
		sigqueue(getpid(), 40, value);
		sigqueue(getpid(), 40, value);
		kill(getpid(), SIGKILL);
	}
	expect(reap(-1) == SIGKILL);
}

static void work_pipe(void)
{
	char buf[100] = "x";
	int fds[2];

	expect(!pipe(fds) && write(fds[1], buf, 100) == 100 &&
	       read(fds[0], buf, 50) == 50);
	close(fds[0]);
	close(fds[1]);
}

static void work_map(void)
{
	char *at = mmap(NULL, 32768, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char *own = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	expect(at != MAP_FAILED && own != MAP_FAILED);
	at[0] = own[0] = own[40000] = 1;
	expect(!mprotect(own + 4096, 4096, PROT_READ));
	expect(child_run(nothing, NULL) == 0);
	expect(!munmap(at, 32768) && !munmap(own, 65536));
}

static void work_file(void)
{
	int fd = open("scratch", O_RDWR | O_CREAT, 0600);

	expect(fd >= 0 && pwrite(fd, "x", 1, 20000) == 1);
	expect(!mkdir("dir", 0700) && !link("scratch", "dir/link"));
	expect(!symlink("scratch", "soft") && !rename("soft", "dir/soft"));
	expect(!unlink("scratch") && !unlink("dir/link"));
	expect(!unlink("dir/soft") && !rmdir("dir") && !close(fd));
}

static int leave_session(void *arg)
{
	(void)arg;
	setsid();
	if (!fork())
		_exit(0);
	return reap(-1);
}

static void work_session(void)
{
	expect(child_run(leave_session, NULL) == 0);
}

static int leave_orphans(void *arg)
{
	(void)arg;
	for (int i = 0; i < 2; i++)
		if (!fork())
			for (;;)
				pause();
	return 5;
}

static void work_namespace(void)
{
	expect(ns_run(leave_orphans, NULL) == EXITED(5));
}

/* a process in new namespaces of every kind, with a map, then a dead one */
static int enter_all(void *arg)
{
	(void)arg;
	if (sys(SYS_unshare, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS |
		CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWPID))
		return 1;
	if (proc_write("/proc/self/uid_map", "0 0 1"))
		return 2;
	if (mount("q", ".", "mqueue", 0, NULL) ||
	    mount("q", "/tmp", "mqueue", 0, NULL))
		return 4;
	return WEXITSTATUS(child_run(leave_orphans, NULL)) == 5 ? 0 : 3;
}

static void work_namespaces(void)
{
	expect(child_run(enter_all, NULL) == 0);
}

/* what looks at everybody may forget what it found */
static int waits_for_end(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return 0;
}

static int dumps_core(void *arg)
{
	const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	struct thread other;

	(void)arg;
	thread_start(&other, waits_for_end, NULL);
	setrlimit(RLIMIT_CORE, &limit);
	raise(SIGQUIT);
	return 0;
}

static void work_core(void)
{
	expect(child_run(dumps_core, NULL) == (SIGQUIT | 0x80));
	expect(!unlink("core"));
}

static void work_look(void)
{
	static const char *const files[] = {
		"/proc/nidus/pidns", "/proc/locks", "/proc/self/mountinfo",
		"/proc/self/smaps", "/proc/sysvipc/sem", "/proc/stat",
	};
	static char text[65536];

	for (size_t i = 0; i < COUNT(files); i++)
		(void)proc_read(files[i], text, sizeof(text));
}

struct work {
	void (*run)(void);
	int times;	/* in a round; they make a hundred */
};

static const struct work works[] = {
	{ work_fork, 3 }, { work_exec, 2 }, { work_clone, 6 },
	{ work_thread, 5 }, { work_signal, 25 }, { work_kill, 1 },
	{ work_pipe, 41 }, { work_map, 2 }, { work_file, 10 },
	{ work_session, 1 }, { work_namespace, 1 },
	{ work_namespaces, 1 }, { work_look, 1 }, { work_core, 1 },
};

static void do_rounds(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		if (i % 8 == 7)
			test_note("rounds", i + 1);
		for (size_t kind = 0; kind < COUNT(works); kind++)
			for (int j = 0; j < works[kind].times; j++)
				works[kind].run();
	}
}

/* numbers of live objects: lines "name active total ..." after two heads */
static void read_slabs(struct state *state)
{
	static char text[65536];
	char *line, *rest = text;

	state->nslabs = 0;
	if (proc_read(SLABS, text, sizeof(text)) < 0)
		return;
	while ((line = strsep(&rest, "\n")) && state->nslabs < MAX_SLABS) {
		struct slab *slab = &state->slab[state->nslabs];

		if (!strncmp(line, "slabinfo", 8) || line[0] == '#')
			continue;
		if (sscanf(line, "%39s %ld", slab->name, &slab->active) == 2)
			state->nslabs++;
	}
}

/* Ask the kernel to finish what it has put off, then look. The file that asks
 * stays open meanwhile: it would itself be put off. */
static void look(struct state *state)
{
	int fd = open(DRAIN, O_WRONLY);

	if (fd >= 0)
		CHECK_EQ("drained", write(fd, "1", 1), 1);
	read_slabs(state);
	state->loose_kib = proc_number("/proc/meminfo", "MemFree:") +
			   proc_number("/proc/meminfo", "Slab:");
	close(fd);
}

/* how many caches have grown; tells of any that has */
static int grown(const struct state *before, const struct state *after)
{
	int count = 0;

	for (int i = 0; i < before->nslabs; i++) {
		for (int j = 0; j < after->nslabs; j++) {
			long more = after->slab[j].active -
				    before->slab[i].active;

			if (strcmp(before->slab[i].name, after->slab[j].name) ||
			    more <= 0)
				continue;
			/* The allocator's own caches on each CPU: at most one
			 * for each kind of object there. */
			if (!strncmp(before->slab[i].name, "slab_mag", 8))
				continue;
			test_note(before->slab[i].name, more);
			count++;
		}
	}
	return count;
}

/* The table of numbers grows with the largest number ever given, by design:
 * a small limit makes the warm-up see all of it. */
static void limit_pids(void)
{
	static const char text[] = "400\n";
	int fd = open("/proc/sys/kernel/pid_max", O_WRONLY);

	if (fd < 0)
		return;
	(void)!write(fd, text, sizeof(text) - 1);
	close(fd);
}

static void set_up(void)
{
	struct image image;

	limit_pids();

	image_init(&image, code_exit7, code_exit7_end);
	image_write(&image, "./program", sizeof(image));
	block(40);
}

static void leaks(void)
{
	static struct state before, after;

	set_up();
	do_rounds(WARM_UP);
	look(&after);	/* its pages are there from now on */
	look(&before);
	do_rounds(ROUNDS);
	look(&after);
	CHECK_EQ("ten thousand pieces of work succeed", bad, 0);
	test_note("KiB free or in slabs, before:", before.loose_kib);
	test_note("KiB free or in slabs, after:", after.loose_kib);
	if (!proc_exists(DRAIN)) {
		SKIP("no kernel object is left over", "cannot be asked");
		SKIP("no memory is left over", "cannot be asked");
		return;
	}
	CHECK_EQ("no kernel object is left over", grown(&before, &after), 0);
	CHECK("no memory is left over",
	      after.loose_kib >= before.loose_kib);
}

static const struct test tests[] = {
	{ "leaks", leaks, 300 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
