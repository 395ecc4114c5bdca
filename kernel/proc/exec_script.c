/*
 * kernel/proc/exec_script.c - programs that begin with "#!"
 *
 * What:  takes the name of the interpreter and at most one argument from the
 *        first line, puts them in front of the arguments, and opens the
 *        interpreter in the place of the script.
 * Not:   how often this may happen (exec.c).
 * See:   execve(2), "Interpreter scripts".
 */
#include "exec.h"

#include <fs/file.h>
#include <lib/string.h>
#include <uapi/errno.h>

/* The parts of the first line; each ends in a 0 when it is taken. */
struct script_line {
	char *name;
	char *arg;		/* NULL: none */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* First character of [at, end) that is no blank, or @end. */
static char *skip_blanks(char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

/* First blank or 0 of [at, end), or @end. */
static char *skip_word(char *at, const char *end)
{
	while (at < end && *at && !is_blank(*at))
		at++;
	return at;
}

/* The end of the line; NULL: none in sight, and the name may be cut off. */
static char *line_end(char *text, size_t size)
{
	char *end = memchr(text, '\n', strnlen(text, size));
	char *last = text + size - 1;
	char *name;

	if (end)
		return end;
	name = skip_blanks(text + 2, last);
	if (name == last || skip_word(name, last) == last)
		return NULL;
	return last;
}

static bool parse(char *text, size_t size, struct script_line *out)
{
	char *end, *word_end;

	if (text[0] != '#' || text[1] != '!')
		return false;
	end = line_end(text, size);
	if (!end)
		return false;
	while (is_blank(end[-1]))
		end--;
	out->name = skip_blanks(text + 2, end);
	if (out->name == end || !*out->name)
		return false;
	word_end = skip_word(out->name, end);
	out->arg = NULL;
	if (word_end < end && *word_end)
		out->arg = skip_blanks(word_end, end);
	*end = '\0';
	*word_end = '\0';
	return true;
}

/* The script's own name replaces the first argument; the rest goes before. */
static int push_arguments(struct exec *x, const struct script_line *line)
{
	const char *script = x->script[0] ? x->script : x->req->name;
	int err;

	exec_args_drop_first(&x->args);
	err = exec_args_push(&x->args, script);
	if (!err && line->arg)
		err = exec_args_push(&x->args, line->arg);
	if (!err)
		err = exec_args_push(&x->args, line->name);
	return err;
}

int exec_script(struct exec *x)
{
	struct script_line line;
	struct file *file;
	int err;

	if (!parse(x->head, sizeof(x->head), &line))
		return -ENOEXEC;
	if (x->req->fd_is_cloexec)
		return -ENOENT;
	err = push_arguments(x, &line);
	if (err)
		return err;
	(void)str_copy(x->script, sizeof(x->script), line.name);
	err = exec_open(x->script, &file);
	if (err)
		return err;
	file_put(x->program.file);
	x->program.file = file;
	return 0;
}
