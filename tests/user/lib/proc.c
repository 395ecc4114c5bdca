/*
 * tests/user/lib/proc.c - what guest tests read in /proc
 *
 * What:  whole-file reads, one line or one number of a file, states.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t proc_read(const char *path, char *buf, size_t size_bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -1;
	while (len < size_bytes - 1 && got > 0) {
		got = read(fd, buf + len, size_bytes - 1 - len);
		if (got > 0)
			len += got;
	}
	close(fd);
	buf[len] = 0;
	return got < 0 ? -1 : (ssize_t)len;
}

int proc_exists(const char *path)
{
	return !access(path, F_OK);
}

int proc_line(const char *path, const char *key, char *out, size_t size_bytes)
{
	static char text[65536];
	char *at = text;
	size_t len;

	if (proc_read(path, text, sizeof(text)) < 0)
		return -1;
	while (strncmp(at, key, strlen(key))) {
		at = strchr(at, '\n');
		if (!at)
			return -1;
		at++;
	}
	at += strlen(key);
	len = strcspn(at, "\n");
	if (len >= size_bytes)
		len = size_bytes - 1;
	memcpy(out, at, len);
	out[len] = 0;
	return 0;
}

long proc_number(const char *path, const char *key)
{
	char text[64];

	if (proc_line(path, key, text, sizeof(text)))
		return -1;
	return strtol(text, NULL, 10);
}

int proc_state(pid_t pid)
{
	char text[512];
	char *end;

	if (proc_read(proc_path("/proc/", pid, "/stat"), text,
		      sizeof(text)) < 0)
		return 0;
	end = strrchr(text, ')');
	return end && end[1] == ' ' ? end[2] : 0;
}

void proc_await(pid_t pid, const char *letters)
{
	int state;

	do {
		sched_yield();
		state = proc_state(pid);
	} while (!state || !strchr(letters, state));
}

int proc_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t put;
	int err = 0;

	if (fd < 0)
		return -errno;
	put = write(fd, text, strlen(text));
	if (put != (ssize_t)strlen(text))
		err = put < 0 ? -errno : -EIO;
	close(fd);
	return err;
}

int proc_write(const char *path, const char *text)
{
	int err = proc_put(path, text);

	if (!err)
		return 0;
	errno = -err;
	return -1;
}

int proc_text_is(const char *path, const char *want)
{
	char text[256];
	ssize_t n = proc_read(path, text, sizeof(text));

	return n >= 0 && !strcmp(text, want);
}

const char *proc_path(const char *prefix, long number, const char *suffix)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s%ld%s", prefix, number, suffix);
	return path;
}
