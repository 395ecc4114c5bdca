/*
 * tests/user/pty_pair.c - pairs of terminals and devpts
 *
 * What:  names and numbers, the lock, options of the mount, what happens to
 *        one end when the other closes, packet mode, limits of buffers.
 * Not:   editing of lines is in tty_line.c, sessions in tty_jobs.c.
 * See:   pty(7), pts(4), ptmx(4), ioctl_tty(2), mount(8)
 */
#include "lib/proc.h"
#include "lib/pty.h"
#include "lib/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER	0x5441
#endif
#ifndef TIOCGPKT
#define TIOCGPKT	0x80045438
#endif
#ifndef TIOCGPTLCK
#define TIOCGPTLCK	0x80045439
#endif

static int ioctl_int(int fd, unsigned long cmd)
{
	int value = -1;

	return ioctl(fd, cmd, &value) ? -1 : value;
}

static int set_int(int fd, unsigned long cmd, int value)
{
	return ioctl(fd, cmd, &value);
}

static void names(void)
{
	struct stat st;
	struct statfs fs;
	struct pty a, b;
	int fd;

	need(!pty_mount("ptmxmode=0666,mode=0620,gid=5"));
	CHECK_OK("stat of pts", stat("pts", &st));
	CHECK_EQ("its number", st.st_ino, 1);
	CHECK_EQ("its mode", st.st_mode, S_IFDIR | 0755);
	CHECK_OK("stat of ptmx", stat("pts/ptmx", &st));
	CHECK_EQ("ptmx: number", st.st_ino, 2);
	CHECK_EQ("ptmx: device", st.st_rdev, makedev(5, 2));
	CHECK_EQ("ptmx: mode", st.st_mode, S_IFCHR | 0666);
	need(!statfs("pts", &fs));
	CHECK_EQ("magic of statfs", fs.f_type, 0x1cd1);
	pty_master(&a);
	CHECK_EQ("the first number", a.number, 0);
	pty_master(&b);
	CHECK_EQ("the second number", b.number, 1);
	CHECK_OK("stat of a slave", stat("pts/0", &st));
	CHECK_EQ("slave: number", st.st_ino, 3);
	CHECK_EQ("slave: device", st.st_rdev, makedev(136, 0));
	CHECK_EQ("slave: mode", st.st_mode, S_IFCHR | 0620);
	CHECK_EQ("slave: group", st.st_gid, 5);
	CHECK_EQ("slave: owner", st.st_uid, 0);
	CHECK_EQ("it is locked", ioctl_int(a.master, TIOCGPTLCK), 1);
	CHECK_ERRNO("and cannot be opened", open("pts/0", O_RDWR | O_NOCTTY),
		    EIO);
	CHECK_ERRNO("nor by TIOCGPTPEER",
		    ioctl(a.master, TIOCGPTPEER, O_RDWR | O_NOCTTY), EIO);
	CHECK_OK("unlock", set_int(a.master, TIOCSPTLCK, 0));
	CHECK_EQ("it is not locked", ioctl_int(a.master, TIOCGPTLCK), 0);
	fd = open("pts/0", O_RDWR | O_NOCTTY);
	CHECK("and can be opened", fd >= 0);
	CHECK_OK("chmod", chmod("pts/0", 0600));
	CHECK_OK("chown", chown("pts/0", 7, 8));
	need(!stat("pts/0", &st));
	CHECK("both stay", st.st_mode == (S_IFCHR | 0600) && st.st_uid == 7 &&
	      st.st_gid == 8);
	need(!fstat(fd, &st));
	CHECK_EQ("fstat of the slave", st.st_rdev, makedev(136, 0));
	need(!fstat(a.master, &st));
	CHECK_EQ("fstat of the master", st.st_rdev, makedev(5, 2));
	close(a.master);
	CHECK_ERRNO("the name goes with the master", stat("pts/0", &st),
		    ENOENT);
	pty_master(&a);
	CHECK_EQ("the number is still taken", a.number, 2);
	close(fd);
	close(a.master);
	pty_master(&a);
	CHECK_EQ("and free with the last slave", a.number, 0);
	CHECK_OK("it can be looked up again", stat("pts/0", &st));
	CHECK_EQ("with the mount's mode", st.st_mode, S_IFCHR | 0620);
	close(a.master);
	close(b.master);
}

static void refused(void)
{
	struct pty a;

	need(!pty_mount(NULL));
	CHECK_ERRNO("creat in pts", open("pts/x", O_CREAT | O_RDWR, 0600),
		    EACCES);
	CHECK_ERRNO("mkdir in pts", mkdir("pts/x", 0700), EPERM);
	CHECK_ERRNO("mknod in pts",
		    mknod("pts/x", S_IFCHR | 0600, makedev(1, 3)), EPERM);
	CHECK_ERRNO("unlink of ptmx", unlink("pts/ptmx"), EPERM);
	CHECK_ERRNO("no such number", open("pts/0", O_RDWR), ENOENT);
	CHECK_ERRNO("a number with a zero", open("pts/00", O_RDWR), ENOENT);
	pty_master(&a);
	CHECK_ERRNO("unlink of a slave", unlink("pts/0"), EPERM);
	need(!mknod("slave", S_IFCHR | 0600, makedev(136, 0)));
	CHECK_ERRNO("a node outside of pts", open("slave", O_RDWR), EIO);
	need(!mknod("ptmx", S_IFCHR | 0600, makedev(5, 2)));
	CHECK("ptmx beside pts", open("ptmx", O_RDWR) >= 0);
	CHECK_OK("is in it", access("pts/1", F_OK));
	need(!mkdir("d", 0755));
	need(!mknod("d/ptmx", S_IFCHR | 0600, makedev(5, 2)));
	CHECK_ERRNO("ptmx without pts", open("d/ptmx", O_RDWR), ENOENT);
	need(!mkdir("d/pts", 0755));
	CHECK_ERRNO("pts is no devpts", open("d/ptmx", O_RDWR), ENODEV);
	CHECK_ERRNO("TIOCGPTN of a file", ioctl_int(0, TIOCGPTN), ENOTTY);
	CHECK_OK("umount is lazy", umount2("pts", MNT_DETACH));
	CHECK("the pair lives on", ioctl_int(a.master, TIOCGPTN) == 0);
}

static int count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	int n = 0;

	need(d != NULL);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void instances(void)
{
	struct pty a, b;
	int off = 0, fd;
	struct stat st;

	need(!pty_mount("max=3"));
	need(!mkdir("other", 0755));
	need(!mount("devpts", "other", "devpts", 0, "newinstance,uid=3"));
	CHECK_ERRNO("an unknown option",
		    mount("devpts", "other", "devpts", 0, "size=3"), EINVAL);
	CHECK_OK("stat of ptmx", stat("pts/ptmx", &st));
	CHECK_EQ("nobody may use it at first", st.st_mode, S_IFCHR);
	pty_master(&a);
	CHECK_EQ("entries of one", count_entries("pts"), 4);
	CHECK_EQ("entries of the other", count_entries("other"), 3);
	fd = open("other/ptmx", O_RDWR);
	CHECK_EQ("numbers are each instance's own",
		 ioctl_int(fd, TIOCGPTN), 0);
	need(!stat("other/0", &st));
	CHECK_EQ("uid of an instance", st.st_uid, 3);
	CHECK_EQ("mode by default", st.st_mode, S_IFCHR | 0600);
	close(fd);
	pty_master(&b);
	close(b.master);
	pty_pair(&b);
	CHECK("two", b.number == 1);
	pty_master(&b);
	CHECK_ERRNO("max=3", open("pts/ptmx", O_RDWR), ENOSPC);
	CHECK_OK("remount", mount(NULL, "pts", NULL, MS_REMOUNT,
				  "ptmxmode=0640,mode=0622"));
	need(!stat("pts/ptmx", &st));
	CHECK_EQ("changes ptmx", st.st_mode, S_IFCHR | 0640);
	pty_master(&b);
	need(!stat("pts/3", &st));
	CHECK_EQ("and new slaves", st.st_mode, S_IFCHR | 0622);
	need(!close(open("one", O_CREAT | O_RDWR, 0600)));
	need(!mount("pts/ptmx", "one", NULL, MS_BIND, NULL));
	fd = open("one", O_RDWR);
	CHECK_EQ("a bound ptmx", ioctl_int(fd, TIOCGPTN), 4);
	need(!ioctl(fd, TIOCSPTLCK, &off));
	fd = ioctl(fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK("TIOCGPTPEER", fd >= 0);
	CHECK_EQ("closes on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	need(!fstat(fd, &st));
	CHECK_EQ("gives the slave", st.st_rdev, makedev(136, 4));
	CHECK_ERRNO("a slave has no peer", ioctl(fd, TIOCGPTPEER, O_RDWR),
		    EIO);
	CHECK_ERRNO("nor a number", ioctl_int(fd, TIOCGPTN), ENOTTY);
	CHECK("its device by TIOCGDEV",
	      (unsigned)ioctl_int(fd, 0x80045432) == makedev(136, 4));
	close(a.master);
}

static void show(void)
{
	char text[8192];

	need(!pty_mount("gid=5,mode=620,ptmxmode=666,max=77"));
	if (access("/proc/self/mounts", R_OK)) {
		need(!mkdir("proc", 0755));
		need(!mount("proc", "proc", "proc", 0, NULL));
		need(proc_read("proc/self/mounts", text, sizeof(text)) > 0);
	} else {
		need(proc_read("/proc/self/mounts", text, sizeof(text)) > 0);
	}
	CHECK("options in /proc/mounts",
	      strstr(text, "/pts devpts rw,relatime,gid=5,mode=620,"
		     "ptmxmode=666,max=77 0 0\n") != NULL);
}

static void transport(void)
{
	struct termios t;
	struct pty p;

	need(!pty_mount(NULL));
	pty_pair(&p);
	CHECK("both are terminals", isatty(p.master) && isatty(p.slave));
	need(!tcgetattr(p.slave, &t));
	CHECK_EQ("c_iflag", t.c_iflag, ICRNL | IXON);
	CHECK_EQ("c_oflag", t.c_oflag, OPOST | ONLCR);
	CHECK_EQ("c_cflag", t.c_cflag, B38400 | CS8 | CREAD);
	CHECK_EQ("c_lflag", t.c_lflag, ISIG | ICANON | ECHO | ECHOE | ECHOK |
		 ECHOCTL | ECHOKE | IEXTEN);
	CHECK("c_cc", !memcmp(t.c_cc, "\003\034\177\025\004\0\1\0\021\023\032"
			      "\0\022\017\027\026\0", 17));
	pty_type(p.slave, "hello\n");
	CHECK("output is processed", GIVES(p.master, "hello\r\n"));
	pty_type(p.master, "typed\r");
	CHECK("input is echoed", GIVES(p.master, "typed\r\n"));
	CHECK("and read", GIVES(p.slave, "typed\n"));
	need(!tcgetattr(p.master, &t));
	t.c_lflag &= ~(tcflag_t)ECHO;
	CHECK_OK("the master sets the slave's attributes",
		 tcsetattr(p.master, TCSANOW, &t));
	pty_type(p.master, "dark\n");
	CHECK("no echo now", GIVES(p.slave, "dark\n") && pty_silent(p.master));
	t.c_cflag = (t.c_cflag & ~(tcflag_t)CSIZE) | CS7 | PARENB;
	tcsetattr(p.slave, TCSANOW, &t);
	need(!tcgetattr(p.slave, &t));
	CHECK_EQ("always eight bits", t.c_cflag & (CSIZE | PARENB), CS8);
	CHECK_ERRNO("lseek", lseek(p.master, 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO("pread", pread(p.slave, &t, 1, 0), ESPIPE);
	pty_end(&p);
}

static void window(void)
{
	struct winsize w = { 24, 80, 0, 0 }, now = { 1, 1, 1, 1 };
	struct pty p;

	need(!pty_mount(NULL));
	pty_pair(&p);
	need(!ioctl(p.slave, TIOCGWINSZ, &now));
	CHECK("no size at first", !now.ws_row && !now.ws_col);
	CHECK_OK("the master sets it", ioctl(p.master, TIOCSWINSZ, &w));
	need(!ioctl(p.slave, TIOCGWINSZ, &now));
	CHECK("and the slave sees it", !memcmp(&w, &now, sizeof(w)));
	w.ws_row = 50;
	need(!ioctl(p.slave, TIOCSWINSZ, &w));
	need(!ioctl(p.master, TIOCGWINSZ, &now));
	CHECK("and the reverse", now.ws_row == 50);
	CHECK_ERRNO("EFAULT", ioctl(p.slave, TIOCSWINSZ, 8), EFAULT);
	pty_end(&p);
}

static int blocked_reader(void *arg)
{
	char c;

	alarm(30);
	return read(*(int *)arg, &c, 1) == -1 && errno == EIO ? 0 : 1;
}

static void master_closes(void)
{
	struct pty p;
	char buf[8];
	pid_t pid;
	int fd;

	need(!pty_mount(NULL));
	pty_pair(&p);
	pty_type(p.master, "unread\n");
	need(pty_waiting(p.slave, 7));
	CHECK_EQ("poll before", pty_poll(p.slave, POLLIN | POLLOUT, 0),
		 POLLIN | POLLOUT);
	close(p.master);
	CHECK_EQ("poll: all of it", pty_poll(p.slave, POLLIN | POLLOUT, 0),
		 POLLIN | POLLOUT | POLLERR | POLLHUP);
	CHECK_EQ("a read gives the end", read(p.slave, buf, 8), 0);
	CHECK_ERRNO("a write EIO", write(p.slave, "x", 1), EIO);
	CHECK_ERRNO("an ioctl EIO", ioctl(p.slave, TIOCGWINSZ, buf), EIO);
	CHECK_ERRNO("but TIOCSPGRP ENOTTY", ioctl(p.slave, TIOCSPGRP, buf),
		    ENOTTY);
	CHECK_EQ("it is no terminal", isatty(p.slave), 0);
	close(p.slave);
	pty_pair(&p);
	fd = p.master;
	pid = fork();
	if (!pid) {
		close(fd);
		_exit(blocked_reader(&p.slave));
	}
	proc_await(pid, "S");
	close(p.master);
	CHECK_EXIT("a blocked reader gets EIO", pid, 0);
	close(p.slave);
}

static void slave_closes(void)
{
	struct pty p;
	char buf[16];

	need(!pty_mount(NULL));
	pty_master(&p);
	need(!set_int(p.master, TIOCSPTLCK, 0));
	CHECK_EQ("no slave yet: poll", pty_poll(p.master, POLLIN | POLLOUT, 0),
		 POLLOUT);
	fcntl(p.master, F_SETFL, O_NONBLOCK);
	CHECK_ERRNO("no slave yet: read", read(p.master, buf, 16), EAGAIN);
	CHECK_EQ("no slave yet: write", write(p.master, "early\n", 6), 6);
	CHECK("is echoed", GIVES(p.master, "early\r\n"));
	p.slave = open(p.name, O_RDWR | O_NOCTTY);
	CHECK("and can be read later", GIVES(p.slave, "early\n"));
	pty_type(p.slave, "last words");
	need(pty_waiting(p.master, 10));
	close(p.slave);
	CHECK_EQ("closed: poll", pty_poll(p.master, POLLIN | POLLOUT, 0),
		 POLLIN | POLLOUT | POLLHUP);
	CHECK_EQ("what is left is read", read(p.master, buf, 16), 10);
	CHECK_ERRNO("then EIO", read(p.master, buf, 16), EIO);
	CHECK_EQ("poll again", pty_poll(p.master, POLLIN | POLLOUT, 0),
		 POLLOUT | POLLHUP);
	CHECK_EQ("writes go on", write(p.master, "x", 1), 1);
	/* Linux echoes by and by; poll does not wait after a hang-up. */
	CHECK("with echo",
	      pty_waiting(p.master, 1) && GIVES(p.master, "x"));
	p.slave = open(p.name, O_RDWR | O_NOCTTY);
	CHECK("it can be opened again", p.slave >= 0);
	CHECK_ERRNO("and reads wait again", read(p.master, buf, 16), EAGAIN);
	pty_end(&p);
}

static void packets(void)
{
	struct termios t;
	struct pty p;
	char buf[16];

	need(!pty_mount(NULL));
	pty_pair(&p);
	CHECK_EQ("off at first", ioctl_int(p.master, TIOCGPKT), 0);
	CHECK_OK("TIOCPKT", set_int(p.master, TIOCPKT, 1));
	CHECK_EQ("on", ioctl_int(p.master, TIOCGPKT), 1);
	CHECK_ERRNO("not for the slave", set_int(p.slave, TIOCPKT, 1), ENOTTY);
	pty_type(p.slave, "abc");
	CHECK_EQ("data has a byte in front",
		 pty_waiting(p.master, 3) ? read(p.master, buf, 16) : -1, 4);
	CHECK("that is 0", !memcmp(buf, "\0abc", 4));
	CHECK_OK("flush of input", tcflush(p.slave, TCIFLUSH));
	CHECK_EQ("a change is urgent", pty_poll(p.master, POLLIN | POLLPRI, 0),
		 POLLIN | POLLPRI);
	CHECK_EQ("and read by itself", read(p.master, buf, 16), 1);
	CHECK_EQ("FLUSHREAD", buf[0], TIOCPKT_FLUSHREAD);
	CHECK_OK("flush of output", tcflush(p.slave, TCOFLUSH));
	CHECK_EQ("is told", read(p.master, buf, 16), 1);
	CHECK_EQ("FLUSHWRITE", buf[0], TIOCPKT_FLUSHWRITE);
	CHECK_OK("stop", tcflow(p.slave, TCOOFF));
	CHECK("STOP", read(p.master, buf, 16) == 1 && buf[0] == TIOCPKT_STOP);
	CHECK_OK("start", tcflow(p.slave, TCOON));
	CHECK("START", read(p.master, buf, 16) == 1 &&
	      buf[0] == TIOCPKT_START);
	need(!tcgetattr(p.slave, &t));
	t.c_iflag &= ~(tcflag_t)IXON;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK("NOSTOP", read(p.master, buf, 16) == 1 &&
	      buf[0] == TIOCPKT_NOSTOP);
	t.c_iflag |= IXON;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK("DOSTOP", read(p.master, buf, 16) == 1 &&
	      buf[0] == TIOCPKT_DOSTOP);
	t.c_lflag |= EXTPROC;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK("IOCTL", read(p.master, buf, 16) == 1 &&
	      buf[0] == TIOCPKT_IOCTL);
	pty_type(p.slave, "xy");
	need(pty_waiting(p.master, 2));
	CHECK_EQ("one byte at most", read(p.master, buf, 1), 1);
	CHECK_EQ("is the kind", buf[0], 0);
	CHECK_EQ("the data stays", read(p.master, buf, 2), 2);
	CHECK("for the next read", !memcmp(buf, "\0x", 2));
	CHECK_OK("off", set_int(p.master, TIOCPKT, 0));
	CHECK("plain again", GIVES(p.master, "y"));
	pty_end(&p);
}

/* Bytes that fit into one direction until a write would block. */
static long fill(int fd)
{
	static char block[512];
	long total = 0;
	ssize_t n;

	memset(block, 'a', sizeof(block));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (int quiet = 0; quiet < 3;) {
		n = write(fd, block, sizeof(block));
		if (n > 0)
			total += n;
		quiet = n > 0 ? 0 : quiet + 1;
		if (n <= 0)
			poll(NULL, 0, 20);
		if (total > 1000000)
			break;
	}
	return total;
}

static void full(void)
{
	struct pty p;
	char buf[600];
	long n;

	need(!pty_mount(NULL));
	pty_pair(&p);
	n = fill(p.slave);
	CHECK("a slave's output is bounded", n >= 4096 && n < 200000);
	CHECK_ERRNO("then EAGAIN", write(p.slave, "x", 1), EAGAIN);
	CHECK_EQ("and poll says so", pty_poll(p.slave, POLLOUT, 0), 0);
	while (n > 0) {
		ssize_t got = read(p.master, buf, sizeof(buf));

		need(got > 0);
		n -= got;
	}
	CHECK_EQ("nothing is lost", n, 0);
	CHECK_EQ("there is room again",
		 pty_poll(p.slave, POLLOUT, 5000), POLLOUT);
	pty_set(p.slave, (struct pty_change){ .loff = ICANON | ECHO });
	n = fill(p.master);
	CHECK("a master's input is bounded", n >= 4096 && n < 200000);
	CHECK_ERRNO("EAGAIN too", write(p.master, "x", 1), EAGAIN);
	CHECK_EQ("and poll", pty_poll(p.master, POLLOUT, 0), 0);
	while (n > 0) {
		ssize_t got = read(p.slave, buf, sizeof(buf));

		need(got > 0);
		n -= got;
	}
	CHECK_EQ("nothing of that is lost", n, 0);
	pty_end(&p);
}

static int slow_writer(void *arg)
{
	static char block[50000];

	memset(block, 'b', sizeof(block));
	return write(((struct pty *)arg)->slave, block, sizeof(block)) ==
	       sizeof(block) ? 0 : 1;
}

static void blocking(void)
{
	struct pty p;
	char buf[1000];
	long n = 0;
	pid_t pid;

	need(!pty_mount(NULL));
	pty_pair(&p);
	pid = child_start(slow_writer, &p);
	proc_await(pid, "S");
	while (n < 50000) {
		ssize_t got = read(p.master, buf, sizeof(buf));

		need(got > 0);
		n += got;
	}
	CHECK_EXIT("a large write ends as the other end reads", pid, 0);
	CHECK_EQ("all arrives", n, 50000);
	pty_end(&p);
}

static void watched(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	struct pty p;
	int ep = epoll_create1(0);
	char buf[8];

	need(!pty_mount(NULL));
	pty_pair(&p);
	ev.data.fd = p.master;
	need(!epoll_ctl(ep, EPOLL_CTL_ADD, p.master, &ev));
	CHECK_EQ("nothing yet", epoll_wait(ep, &ev, 1, 0), 0);
	pty_type(p.slave, "a");
	CHECK_EQ("an edge", epoll_wait(ep, &ev, 1, 5000), 1);
	CHECK_EQ("only one", epoll_wait(ep, &ev, 1, 50), 0);
	CHECK_EQ("read", read(p.master, buf, 8), 1);
	close(p.slave);
	CHECK_EQ("the close is an edge", epoll_wait(ep, &ev, 1, 5000), 1);
	CHECK("a hang-up", ev.events & EPOLLHUP);
	close(p.master);
	close(ep);
}

/* A raw read with MIN waits, and poll with it. */
static void minimum(void)
{
	struct termios t;
	struct pty p;
	char buf[8];

	need(!pty_mount(NULL));
	pty_pair(&p);
	need(!tcgetattr(p.slave, &t));
	cfmakeraw(&t);
	t.c_cc[VMIN] = 3;
	t.c_cc[VTIME] = 0;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	pty_type(p.master, "ab");
	need(pty_waiting(p.slave, 2));
	CHECK_EQ("two of three", pty_poll(p.slave, POLLIN, 0), 0);
	fcntl(p.slave, F_SETFL, O_NONBLOCK);
	CHECK_EQ("but O_NONBLOCK takes them", read(p.slave, buf, 8), 2);
	pty_type(p.master, "cde");
	CHECK_EQ("three", pty_poll(p.slave, POLLIN, 5000), POLLIN);
	CHECK_EQ("are read", read(p.slave, buf, 8), 3);
	CHECK_ERRNO("then EAGAIN", read(p.slave, buf, 8), EAGAIN);
	t.c_cc[VMIN] = 0;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK_EQ("MIN 0 TIME 0 reads nothing", read(p.slave, buf, 8), 0);
	t.c_cc[VTIME] = 1;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK_ERRNO("MIN 0 TIME 1 with O_NONBLOCK", read(p.slave, buf, 8),
		    EAGAIN);
	fcntl(p.slave, F_SETFL, 0);
	CHECK_EQ("without: after a while nothing", read(p.slave, buf, 8), 0);
	t.c_cc[VMIN] = 5;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	pty_type(p.master, "fg");
	CHECK_EQ("MIN 5 TIME 1 ends after a gap", read(p.slave, buf, 8), 2);
	pty_type(p.master, "hijkl");
	need(pty_waiting(p.slave, 5));
	CHECK_EQ("MIN counts no more than asked", read(p.slave, buf, 2), 2);
	pty_end(&p);
}

static void limits(void)
{
	struct pty p;
	long before = proc_number("/proc/sys/kernel/pty/nr", "");

	need(!pty_mount(NULL));
	pty_pair(&p);
	CHECK_EQ("kernel.pty.nr counts",
		 proc_number("/proc/sys/kernel/pty/nr", "") - before, 1);
	CHECK_EQ("kernel.pty.max", proc_number("/proc/sys/kernel/pty/max", ""),
		 4096);
	CHECK_EQ("kernel.pty.reserve",
		 proc_number("/proc/sys/kernel/pty/reserve", ""), 1024);
	pty_end(&p);
	CHECK_EQ("and back",
		 proc_number("/proc/sys/kernel/pty/nr", "") - before, 0);
}

static const struct test tests[] = {
	{ "names", names, 0 },
	{ "refused", refused, 0 },
	{ "instances", instances, 0 },
	{ "show", show, 0 },
	{ "transport", transport, 0 },
	{ "window", window, 0 },
	{ "master closes", master_closes, 0 },
	{ "slave closes", slave_closes, 0 },
	{ "packets", packets, 0 },
	{ "full", full, 0 },
	{ "blocking", blocking, 0 },
	{ "watched", watched, 0 },
	{ "minimum", minimum, 0 },
	{ "limits", limits, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
