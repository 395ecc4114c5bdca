/*
 * tools/initramfs/nstree.c - the tree of pid namespaces, for the shell image
 *
 * What:  nstree [-n] [-w [SECONDS]]
 *        Each pid namespace below the caller's with its processes, their
 *        numbers at every level, and what keeps the namespace alive. -w: again
 *        every SECONDS (1) until ^C; -n: no colours (there are none anyway
 *        when the output is no terminal).
 * Not:   finding out: the kernel does (/proc/nidus/pidns), and /proc/PID.
 * See:   docs/pidns.md, "Why is it still there?"
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TREE "/proc/nidus/pidns"

struct process {
	unsigned long ns;	/* inode number of its pid namespace */
	char name[64], state;
	char numbers[256];	/* from the caller's level inward */
};

struct ns {
	unsigned long ino, parent;
	char state[16];
	long init, count;
	char *holders;		/* lines, "" for none */
};

static struct process *processes;
static size_t nprocesses;
static struct ns *spaces;
static size_t nspaces;
static int colours;

static const char *colour(const char *code)
{
	return colours ? code : "";
}

#define RED colour("\033[31m")
#define GREEN colour("\033[32m")
#define YELLOW colour("\033[33m")
#define CYAN colour("\033[36m")
#define PLAIN colour("\033[0m")

static void *grow(void *array, size_t n, size_t size)
{
	if (!(n & (n - 1)))
		array = realloc(array, (n ? 2 * n : 1) * size);
	if (!array) {
		fputs("nstree: no memory\n", stderr);
		exit(1);
	}
	return array;
}

/* a whole file, to be freed; NULL: it cannot be read */
static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t len = 0, room = 4096, got;
	char *text;

	if (!f)
		return NULL;
	text = malloc(room);
	while (text && (got = fread(text + len, 1, room - len - 1, f)) > 0) {
		len += got;
		if (room - len < 2)
			text = realloc(text, room *= 2);
	}
	fclose(f);
	if (text)
		text[len] = 0;
	return text;
}

/* the number behind KEY in one line, or -1 */
static long field(const char *line, const char *key)
{
	const char *at = strstr(line, key);

	return at ? atol(at + strlen(key)) : -1;
}

/* the rest of the line behind KEY */
static void copy_line(const char *text, const char *key, char *out, size_t size)
{
	const char *at = strstr(text, key);
	size_t n;

	*out = 0;
	if (!at)
		return;
	at += strlen(key);
	while (*at == '\t')
		at++;
	n = strcspn(at, "\n");
	snprintf(out, size, "%.*s", (int)n, at);
	for (; *out; out++) {
		if (*out == '\t')
			*out = ' ';
	}
}

static void read_process(const char *nr)
{
	char path[64], link[64], letter[16];
	struct process *p;
	char *status;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/status", nr);
	status = slurp(path);
	if (!status)
		return;
	snprintf(path, sizeof(path), "/proc/%.20s/ns/pid", nr);
	n = readlink(path, link, sizeof(link) - 1);
	if (n > 0) {
		link[n] = 0;
		processes = grow(processes, nprocesses, sizeof(*processes));
		p = &processes[nprocesses++];
		p->ns = strtoul(link + strlen("pid:["), NULL, 10);
		copy_line(status, "Name:", p->name, sizeof(p->name));
		copy_line(status, "State:", letter, sizeof(letter));
		copy_line(status, "NSpid:", p->numbers, sizeof(p->numbers));
		p->state = letter[0];
	}
	free(status);
}

static void read_processes(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	nprocesses = 0;
	while (d && (e = readdir(d)) != NULL) {
		if (isdigit((unsigned char)e->d_name[0]))
			read_process(e->d_name);
	}
	if (d)
		closedir(d);
}

/* @line is a namespace's own, @end where its holders end */
static void read_space(char *line, const char *end)
{
	char *rest = strchr(line, '\n');
	const char *state = strstr(line, "state=");
	struct ns *ns;

	spaces = grow(spaces, nspaces, sizeof(*spaces));
	ns = &spaces[nspaces++];
	if (rest)
		*rest++ = 0;
	ns->ino = strtoul(line + strlen("pid:["), NULL, 10);
	ns->parent = (unsigned long)field(line, "parent=");
	ns->init = field(line, "init=");
	ns->count = field(line, "processes=");
	snprintf(ns->state, sizeof(ns->state), "%.*s",
		 state ? (int)strcspn(state + 6, " ") : 0,
		 state ? state + 6 : "");
	ns->holders = rest ? strndup(rest, (size_t)(end - rest)) : strdup("");
}

static int read_tree(void)
{
	char *text = slurp(TREE), *at, *next;

	if (!text)
		return -1;
	for (size_t i = 0; i < nspaces; i++)
		free(spaces[i].holders);
	nspaces = 0;
	for (at = text; *at; at = next) {
		next = strstr(at, "\npid:");
		next = next ? next + 1 : at + strlen(at);
		read_space(at, next);
	}
	free(text);
	return 0;
}

/* --- printing ------------------------------------------------------------ */

static void indent(int depth)
{
	printf("%*s", depth * 4, "");
}

static const char *state_colour(const struct ns *ns)
{
	if (!strcmp(ns->state, "live"))
		return GREEN;
	return !strcmp(ns->state, "dead") ? RED : YELLOW;
}

/* what a line of the kernel says, in words */
static void print_holder(const char *line, int depth)
{
	long pid = field(line, "pid="), fd = field(line, "fd=");
	long number = field(line, "number=");
	const char *on = strstr(line, " on=");

	indent(depth);
	printf("%s<- ", CYAN);
	if (!strncmp(line, "zombie", 6) && field(line, "parent="))
		printf("zombie %ld (%ld inside) waits for its parent %ld",
		       pid, number, field(line, "parent="));
	else if (!strncmp(line, "zombie", 6))
		printf("zombie %ld (%ld inside) waits for an outer parent",
		       pid, number);
	else if (!strncmp(line, "group", 5) || !strncmp(line, "session", 7))
		printf("process %ld is in %.*s %ld", pid,
		       (int)strcspn(line, " "), line, number);
	else if (!strncmp(line, "pid_for", 7))
		printf("children of %ld will be born here", pid);
	else if (!strncmp(line, "pidfd", 5))
		printf("fd %ld of %ld is a pidfd of %ld inside", fd, pid,
		       number);
	else if (!strncmp(line, "proc_fd", 7))
		printf("fd %ld of %ld is in its /proc", fd, pid);
	else if (!strncmp(line, "proc_cwd", 8))
		printf("%ld stands in its /proc", pid);
	else if (!strncmp(line, "fd", 2))
		printf("fd %ld of %ld", fd, pid);
	else if (on)
		printf("%s is mounted on %.*s where %ld lives",
		       *line == 'b' ? "its file" : "its /proc",
		       (int)strcspn(on + 4, "\n"), on + 4, pid);
	printf("%s\n", PLAIN);
}

static void print_holders(const struct ns *ns, int depth)
{
	const char *at = ns->holders;

	for (; *at; at += strcspn(at, "\n"), at += *at == '\n')
		print_holder(at + (*at == '\t'), depth);
}

static void print_processes(const struct ns *ns, int depth)
{
	for (size_t i = 0; i < nprocesses; i++) {
		const struct process *p = &processes[i];

		if (p->ns != ns->ino)
			continue;
		indent(depth);
		printf("%s%s%s  %s%s\n", p->state == 'Z' ? RED : PLAIN,
		       p->name, p->state == 'Z' ? " (zombie)" : "",
		       p->numbers, PLAIN);
	}
}

static void print_space(const struct ns *ns, int depth)
{
	indent(depth);
	printf("%spid:[%lu] %s%s, %ld process%s", state_colour(ns), ns->ino,
	       ns->state, PLAIN, ns->count, ns->count == 1 ? "" : "es");
	if (ns->init > 0)
		printf(", init %ld", ns->init);
	putchar('\n');
	print_holders(ns, depth + 1);
	print_processes(ns, depth + 1);
	for (size_t i = 0; i < nspaces; i++) {
		if (spaces[i].parent == ns->ino)
			print_space(&spaces[i], depth + 1);
	}
}

int main(int argc, char **argv)
{
	int opt, every = 0, plain = 0;

	while ((opt = getopt(argc, argv, "nw")) != -1) {
		if (opt == 'n')
			plain = 1;
		else if (opt == 'w')
			every = 1;
		else
			return 2;
	}
	if (every && optind < argc && atoi(argv[optind]) > 0)
		every = atoi(argv[optind]);
	colours = !plain && isatty(1);
	do {
		if (read_tree()) {
			perror("nstree: " TREE);
			return 1;
		}
		read_processes();
		if (every)
			fputs("\033[H\033[J", stdout);
		print_space(&spaces[0], 0);
		fflush(stdout);
		sleep((unsigned int)every);
	} while (every);
	return 0;
}
