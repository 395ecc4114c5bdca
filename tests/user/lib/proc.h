/*
 * tests/user/lib/proc.h - what guest tests read in /proc
 *
 * See:   proc(5)
 */
#ifndef TESTS_USER_PROC_H
#define TESTS_USER_PROC_H

#include "sys.h"

#include <stddef.h>
#include <sys/types.h>

/*
 * proc_read - a whole file as a string
 * Return: its length, cut at @size_bytes - 1, or -1 with errno
 */
ssize_t proc_read(const char *path, char *buf, size_t size_bytes);

/* does the path exist? */
int proc_exists(const char *path);

/*
 * proc_line - the rest of the line that starts with @key, without newline
 * Return: 0, or -1 if the file or the line is missing
 */
int proc_line(const char *path, const char *key, char *out, size_t size_bytes);

/* the number after @key in a file, or -1 */
long proc_number(const char *path, const char *key);

/* the state letter of a process or thread in /proc/PID/stat, 0 if none */
int proc_state(pid_t pid);

/*
 * proc_await - yield until the process is in one of the states @letters
 * For a child that is about to block: it is asleep when this returns. The
 * test's time limit is the bound.
 */
void proc_await(pid_t pid, const char *letters);

/* write a string to a file: 0, or -1 with errno */
int proc_write(const char *path, const char *text);

/* the same: 0 or a negative error */
int proc_put(const char *path, const char *text);

/* is this all that the file holds? */
int proc_text_is(const char *path, const char *want);

/* "PREFIX" NUMBER "SUFFIX" in a static buffer */
const char *proc_path(const char *prefix, long number, const char *suffix);

#endif
