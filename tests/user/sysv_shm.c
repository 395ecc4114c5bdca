/*
 * tests/user/sysv_shm.c - System V shared memory
 *
 * What:  segments, attaching and detaching, who is counted when, delayed
 *        removal, shmctl, limits, rights, namespaces.
 * See:   shmget(2), shmop(2), shmctl(2); ids of the catalogue, family CRED
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>

#define KEY	0x4e536d33
#define PAGE	4096
#define DEST	01000
#define LOCKED	02000

static int segment;

static int make(size_t size)
{
	int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);

	need(id >= 0);
	return id;
}

static void drop(int id)
{
	need(!shmctl(id, IPC_RMID, NULL));
}

static struct shmid_ds stat_of(int id)
{
	struct shmid_ds ds;

	memset(&ds, 0xff, sizeof(ds));
	if (shmctl(id, IPC_STAT, &ds))
		ds.shm_nattch = 999;
	return ds;
}

static long users(int id)
{
	return (long)stat_of(id).shm_nattch;
}

static void keys(void)
{
	int id;

	CHECK_ERRNO("no key", shmget(KEY, PAGE, 0), ENOENT);
	CHECK_ERRNO("no size", shmget(KEY, 0, IPC_CREAT), EINVAL);
	CHECK_ERRNO("too large", shmget(KEY, (size_t)-1, IPC_CREAT), EINVAL);
	CHECK_ERRNO("more than memory", shmget(KEY, 1ul << 45, IPC_CREAT),
		    ENOMEM);
	id = shmget(KEY, 5000, IPC_CREAT | 0600);
	CHECK_OK("a segment", id);
	CHECK_EQ("its key", shmget(KEY, 5000, 0), id);
	CHECK_EQ("less of it", shmget(KEY, 0, 0), id);
	CHECK_ERRNO("more than it has", shmget(KEY, 5001, 0), EINVAL);
	CHECK_ERRNO("exclusive", shmget(KEY, 1, IPC_CREAT | IPC_EXCL), EEXIST);
	CHECK_EQ("its size in bytes", stat_of(id).shm_segsz, 5000);
	drop(id);
	CHECK_ERRNO("its id is gone", shmctl(id, IPC_STAT, NULL), EINVAL);
	CHECK_EQ("a bad attach", (long)shmat(id, NULL, 0), -1);
}

static int write_there(void *arg)
{
	char *p = shmat(segment, NULL, 0);

	(void)arg;
	if (p == (void *)-1)
		return 1;
	p[PAGE] = 'c';
	return p[0];
}

static void sharing(void)
{
	char *p, *q;

	segment = make(2 * PAGE);
	p = shmat(segment, NULL, 0);
	CHECK("attached", p != (void *)-1);
	CHECK("zeros", p[0] == 0 && p[2 * PAGE - 1] == 0);
	p[0] = 'p';
	CHECK_STATUS("another process sees it", child_run(write_there, NULL),
		     EXITED('p'));
	CHECK_EQ("and writes", p[PAGE], 'c');
	q = shmat(segment, NULL, SHM_RDONLY);
	CHECK("a second time", q != (void *)-1 && q != p);
	CHECK_EQ("the same memory", q[PAGE], 'c');
	CHECK_ERRNO("read-only stays so",
		    mprotect(q, PAGE, PROT_READ | PROT_WRITE), EACCES);
	CHECK_OK("detached", shmdt(p));
	CHECK_ERRNO("only once", shmdt(p), EINVAL);
	CHECK_EQ("the other is there", q[0], 'p');
	CHECK_ERRNO("not in its middle", shmdt(q + PAGE), EINVAL);
	CHECK_ERRNO("not aligned", shmdt(q + 1), EINVAL);
	CHECK_OK("the other", shmdt(q));
	p = shmat(segment, NULL, 0);
	CHECK_EQ("nobody attached, nothing lost", p[PAGE], 'c');
	shmdt(p);
	drop(segment);
}

static void addresses(void)
{
	char *hole = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int id = make(2 * PAGE);
	char *p;

	need(hole != MAP_FAILED);
	CHECK_EQ("not over something", (long)shmat(id, hole, 0), -1);
	CHECK_EQ("EINVAL", errno, EINVAL);
	p = shmat(id, hole, SHM_REMAP);
	CHECK("but if told so", p == hole);
	shmdt(p);
	CHECK_EQ("SHM_REMAP to anywhere", (long)shmat(id, NULL, SHM_REMAP), -1);
	CHECK_EQ("not aligned", (long)shmat(id, hole + 5, 0), -1);
	p = shmat(id, hole + 5, SHM_RND);
	CHECK("rounded down", p == hole);
	shmdt(p);
	CHECK_EQ("a negative id", (long)shmat(-1, NULL, 0), -1);
	drop(id);
	munmap(hole, 8 * PAGE);
}

static int idle_with_copy(void *arg)
{
	(void)arg;
	pause();
	return 0;
}

static int exec_away(void *arg)
{
	struct gate *g = arg;

	execl("/proc/self/exe", "sysv_shm", "gate",
	      proc_path("", g->read_fd, ""), (char *)NULL);
	return 99;
}

static void counting(void)
{
	struct gate g;
	char *p, *q;
	pid_t pid;

	segment = make(4 * PAGE);
	CHECK_EQ("nobody", users(segment), 0);
	p = shmat(segment, NULL, 0);
	CHECK_EQ("one", users(segment), 1);
	pid = child_start(idle_with_copy, NULL);
	CHECK_EQ("fork adds", users(segment), 2);
	child_kill(pid);
	CHECK_EQ("exit takes", users(segment), 1);
	CHECK_EQ("who was last", stat_of(segment).shm_lpid, pid);
	gate_init(&g);
	pid = child_start(exec_away, &g);
	proc_await(pid, "S");
	CHECK_EQ("exec takes", users(segment), 1);
	gate_open(&g);
	reap(pid);
	q = shmat(segment, NULL, SHM_RDONLY);
	CHECK_EQ("again", users(segment), 2);
	need(!munmap(q, 4 * PAGE));
	CHECK_EQ("munmap takes", users(segment), 1);
	need(!mprotect(p + PAGE, PAGE, PROT_READ));
	CHECK_EQ("pieces count", users(segment), 3);
	need(!munmap(p + PAGE, PAGE));
	CHECK_EQ("a hole", users(segment), 2);
	CHECK_OK("all pieces go at once", shmdt(p));
	CHECK_EQ("none left", users(segment), 0);
	CHECK_EQ("who made it", stat_of(segment).shm_cpid, getpid());
	CHECK("times", stat_of(segment).shm_atime > 0 &&
		       stat_of(segment).shm_dtime > 0);
	p = shmat(segment, NULL, 0);
	q = mremap(p, 4 * PAGE, 8 * PAGE, MREMAP_MAYMOVE);
	CHECK_EQ("moved, it is still one", users(segment), 1);
	CHECK_OK("detached at the new place",
		 q == MAP_FAILED ? -1 : shmdt(q));
	drop(segment);
}

static void removal(void)
{
	int id = shmget(KEY, PAGE, IPC_CREAT | 0600), other;
	char *p = shmat(id, NULL, 0), *q;

	need(p != (void *)-1);
	p[0] = 1;
	CHECK_OK("removed while in use", shmctl(id, IPC_RMID, NULL));
	CHECK_EQ("its memory stays", p[0], 1);
	CHECK("marked", stat_of(id).shm_perm.mode & DEST);
	CHECK_EQ("without a key", stat_of(id).shm_perm.__key, IPC_PRIVATE);
	other = shmget(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600);
	CHECK_OK("the key is free", other);
	q = shmat(id, NULL, 0);
	CHECK("by its id it can be had", q != (void *)-1 && q[0] == 1);
	shmdt(q);
	CHECK_EQ("one user", users(id), 1);
	shmdt(p);
	CHECK_ERRNO("the last one takes it along",
		    shmctl(id, IPC_STAT, &(struct shmid_ds){ 0 }), EINVAL);
	drop(other);
}

static int lock_limited(void *arg)
{
	struct rlimit none = { 0, 0 }, some = { 2 * PAGE, 2 * PAGE };
	int mine;

	(void)arg;
	need(!setrlimit(RLIMIT_MEMLOCK, &some));
	become_user();
	CHECK_ERRNO("a stranger's", shmctl(segment, SHM_LOCK, NULL), EPERM);
	mine = make(3 * PAGE);
	CHECK_ERRNO("more than the limit", shmctl(mine, SHM_LOCK, NULL),
		    ENOMEM);
	drop(mine);
	mine = make(2 * PAGE);
	CHECK_OK("as much", shmctl(mine, SHM_LOCK, NULL));
	CHECK_OK("unlocked", shmctl(mine, SHM_UNLOCK, NULL));
	need(!setrlimit(RLIMIT_MEMLOCK, &none));
	CHECK_ERRNO("no limit at all", shmctl(mine, SHM_LOCK, NULL), EPERM);
	drop(mine);
	return 0;
}

static void control(void)
{
	struct shmid_ds ds;
	struct shminfo limits;
	struct shm_info use;
	char *p;
	int id = make(3 * PAGE);

	segment = id;
	CHECK_OK("SHM_LOCK", shmctl(id, SHM_LOCK, NULL));
	CHECK("shown", stat_of(id).shm_perm.mode & LOCKED);
	CHECK_OK("SHM_UNLOCK", shmctl(id, SHM_UNLOCK, NULL));
	CHECK_EQ("not any more", stat_of(id).shm_perm.mode, 0600);
	CHECK_STATUS("an ordinary user locks", child_run(lock_limited, NULL),
		     EXITED(0));
	ds = stat_of(id);
	ds.shm_perm.mode = 0644;
	ds.shm_perm.gid = 77;
	CHECK_OK("IPC_SET", shmctl(id, IPC_SET, &ds));
	CHECK("done", stat_of(id).shm_perm.mode == 0644 &&
		      stat_of(id).shm_perm.gid == 77);
	CHECK_OK("IPC_INFO", shmctl(0, IPC_INFO, (void *)&limits));
	CHECK("limits", limits.shmmni == 4096 && limits.shmmin == 1);
	p = shmat(id, NULL, 0);
	p[0] = 1;
	CHECK_OK("SHM_INFO", shmctl(0, SHM_INFO, (void *)&use));
	CHECK_EQ("segments", use.used_ids, 1);
	CHECK_EQ("pages", use.shm_tot, 3);
	CHECK_EQ("pages used", use.shm_rss, 1);
	shmdt(p);
	CHECK_EQ("SHM_STAT", shmctl(id & 0x7fff, SHM_STAT, &ds), id);
	CHECK_ERRNO("no such command", shmctl(id, 99, NULL), EINVAL);
	CHECK_ERRNO("a bad address", shmctl(id, IPC_STAT, (void *)8), EFAULT);
	drop(id);
}

static void proc_files(void)
{
	char text[4096], want[256], maps[8192];
	int id = shmget(KEY, 5000, IPC_CREAT | 0604);
	char *p = shmat(id, NULL, 0);

	need(p != (void *)-1);
	need(proc_read("/proc/sysvipc/shm", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%10d %10d  %4o %21u %5u %5u  %5u ",
		 KEY, id, 0604, 5000, getpid(), getpid(), 1);
	CHECK("a line of /proc/sysvipc/shm", strstr(text, want) != NULL);
	need(proc_read("/proc/self/maps", maps, sizeof(maps)) > 0);
	CHECK("a name in maps", strstr(maps, "/SYSV4e536d33 (deleted)"));
	CHECK_EQ("shmmni", proc_number("/proc/sys/kernel/shmmni", ""), 4096);
	CHECK("shmmax", proc_exists("/proc/sys/kernel/shmmax"));
	shmdt(p);
	drop(id);
}

static int elsewhere(void *arg)
{
	int id;

	(void)arg;
	CHECK_ERRNO("a key of another namespace", shmget(KEY, 0, 0), ENOENT);
	need(!proc_write("/proc/sys/kernel/shmmax", "8192"));
	need(!proc_write("/proc/sys/kernel/shmall", "4"));
	need(!proc_write("/proc/sys/kernel/shmmni", "2"));
	CHECK_ERRNO("larger than one may be", shmget(IPC_PRIVATE, 8193, 0600),
		    EINVAL);
	id = make(8192);
	need(make(4096) >= 0);
	CHECK_ERRNO("more than all may have", shmget(IPC_PRIVATE, 8192, 0600),
		    ENOSPC);
	CHECK_ERRNO("more of them", shmget(IPC_PRIVATE, 1, 0600), ENOSPC);
	/* left attached: the namespace ends with us */
	return shmat(id, NULL, 0) == (void *)-1;
}

static void namespaces(void)
{
	int id = shmget(KEY, PAGE, IPC_CREAT | 0600);
	char *p = shmat(id, NULL, 0);
	long pid;

	need(p != (void *)-1);
	pid = ns_clone(CLONE_NEWIPC);
	need(pid >= 0);
	if (!pid) {
		p[0] = 'n';	/* what is attached stays attached */
		_exit(elsewhere(NULL));
	}
	CHECK_EXIT("another world", (pid_t)pid, 0);
	CHECK_EQ("the mapping crossed", p[0], 'n');
	CHECK_EQ("one user again", users(id), 1);
	shmdt(p);
	drop(id);
}

static int stranger(void *arg)
{
	(void)arg;
	become_user();
	CHECK_EQ("no right", (long)shmat(segment, NULL, 0), -1);
	CHECK_EQ("EACCES", errno, EACCES);
	CHECK("to read, yes", shmat(segment, NULL, SHM_RDONLY) != (void *)-1);
	CHECK_ERRNO("to remove", shmctl(segment, IPC_RMID, NULL), EPERM);
	return 0;
}

static int attach_as_init(void *arg)
{
	struct shmid_ds ds;

	(void)arg;
	need(shmat(segment, NULL, 0) != (void *)-1);
	ds = stat_of(segment);
	return ds.shm_lpid * 10 + ds.shm_cpid;
}

static void rights_and_pids(void)
{
	pid_t pid;

	segment = shmget(IPC_PRIVATE, PAGE, 0604);
	CHECK_STATUS("a stranger", child_run(stranger, NULL), EXITED(0));
	pid = ns_start(attach_as_init, NULL);
	CHECK_EXIT("CRED-08: an init is 1, its maker invisible", pid, 10);
	CHECK_EQ("CRED-08: outside, after its death",
		 stat_of(segment).shm_lpid, pid);
	drop(segment);
}

int main(int argc, char **argv)
{
	static const struct test tests[] = {
		{ "keys", keys, 0 },
		{ "sharing", sharing, 0 },
		{ "addresses", addresses, 0 },
		{ "counting", counting, 0 },
		{ "removal", removal, 0 },
		{ "control", control, 0 },
		{ "proc_files", proc_files, 0 },
		{ "namespaces", namespaces, 0 },
		{ "rights_and_pids", rights_and_pids, 0 },
	};
	char c;

	if (argc > 2 && !strcmp(argv[1], "gate")) {
		int fd = 0;

		for (const char *d = argv[2]; *d; d++)
			fd = fd * 10 + *d - '0';
		return read(fd, &c, 1) != 1;
	}
	return test_main(tests, COUNT(tests));
}
