/*
 * kernel/sys/strace_text.c - a system call in the words of strace
 *
 * What:  arguments and results as text. What the call fills in (a buffer, a
 *        status, a pair of descriptors) is shown when it is over.
 * Locks: none; it concerns the current thread. User memory is read.
 * Not:   when it is printed (strace.c); names (strace_names.c).
 * See:   strace(1); strace_names.c for the letters of a signature
 */
#include "strace.h"

#include <lib/ctype.h>
#include <lib/string.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>
#include <uapi/kdev.h>
#include <uapi/resource.h>
#include <uapi/signal.h>
#include <uapi/stat.h>
#include <uapi/time.h>
#include <uapi/wait.h>
#include <vm/uaccess.h>

#define TEXT_MAX 32u		/* characters of a string, as strace shows */
#define WORDS_MAX 8u		/* arguments of a program */

static void show_pointer(struct seq_buf *s, u64 p)
{
	if (p)
		seq_printf(s, "0x%lx", p);
	else
		seq_puts(s, "NULL");
}

static void show_char(struct seq_buf *s, u8 c)
{
	static const char escapes[] = "\"\"\\\\\nn\tt\rr\vv\ff";

	for (const char *e = escapes; *e; e += 2) {
		if (c == (u8)e[0]) {
			seq_printf(s, "\\%c", e[1]);
			return;
		}
	}
	if (c >= ' ' && c < 0x7f)
		seq_putc(s, (char)c);
	else
		seq_printf(s, "\\%o", c);
}

static void show_buffer(struct seq_buf *s, uptr_t p, size_t len)
{
	u8 text[TEXT_MAX];
	size_t n = min(len, sizeof(text));

	if (!p || copy_from_user(text, p, n)) {
		show_pointer(s, p);
		return;
	}
	seq_putc(s, '"');
	for (size_t i = 0; i < n; i++)
		show_char(s, text[i]);
	seq_puts(s, len > n ? "\"..." : "\"");
}

/* Paths are shown whole. */
static void show_string(struct seq_buf *s, uptr_t p)
{
	char text[256];
	ssize_t n = p ? copy_string_from_user(text, p, sizeof(text)) : -EFAULT;

	if (n == -EFAULT) {
		show_pointer(s, p);
		return;
	}
	seq_putc(s, '"');
	for (size_t i = 0; i < (n < 0 ? sizeof(text) : (size_t)n); i++)
		show_char(s, (u8)text[i]);
	seq_puts(s, n < 0 ? "\"..." : "\"");
}

static void show_words(struct seq_buf *s, uptr_t p)
{
	u64 word;

	seq_putc(s, '[');
	for (u32 i = 0; !get_user_u64(&word, p + i * 8) && word; i++) {
		seq_puts(s, i ? ", " : "");
		if (i == WORDS_MAX) {
			seq_puts(s, "...");
			break;
		}
		show_string(s, word);
	}
	seq_putc(s, ']');
}

static void show_environment(struct seq_buf *s, uptr_t p)
{
	u64 word;
	u32 n = 0;

	show_pointer(s, p);
	while (p && !get_user_u64(&word, p + n * 8ul) && word)
		n++;
	if (p)
		seq_printf(s, " /* %u vars */", n);
}

static void show_signal_name(struct seq_buf *s, u32 sig)
{
	const char *name = strace_signal(sig);

	if (name)
		seq_puts(s, name);
	else
		seq_printf(s, "RT_%u", sig - SIGSYS - 1);
}

static void show_signal(struct seq_buf *s, u64 sig)
{
	if (!sig || sig > NSIG) {
		seq_printf(s, "%d", (int)sig);
		return;
	}
	seq_puts(s, "SIG");
	show_signal_name(s, (u32)sig);
}

static void show_flags(struct seq_buf *s, char kind, u64 value)
{
	const struct strace_flag *f = strace_flags(kind);
	bool any = false;
	u64 rest = value;

	for (; f->name; f++) {
		u64 mask = f->mask ? f->mask : f->bits;

		/* A flag of no bits stands for none at all. */
		if (mask ? (value & mask) != f->bits : value != 0)
			continue;
		seq_printf(s, "%s%s", any ? "|" : "", f->name);
		any = true;
		rest &= ~mask;
	}
	if (rest && any)
		seq_printf(s, "|0x%lx", rest);
	else if (!any && rest)
		seq_printf(s, "0x%lx", rest);
	else if (!any)
		seq_putc(s, '0');
}

/* The low byte is the signal at the child's end. */
static void show_clone_flags(struct seq_buf *s, u64 value)
{
	u64 sig = value & 0xff;

	if (value & ~0xfful || !sig)
		show_flags(s, 'C', value & ~0xfful);
	if (value & ~0xfful && sig)
		seq_putc(s, '|');
	if (sig)
		show_signal(s, sig);
}

static void show_set(struct seq_buf *s, uptr_t p)
{
	const char *before = "";
	u64 set;

	if (!p || get_user_u64(&set, p)) {
		show_pointer(s, p);
		return;
	}
	/* With the last one it will be most of them: say which are missing. */
	if (set & 1ul << (NSIG - 1)) {
		seq_putc(s, '~');
		set = ~set;
	}
	seq_putc(s, '[');
	for (u32 sig = 1; sig <= NSIG; sig++) {
		if (!(set & 1ul << (sig - 1)))
			continue;
		seq_puts(s, before);
		show_signal_name(s, sig);
		before = " ";
	}
	seq_putc(s, ']');
}

static void show_action(struct seq_buf *s, uptr_t p)
{
	struct k_sigaction a;

	if (!p || copy_from_user(&a, p, sizeof(a))) {
		show_pointer(s, p);
		return;
	}
	seq_puts(s, "{sa_handler=");
	if (a.handler <= 1)
		seq_puts(s, a.handler ? "SIG_IGN" : "SIG_DFL");
	else
		show_pointer(s, a.handler);
	seq_puts(s, ", sa_mask=");
	show_set(s, p + offsetof(struct k_sigaction, mask));
	seq_puts(s, ", sa_flags=");
	show_flags(s, 'K', a.flags);
	if (a.flags & SA_RESTORER)
		seq_printf(s, ", sa_restorer=0x%lx", a.restorer);
	seq_putc(s, '}');
}

static void show_time(struct seq_buf *s, uptr_t p)
{
	struct timespec t;

	if (!p || copy_from_user(&t, p, sizeof(t)))
		show_pointer(s, p);
	else
		seq_printf(s, "{tv_sec=%ld, tv_nsec=%ld}", (long)t.tv_sec,
			   (long)t.tv_nsec);
}

static void show_status(struct seq_buf *s, uptr_t p)
{
	u32 status;

	if (!p || get_user_u32(&status, p)) {
		show_pointer(s, p);
		return;
	}
	if (WIFEXITED(status)) {
		seq_printf(s, "[{WIFEXITED(s) && WEXITSTATUS(s) == %u}]",
			   WEXITSTATUS(status));
		return;
	}
	seq_puts(s, WIFSTOPPED(status) ? "[{WIFSTOPPED(s) && WSTOPSIG(s) == " :
		 "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
	show_signal(s, WIFSTOPPED(status) ? WSTOPSIG(status) :
					    WTERMSIG(status));
	seq_puts(s, "}]");
}

static void show_stat(struct seq_buf *s, uptr_t p)
{
	static const char *const types[16] = {
		[1] = "FIFO", [2] = "CHR", [4] = "DIR", [6] = "BLK",
		[8] = "REG", [10] = "LNK", [12] = "SOCK",
	};
	struct stat st;
	const char *type;

	if (!p || copy_from_user(&st, p, sizeof(st))) {
		show_pointer(s, p);
		return;
	}
	type = types[st.st_mode >> 12 & 15];
	seq_printf(s, "{st_mode=S_IF%s|0%o, ", type ? type : "?",
		   st.st_mode & 07777);
	if (st.st_rdev)
		seq_printf(s, "st_rdev=makedev(0x%lx, 0x%lx), ...}",
			   (u64)DEV_MAJOR(st.st_rdev),
			   (u64)DEV_MINOR(st.st_rdev));
	else
		seq_printf(s, "st_size=%ld, ...}", (long)st.st_size);
}

static void show_bound(struct seq_buf *s, u64 bound)
{
	if (bound == RLIM_INFINITY)
		seq_puts(s, "RLIM64_INFINITY");
	else if (bound > 1024 && !(bound & 1023))
		seq_printf(s, "%lu*1024", bound / 1024);
	else
		seq_printf(s, "%lu", bound);
}

static void show_limit(struct seq_buf *s, uptr_t p)
{
	u64 limit[2];

	if (!p || copy_from_user(limit, p, sizeof(limit))) {
		show_pointer(s, p);
		return;
	}
	seq_puts(s, "{rlim_cur=");
	show_bound(s, limit[0]);
	seq_puts(s, ", rlim_max=");
	show_bound(s, limit[1]);
	seq_putc(s, '}');
}

static void show_pair(struct seq_buf *s, uptr_t p)
{
	u32 fd[2];

	if (copy_from_user(fd, p, sizeof(fd)))
		show_pointer(s, p);
	else
		seq_printf(s, "[%d, %d]", (int)fd[0], (int)fd[1]);
}

/* The argument of a command of fcntl, if it has one. */
static void show_fcntl(struct seq_buf *s, u64 cmd, u64 arg)
{
	if (cmd == F_SETFD)
		seq_puts(s, arg & 1 ? "FD_CLOEXEC" : "0");
	else if (cmd == F_SETFL)
		show_flags(s, 'O', arg);
	else if (cmd >= F_GETLK && cmd <= F_SETLKW)
		show_pointer(s, arg);
	else
		seq_printf(s, "%d", (int)arg);
}

static bool is_left_out(const struct strace_call *c, char kind, u32 i)
{
	if (kind == 'n')
		return c->arg[i - 1] == F_GETFD || c->arg[i - 1] == F_GETFL;
	if (kind == 'c')
		return !(c->arg[i - 1] & O_CREAT);
	return false;
}

static void show_in(struct strace_call *c, char kind, u32 i)
{
	struct seq_buf *s = &c->text;
	u64 v = c->arg[i];

	switch (kind) {
	case 'd': seq_printf(s, "%d", (int)v); break;
	case 'u': seq_printf(s, "%lu", v); break;
	case 'x': seq_printf(s, v ? "0x%lx" : "%lu", v); break;
	case 'o': case 'c': seq_printf(s, "0%lo", v & 07777); break;
	case 's': show_string(s, v); break;
	case 'b': show_buffer(s, v, c->arg[i + 1]); break;
	case 'v': show_words(s, v); break;
	case 'e': show_environment(s, v); break;
	case 'g': show_signal(s, v); break;
	case 'k': show_clone_flags(s, v); break;
	case 'n': show_fcntl(s, c->arg[i - 1], v); break;
	case 'm': show_set(s, v); break;
	case 'i': show_action(s, v); break;
	case 't': show_time(s, v); break;
	case 'r': show_limit(s, v); break;
	case 'a':
		if ((int)v == AT_FDCWD)
			seq_puts(s, "AT_FDCWD");
		else
			seq_printf(s, "%d", (int)v);
		break;
	default:
		if (strace_flags(kind))
			show_flags(s, kind, v);
		else
			show_pointer(s, v);
	}
}

/* What a call that did not fail has left there. */
static void show_out(struct strace_call *c, char kind, u32 i, long ret)
{
	struct seq_buf *s = &c->text;
	uptr_t v = c->arg[i];

	if (ret < 0) {
		show_pointer(s, v);
		return;
	}
	switch (kind) {
	case '1': show_buffer(s, v, (size_t)ret); break;
	case '2': show_pair(s, v); break;
	case '3':
		if (ret)
			show_status(s, v);
		else
			show_pointer(s, v);
		break;
	case '4': show_stat(s, v); break;
	case '5': show_string(s, v); break;
	case '6': show_time(s, v); break;
	case '7': show_set(s, v); break;
	case '8': show_action(s, v); break;
	case '9': show_limit(s, v); break;
	default: show_pointer(s, v);
	}
}

static const char *signature_of(const struct strace_call *c)
{
	const char *sig = strace_signature(c->nr);

	return sig ? sig : &"pppppp"[6 - c->nargs];
}

static void show_comma(struct strace_call *c, u32 i)
{
	if (i)
		seq_puts(&c->text, ", ");
}

bool strace_show_enter(struct strace_call *c)
{
	const char *sig = signature_of(c);
	u32 i;

	seq_printf(&c->text, "%s(", c->name);
	for (i = 0; sig[i] && !strchr("!=0123456789", sig[i]); i++) {
		if (is_left_out(c, sig[i], i))
			continue;
		show_comma(c, i);
		show_in(c, sig[i], i);
	}
	c->shown = i;
	if (char_is_digit(sig[i]))
		show_comma(c, i);
	if (sig[i] != '!')
		return false;
	seq_puts(&c->text, ") = ?");
	return true;
}

static void show_result(struct strace_call *c, long ret, bool address)
{
	const char *name;

	if (ret >= -4095 && ret < 0) {
		name = strace_errno((u32)-ret);
		seq_printf(&c->text, ") = %s %s",
			   ret <= -ERESTARTSYS ? "?" : "-1",
			   name ? name : "E?");
		return;
	}
	seq_puts(&c->text, ") = ");
	if (address)
		seq_printf(&c->text, "0x%lx", (u64)ret);
	else
		seq_printf(&c->text, "%ld", ret);
}

void strace_show_leave(struct strace_call *c, long ret)
{
	const char *sig = signature_of(c);

	u32 i;

	for (i = c->shown; sig[i] && sig[i] != '='; i++) {
		if (is_left_out(c, sig[i], i))
			continue;
		if (i > c->shown)
			show_comma(c, i);
		if (char_is_digit(sig[i]))
			show_out(c, sig[i], i, ret);
		else
			show_in(c, sig[i], i);
	}
	show_result(c, ret, sig[i] == '=');
}
