/*
 * tests/user/tty_line.c - the line discipline of terminals
 *
 * What:  editing of lines and its echo, ends of lines and files, flags of
 *        input and output, flow control, raw reads with clocks, attributes in
 *        all layouts, flushes; all of it seen from both ends of a pair.
 * Not:   signals and sessions are in tty_jobs.c.
 * See:   termios(3), ioctl_tty(2), TCSETS(2const)
 */
#include "lib/proc.h"
#include "lib/pty.h"
#include "lib/test.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

#define TCGETS2_	0x802c542aul
#define TCSETS2_	0x402c542bul
#define TCGETA_		0x5405
#define TCSETA_		0x5406
#define TIOCGLCKTRMIOS_	0x5456
#define TIOCSLCKTRMIOS_	0x5457

struct termios2 {
	unsigned int iflag, oflag, cflag, lflag;
	unsigned char line, cc[19];
	unsigned int ispeed, ospeed;
};

struct termio_ {
	unsigned short iflag, oflag, cflag, lflag;
	unsigned char line, cc[8];
};

static struct pty p;

static void begin(void)
{
	need(!pty_mount(NULL));
	pty_pair(&p);
}

/* type; see the echo; read the line */
#define EDIT(point, typed, echo, line) do {				\
	pty_type(p.master, typed);					\
	CHECK(point ": echo", GIVES(p.master, echo));			\
	CHECK(point ": line", GIVES(p.slave, line));			\
} while (0)

static void editing(void)
{
	begin();
	EDIT("plain", "abc\n", "abc\r\n", "abc\n");
	EDIT("return", "abc\r", "abc\r\n", "abc\n");
	EDIT("erase", "abx\177c\n", "abx\b \bc\r\n", "abc\n");
	EDIT("erase nothing", "\177\177a\n", "a\r\n", "a\n");
	EDIT("kill", "abc\025x\n", "abc\b \b\b \b\b \bx\r\n", "x\n");
	EDIT("erase word", "ab cd_1  \027e\n",
	     "ab cd_1  \b \b\b \b\b \b\b \b\b \b\b \be\r\n", "ab e\n");
	EDIT("erase word with signs", "a.-\027b\n",
	     "a.-\b \b\b \b\b \bb\r\n", "b\n");
	EDIT("control characters", "a\001b\n", "a^Ab\r\n", "a\001b\n");
	EDIT("erase of one", "a\001\177b\n", "a^A\b \b\b \bb\r\n", "ab\n");
	EDIT("tab", "a\tb\n", "a\tb\r\n", "a\tb\n");
	EDIT("erase of a tab", "a\t\177b\n", "a\t\b\b\b\b\b\b\bb\r\n",
	     "ab\n");
	EDIT("erase of a tab after a tab", "\ta\t\177b\n",
	     "\ta\t\b\b\b\b\b\b\bb\r\n", "\tab\n");
	EDIT("literal next", "a\026\177b\n", "a^\b^?b\r\n", "a\177b\n");
	EDIT("literal newline", "a\026\nb\n", "a^\b^Jb\r\n", "a\nb\n");
	EDIT("literal next twice", "\026\026\n", "^\b^V\r\n", "\026\n");
	EDIT("reprint", "ab\022c\n", "ab^R\r\nabc\r\n", "abc\n");
	EDIT("high bytes", "a\303\244\177b\n", "a\303\244\b \bb\r\n",
	     "a\303b\n");
	pty_set(p.slave, (struct pty_change){ .ion = IUTF8 });
	EDIT("UTF-8", "a\303\244\177b\n", "a\303\244\b \bb\r\n", "ab\n");
	EDIT("UTF-8 before a tab", "\303\244\t\177b\n",
	     "\303\244\t\b\b\b\b\b\b\bb\r\n", "\303\244b\n");
	pty_end(&p);
}

static void echo_flags(void)
{
	begin();
	pty_set(p.slave, (struct pty_change){ .loff = ECHOE });
	EDIT("without ECHOE", "ab\177c\n", "ab^?c\r\n", "ac\n");
	EDIT("kill then", "ab\025c\n", "ab^U\r\nc\r\n", "c\n");
	pty_set(p.slave, (struct pty_change){ .loff = ECHOK });
	EDIT("kill without ECHOK", "ab\025c\n", "ab^Uc\r\n", "c\n");
	pty_set(p.slave, (struct pty_change){ .lon = ECHOE | ECHOK,
					      .loff = ECHOKE });
	EDIT("kill without ECHOKE", "ab\025c\n", "ab^U\r\nc\r\n", "c\n");
	pty_set(p.slave, (struct pty_change){ .loff = ECHOCTL });
	EDIT("without ECHOCTL", "a\001b\n", "a\001b\r\n", "a\001b\n");
	EDIT("and erase", "a\001\177b\n", "a\001b\r\n", "ab\n");
	pty_set(p.slave, (struct pty_change){ .lon = ECHOCTL | ECHOPRT });
	EDIT("ECHOPRT", "abc\177\177d\n", "abc\\cb/d\r\n", "ad\n");
	EDIT("ECHOPRT to the start", "ab\177\177d\n", "ab\\ba/d\r\n", "d\n");
	pty_set(p.slave, (struct pty_change){ .loff = ECHO | ECHOPRT });
	EDIT("without ECHO", "ab\177c\025d\n", "", "d\n");
	pty_set(p.slave, (struct pty_change){ .lon = ECHONL });
	EDIT("ECHONL", "ab\n", "\r\n", "ab\n");
	pty_set(p.slave, (struct pty_change){ .loff = IEXTEN, .lon = ECHO });
	EDIT("without IEXTEN", "ab\026c\027\n", "ab^Vc^W\r\n",
	     "ab\026c\027\n");
	pty_end(&p);
}

static void ends(void)
{
	struct termios t;
	char buf[16];

	begin();
	pty_type(p.master, "abc\004");
	CHECK("end of file sends what is there", GIVES(p.slave, "abc"));
	pty_type(p.master, "\004");
	CHECK_EQ("or gives the end", read(p.slave, buf, 16), 0);
	pty_type(p.master, "abc\004def\n");
	need(pty_waiting(p.slave, 7));
	CHECK_EQ("an exact read", read(p.slave, buf, 3), 3);
	CHECK_EQ("uses it up", read(p.slave, buf, 16), 4);
	pty_type(p.master, "abc\004def\n");
	need(pty_waiting(p.slave, 7));
	CHECK_EQ("a shorter one", read(p.slave, buf, 2), 2);
	CHECK_EQ("does not", read(p.slave, buf, 16), 1);
	CHECK_EQ("and then", read(p.slave, buf, 16), 4);
	pty_type(p.master, "one\ntwo\n");
	need(pty_waiting(p.slave, 8));
	CHECK_EQ("one line a read", read(p.slave, buf, 16), 4);
	CHECK_EQ("the next", read(p.slave, buf, 16), 4);
	pty_type(p.master, "abcdef\n");
	need(pty_waiting(p.slave, 7));
	CHECK_EQ("a part", read(p.slave, buf, 4), 4);
	CHECK_EQ("and the rest", read(p.slave, buf, 16), 3);
	need(!tcgetattr(p.slave, &t));
	t.c_cc[VEOL] = ';';
	t.c_cc[VEOL2] = '!';
	need(!tcsetattr(p.slave, TCSANOW, &t));
	pty_type(p.master, "a;b!c\n");
	need(pty_waiting(p.slave, 6));
	CHECK("VEOL", read(p.slave, buf, 16) == 2 && buf[1] == ';');
	CHECK("VEOL2", read(p.slave, buf, 16) == 2 && buf[1] == '!');
	CHECK("newline still", read(p.slave, buf, 16) == 2 && buf[1] == '\n');
	t.c_cc[VERASE] = 0;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK_EQ("a 0 is no character", write(p.master, "a\0b\n", 4), 4);
	CHECK("that erases", GIVES(p.slave, "a\0b\n"));
	pty_type(p.master, "not done");
	CHECK_EQ("FIONREAD counts whole lines",
		 (pty_gives(p.master, "", 0), pty_waiting(p.slave, 0)), 1);
	CHECK_EQ("poll too", pty_poll(p.slave, POLLIN, 0), 0);
	t.c_lflag &= ~(tcflag_t)ICANON;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK("raw: all of it", GIVES(p.slave, "not done"));
	pty_type(p.master, "raw");
	need(pty_waiting(p.slave, 3));
	t.c_lflag |= ICANON;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK("what was raw is a line", GIVES(p.slave, "raw"));
	pty_end(&p);
}

static void long_lines(void)
{
	static char line[5001], got[5000];
	ssize_t n;

	begin();
	pty_set(p.slave, (struct pty_change){ .loff = ECHO });
	memset(line, 'a', 5000);
	line[4999] = 'z';
	fcntl(p.master, F_SETFL, O_NONBLOCK);
	for (size_t at = 0; at < 5000;) {
		n = write(p.master, line + at, 5000 - at);
		if (n > 0)
			at += (size_t)n;
		else
			poll(NULL, 0, 10);
	}
	CHECK_EQ("5000 characters without an end",
		 pty_poll(p.slave, POLLIN, 50), 0);
	pty_type(p.master, "\n");
	need(pty_poll(p.slave, POLLIN, 5000) == POLLIN);
	CHECK_EQ("4095 and the end", read(p.slave, got, 5000), 4096);
	CHECK("the first ones", got[4094] == 'a' && got[4095] == '\n');
	CHECK_EQ("nothing else", pty_poll(p.slave, POLLIN, 50), 0);
	memset(line, 'b', 4100);
	line[4100] = '\0';
	pty_type(p.master, line);
	pty_type(p.master, "\177\177\n");
	need(pty_poll(p.slave, POLLIN, 5000) == POLLIN);
	n = read(p.slave, got, 5000);
	CHECK_EQ("a full line can still be edited", n, 4094);
	pty_end(&p);
}

static void input_flags(void)
{
	begin();
	pty_set(p.slave, (struct pty_change){ .loff = ECHO });
	pty_set(p.slave, (struct pty_change){ .ion = IGNCR });
	EDIT("IGNCR", "a\rb\n", "", "ab\n");
	pty_set(p.slave, (struct pty_change){ .ioff = IGNCR | ICRNL });
	EDIT("without ICRNL", "a\rb\n", "", "a\rb\n");
	pty_set(p.slave, (struct pty_change){ .ion = INLCR });
	pty_type(p.master, "a\nb\004");
	CHECK("INLCR", GIVES(p.slave, "a\rb"));
	pty_set(p.slave, (struct pty_change){ .ioff = INLCR, .ion = ISTRIP });
	EDIT("ISTRIP", "a\341\n", "", "aa\n");
	pty_set(p.slave, (struct pty_change){ .ioff = ISTRIP, .ion = IUCLC });
	EDIT("IUCLC", "aBC\n", "", "abc\n");
	pty_set(p.slave, (struct pty_change){ .ioff = IUCLC, .ion = PARMRK });
	EDIT("PARMRK", "a\377b\n", "", "a\377\377b\n");
	pty_set(p.slave, (struct pty_change){ .lon = EXTPROC });
	pty_type(p.master, "a\177\r\003\n");
	CHECK("EXTPROC: nothing is done", GIVES(p.slave, "a\177\r\003\n"));
	pty_end(&p);
}

static void output_flags(void)
{
	begin();
	pty_type(p.slave, "a\tb\n");
	CHECK("as usual", GIVES(p.master, "a\tb\r\n"));
	pty_set(p.slave, (struct pty_change){ .ooff = TABDLY, .oon = XTABS });
	pty_type(p.slave, "abc\tb\n");
	CHECK("XTABS", GIVES(p.master, "abc     b\r\n"));
	pty_type(p.slave, "ab\bc\td\n");
	CHECK("a backspace takes a column", GIVES(p.master,
						  "ab\bc      d\r\n"));
	pty_set(p.slave, (struct pty_change){ .oon = OLCUC });
	pty_type(p.slave, "aBc\n");
	CHECK("OLCUC", GIVES(p.master, "ABC\r\n"));
	pty_set(p.slave, (struct pty_change){ .ooff = OLCUC, .oon = OCRNL });
	pty_type(p.slave, "a\rb\n");
	CHECK("OCRNL", GIVES(p.master, "a\nb\r\n"));
	pty_set(p.slave, (struct pty_change){ .ooff = OCRNL, .oon = ONOCR });
	pty_type(p.slave, "\ra\rb\n");
	CHECK("ONOCR", GIVES(p.master, "a\rb\r\n"));
	pty_set(p.slave, (struct pty_change){ .ooff = ONLCR | ONOCR });
	pty_type(p.slave, "a\nb\t");
	CHECK("without ONLCR the column stays", GIVES(p.master, "a\nb      "));
	pty_set(p.slave, (struct pty_change){ .ooff = OPOST });
	pty_type(p.slave, "a\n\tb\r\n");
	CHECK("without OPOST", GIVES(p.master, "a\n\tb\r\n"));
	pty_end(&p);
}

static void flow(void)
{
	char buf[8];

	begin();
	pty_type(p.master, "\023");
	need(pty_waiting(p.slave, 0));
	CHECK("a stop is not echoed", pty_silent(p.master));
	fcntl(p.slave, F_SETFL, O_NONBLOCK);
	CHECK_ERRNO("output is stopped", write(p.slave, "abc", 3), EAGAIN);
	CHECK_EQ("poll says so", pty_poll(p.slave, POLLOUT, 0), 0);
	pty_type(p.master, "x");
	CHECK("echo waits too", pty_silent(p.master));
	pty_type(p.master, "\021");
	CHECK("until the start", GIVES(p.master, "x"));
	CHECK_EQ("writable", pty_poll(p.slave, POLLOUT, 5000), POLLOUT);
	pty_type(p.slave, "abc");
	CHECK("output goes on", GIVES(p.master, "abc"));
	CHECK_OK("TCOOFF", tcflow(p.slave, TCOOFF));
	CHECK_ERRNO("stops", write(p.slave, "abc", 3), EAGAIN);
	pty_type(p.master, "\021");
	pty_silent(p.master);
	CHECK_ERRNO("^Q does not help", write(p.slave, "abc", 3), EAGAIN);
	CHECK_OK("TCOON", tcflow(p.slave, TCOON));
	CHECK_EQ("does", write(p.slave, "abc", 3), 3);
	CHECK("all is there", GIVES(p.master, "abc"));
	pty_type(p.master, "\025\023");
	pty_silent(p.master);
	pty_set(p.slave, (struct pty_change){ .ioff = IXON });
	CHECK_EQ("without IXON nothing is stopped", write(p.slave, "d", 1), 1);
	need(read(p.master, buf, 8) > 0);
	pty_set(p.slave, (struct pty_change){ .ion = IXON | IXANY });
	pty_type(p.master, "\023");
	pty_silent(p.master);
	CHECK_ERRNO("stopped", write(p.slave, "d", 1), EAGAIN);
	pty_type(p.master, "y");
	CHECK("IXANY: any character starts", GIVES(p.master, "y"));
	CHECK_OK("TCIOFF", tcflow(p.slave, TCIOFF));
	CHECK("sends a stop", GIVES(p.master, "\023"));
	CHECK_OK("TCION", tcflow(p.slave, TCION));
	CHECK("and a start", GIVES(p.master, "\021"));
	CHECK_ERRNO("another action", ioctl(p.slave, TCXONC, 4), EINVAL);
	pty_end(&p);
}

static void flushes(void)
{
	begin();
	pty_set(p.slave, (struct pty_change){ .loff = ECHO });
	pty_type(p.master, "typed\n");
	need(pty_waiting(p.slave, 6));
	CHECK_OK("TCIFLUSH", tcflush(p.slave, TCIFLUSH));
	CHECK("drops what was typed", pty_waiting(p.slave, 0));
	pty_type(p.slave, "shown");
	need(pty_waiting(p.master, 5));
	CHECK_OK("TCOFLUSH", tcflush(p.slave, TCOFLUSH));
	CHECK("keeps what has arrived", GIVES(p.master, "shown"));
	pty_type(p.slave, "shown");
	need(pty_waiting(p.master, 5));
	CHECK_OK("the master's TCIFLUSH", tcflush(p.master, TCIFLUSH));
	CHECK("drops it", pty_waiting(p.master, 0));
	CHECK_ERRNO("another queue", ioctl(p.slave, TCFLSH, 3), EINVAL);
	pty_type(p.master, "typed\n");
	need(pty_waiting(p.slave, 6));
	pty_set(p.slave, (struct pty_change){ .lon = ECHO });
	CHECK("TCSANOW keeps input", pty_waiting(p.slave, 6));
	{
		struct termios t;

		need(!tcgetattr(p.slave, &t));
		need(!tcsetattr(p.slave, TCSADRAIN, &t));
		CHECK("TCSADRAIN too", pty_waiting(p.slave, 6));
		need(!tcsetattr(p.slave, TCSAFLUSH, &t));
		CHECK("TCSAFLUSH does not", pty_waiting(p.slave, 0));
	}
	CHECK_OK("tcdrain", tcdrain(p.slave));
	CHECK_OK("tcsendbreak", tcsendbreak(p.slave, 0));
	{
		int n = -1;

		need(!ioctl(p.slave, TIOCOUTQ, &n));
		CHECK_EQ("nothing is on its way", n, 0);
		n = -1;
		need(!ioctl(p.slave, TIOCGETD, &n));
		CHECK_EQ("discipline 0", n, 0);
		CHECK_OK("may be set", ioctl(p.slave, TIOCSETD, &n));
	}
	CHECK_ERRNO("no modem lines", ioctl(p.slave, TIOCMGET, &p), ENOTTY);
	CHECK_ERRNO("an unknown request", ioctl(p.slave, 0x5480, 0), ENOTTY);
	pty_end(&p);
}

static long ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000 +
	       (now.tv_nsec - start->tv_nsec) / 1000000;
}

static int late_typist(void *arg)
{
	(void)arg;
	close(p.slave);
	poll(NULL, 0, 300);
	pty_type(p.master, "a");
	poll(NULL, 0, 100);
	pty_type(p.master, "b");
	poll(NULL, 0, 1500);
	pty_type(p.master, "c");
	return 0;
}

static void clocks(void)
{
	struct timespec start;
	struct termios t;
	char buf[8];
	pid_t pid;

	begin();
	need(!tcgetattr(p.slave, &t));
	cfmakeraw(&t);
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 3;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	clock_gettime(CLOCK_MONOTONIC, &start);
	CHECK_EQ("MIN 0 TIME 3: nothing", read(p.slave, buf, 8), 0);
	CHECK("after 300 ms", ms_since(&start) >= 290);
	t.c_cc[VMIN] = 4;
	t.c_cc[VTIME] = 6;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	pid = child_start(late_typist, NULL);
	clock_gettime(CLOCK_MONOTONIC, &start);
	CHECK_EQ("MIN 4 TIME 6: two of four", read(p.slave, buf, 8), 2);
	CHECK("the clock starts with a character", ms_since(&start) >= 980);
	t.c_cc[VTIME] = 0;
	t.c_cc[VMIN] = 1;
	need(!tcsetattr(p.slave, TCSANOW, &t));
	CHECK_EQ("MIN 1: waits", read(p.slave, buf, 8), 1);
	CHECK_EQ("for the third", buf[0], 'c');
	reap(pid);
	pty_end(&p);
}

static void attributes(void)
{
	struct termios2 a, b;
	struct termio_ old;
	struct termios t;

	begin();
	need(!ioctl(p.slave, TCGETS2_, &a));
	CHECK("speeds", a.ispeed == 38400 && a.ospeed == 38400);
	a.cflag = (a.cflag & ~(unsigned)CBAUD) | B9600;
	need(!ioctl(p.slave, TCSETS2_, &a));
	need(!ioctl(p.slave, TCGETS2_, &b));
	CHECK("by code", b.ispeed == 9600 && b.ospeed == 9600);
	a.cflag = (a.cflag & ~(unsigned)CBAUD) | 0010000;
	a.ospeed = 12345;
	need(!ioctl(p.slave, TCSETS2_, &a));
	need(!ioctl(p.slave, TCGETS2_, &b));
	CHECK("any speed", b.ispeed == 12345 && b.ospeed == 12345);
	need(!tcgetattr(p.slave, &t));
	need(!tcsetattr(p.slave, TCSANOW, &t));
	need(!ioctl(p.slave, TCGETS2_, &b));
	CHECK("stays with the old layout", b.ospeed == 12345);
	need(!ioctl(p.slave, TCGETA_, &old));
	CHECK("TCGETA", old.lflag == (unsigned short)b.lflag &&
	      old.cc[0] == 3);
	old.cc[0] = 7;
	old.lflag &= (unsigned short)~ECHO;
	need(!ioctl(p.slave, TCSETA_, &old));
	need(!ioctl(p.slave, TCGETS2_, &b));
	CHECK("TCSETA", b.cc[0] == 7 && !(b.lflag & ECHO) &&
	      b.cc[10] == 032);
	memset(&t, 0, sizeof(t));
	t.c_lflag = ICANON;
	CHECK_OK("TIOCSLCKTRMIOS", ioctl(p.slave, TIOCSLCKTRMIOS_, &t));
	a.lflag = 0;
	need(!ioctl(p.slave, TCSETS2_, &a));
	need(!ioctl(p.slave, TCGETS2_, &b));
	CHECK_EQ("a locked flag stays", b.lflag, ICANON);
	memset(&t, 0xff, sizeof(t));
	need(!ioctl(p.slave, TIOCGLCKTRMIOS_, &t));
	CHECK_EQ("TIOCGLCKTRMIOS", t.c_lflag, ICANON);
	CHECK_ERRNO("EFAULT", ioctl(p.slave, TCSETS, 8), EFAULT);
	CHECK_ERRNO("EFAULT of get", ioctl(p.slave, TCGETS, 8), EFAULT);
	pty_end(&p);
}

static void injected(void)
{
	int n = -1;

	begin();
	pty_set(p.slave, (struct pty_change){ .loff = ECHO });
	CHECK_OK("TIOCSTI", ioctl(p.slave, TIOCSTI, "x"));
	CHECK_OK("again", ioctl(p.slave, TIOCSTI, "\n"));
	CHECK("is typed", GIVES(p.slave, "x\n"));
	CHECK_OK("TIOCEXCL", ioctl(p.slave, TIOCEXCL));
	need(!ioctl(p.slave, 0x80045440, &n));
	CHECK_EQ("TIOCGEXCL", n, 1);
	if (!fork()) {
		become_user();
		_exit(ioctl(p.slave, TIOCSTI, "x") == -1 && errno == EIO ?
		      0 : 1);
	}
	CHECK_EQ("TIOCSTI is root's", reap(-1), 0);
	if (!fork()) {
		need(!chmod(p.name, 0666));
		become_user();
		_exit(open(p.name, O_RDWR | O_NOCTTY) == -1 &&
		      errno == EBUSY ? 0 : 1);
	}
	CHECK_EQ("nobody else opens it", reap(-1), 0);
	CHECK_OK("TIOCNXCL", ioctl(p.slave, TIOCNXCL));
	pty_end(&p);
}

static const struct test tests[] = {
	{ "editing", editing, 0 },
	{ "echo flags", echo_flags, 0 },
	{ "ends", ends, 0 },
	{ "long lines", long_lines, 0 },
	{ "input flags", input_flags, 0 },
	{ "output flags", output_flags, 0 },
	{ "flow", flow, 0 },
	{ "flushes", flushes, 0 },
	{ "clocks", clocks, 0 },
	{ "attributes", attributes, 0 },
	{ "injected", injected, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
