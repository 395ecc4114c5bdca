/*
 * tests/user/exec_script.c - executing scripts
 *
 * What:  the first line of a script, its one argument, scripts whose
 *        interpreter is a script, and lines that are refused.
 * See:   execve(2), "Interpreter scripts"
 */
#include "lib/image.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *self;

/* run a script with two arguments and the expected words in the environment */
static int run(const char *path, const char *expected)
{
	char *argv[] = { "ignored", "one", "two words", NULL };
	char *envp[] = { (char *)expected, NULL };
	pid_t pid = fork();

	need(pid >= 0);
	if (!pid) {
		execve(path, argv, envp);
		_exit(128 + errno);
	}
	return reap(pid);
}

/* a script of this text with the program's path in place of @ */
static const char *script(const char *path, const char *text)
{
	char buf[1024];
	const char *at = strchr(text, '@');

	if (at)
		snprintf(buf, sizeof(buf), "%.*s%s%s", (int)(at - text), text,
			 self, at + 1);
	else
		snprintf(buf, sizeof(buf), "%s", text);
	unlink(path);
	file_make(path, buf, 0755);
	return path;
}

/* the interpreter: its arguments, joined by |, are the environment's word */
static int interpret(int argc, char **argv, char **envp)
{
	char joined[1024] = "";

	for (int i = 1; i < argc; i++) {
		strcat(joined, argv[i]);
		strcat(joined, "|");
	}
	return strcmp(joined, envp[0]) ? 1 : 0;
}

static void first_lines(void)
{
	CHECK_STATUS("no argument",
		     run(script("./s", "#!@\nrest"), "./s|one|two words|"),
		     EXITED(0));
	CHECK_STATUS("one argument",
		     run(script("./s", "#!@ -a\nrest"),
			 "-a|./s|one|two words|"), EXITED(0));
	CHECK_STATUS("several words are one argument",
		     run(script("./s", "#!@ -a b  c\n"),
			 "-a b  c|./s|one|two words|"), EXITED(0));
	CHECK_STATUS("blanks around are dropped",
		     run(script("./s", "#! \t @ \t -a \t\n"),
			 "-a|./s|one|two words|"), EXITED(0));
	CHECK_STATUS("no newline at the end",
		     run(script("./s", "#!@ -a"), "-a|./s|one|two words|"),
		     EXITED(0));
	CHECK_STATUS("the path is given as it was used",
		     run(script("t", "#!@ -a\n"), "-a|t|one|two words|"),
		     EXITED(0));
}

static void refused(void)
{
	char text[400];

	CHECK_STATUS("no interpreter", exec_status(script("s", "#!\n")),
		     EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("blanks only", exec_status(script("s", "#!  \t \n")),
		     EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("a missing one",
		     exec_status(script("s", "#!/gone/missing\n")),
		     EXEC_FAILED(ENOENT));
	file_make("plain", "text", 0644);
	CHECK_STATUS("one that may not be executed",
		     exec_status(script("s", "#!./plain\n")),
		     EXEC_FAILED(EACCES));
	file_make("text", "text", 0755);
	CHECK_STATUS("one that is no program",
		     exec_status(script("s", "#!./text\n")),
		     EXEC_FAILED(ENOEXEC));
	CHECK_STATUS("a directory", exec_status(script("s", "#!/\n")),
		     EXEC_FAILED(EACCES));
	need(!chmod("s", 0644));
	CHECK_STATUS("a script that may not be executed", exec_status("s"),
		     EXEC_FAILED(EACCES));
	memset(text, 'i', 300);
	memcpy(text, "#!/", 3);
	strcpy(text + 300, "\n");
	CHECK_STATUS("an interpreter's name beyond 256 bytes",
		     exec_status(script("s", text)), EXEC_FAILED(ENOEXEC));
}

/* an argument is cut where 256 bytes of the file end */
static void long_line(void)
{
	char text[400], expected[400];
	int used = snprintf(text, sizeof(text), "#!%s ", self);

	memset(text + used, 'a', 300 - used);
	strcpy(text + 300, "\n");
	memset(expected, 'a', sizeof(expected));
	strcpy(expected + 255 - used, "|./s|one|two words|");
	unlink("./s");
	file_make("./s", text, 0755);
	CHECK_STATUS("a long argument is cut to 255 bytes of line",
		     run("./s", expected), EXITED(0));
}

static void nested(void)
{
	char name[16], text[64], expected[256] = "-a|";

	script("./s1", "#!@ -a\n");
	for (int i = 2; i <= 6; i++) {
		snprintf(name, sizeof(name), "./s%d", i);
		snprintf(text, sizeof(text), "#!./s%d -%d\n", i - 1, i);
		file_make(name, text, 0755);
	}
	CHECK_STATUS("a script as interpreter",
		     run("./s2", "-a|./s1|-2|./s2|one|two words|"),
		     EXITED(0));
	for (int i = 1; i <= 5; i++) {
		snprintf(text, sizeof(text), i == 5 ? "./s%d|" : "./s%d|-%d|",
			 i, i + 1);
		strcat(expected, text);
	}
	strcat(expected, "one|two words|");
	CHECK_STATUS("five scripts deep", run("./s5", expected), EXITED(0));
	CHECK_STATUS("six are ELOOP", run("./s6", ""), EXEC_FAILED(ELOOP));
	CHECK_STATUS("and so is one that runs itself",
		     run(script("./self", "#!./self\n"), ""),
		     EXEC_FAILED(ELOOP));
}

static void through_descriptors(void)
{
	char *none[] = { NULL };
	int fd;

	script("s", "#!@\n");
	fd = open("s", O_RDONLY | O_CLOEXEC);
	if (!fork())
		_exit(-sys(SYS_execveat, fd, P(""), P(none), P(none),
			   AT_EMPTY_PATH));
	CHECK_EXIT("a descriptor that exec closes is ENOENT", -1, ENOENT);
}

static const struct test tests[] = {
	{ "first line", first_lines, 0 },
	{ "refused", refused, 0 },
	{ "long line", long_line, 0 },
	{ "nested", nested, 0 },
	{ "descriptor", through_descriptors, 0 },
};

int main(int argc, char **argv, char **envp)
{
	if (argc > 1)
		return interpret(argc, argv, envp);
	self = argv[0];
	return test_main(tests, COUNT(tests));
}
