/*
 * tests/scenario/programs/show.c - an init that shows what it was given
 *
 * What:  prints its arguments, environment, descriptors, ids, directory,
 *        mask, limits, CPUs and memory, one to a line, then ends as the
 *        environment says: SHOW_END=poweroff (if there is none), restart,
 *        halt, exit (with SHOW_CODE) or fault.
 * See:   docs/boot.md, reboot(2)
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* Not known to the compiler, which would warn. */
static volatile int *volatile nowhere = (int *)16;

static void show_words(int argc, char **argv)
{
	printf("argc %d\n", argc);
	for (int i = 0; i < argc; i++)
		printf("argv %d <%s>\n", i, argv[i]);
	for (int i = 0; environ[i]; i++)
		printf("env %d <%s>\n", i, environ[i]);
}

static void show_descriptors(void)
{
	struct stat st;

	for (int fd = 0; fd < 16; fd++) {
		if (fstat(fd, &st))
			continue;
		printf("fd %d mode 0%o rdev %lx flags 0%o\n", fd,
		       (unsigned)st.st_mode, (unsigned long)st.st_rdev,
		       fcntl(fd, F_GETFL) & O_ACCMODE);
	}
}

static void show_process(void)
{
	char dir[256];
	struct rlimit nofile, stack;
	mode_t mask = umask(022);

	getrlimit(RLIMIT_NOFILE, &nofile);
	getrlimit(RLIMIT_STACK, &stack);
	printf("pid %d parent %d group %d session %d\n", getpid(), getppid(),
	       getpgrp(), getsid(0));
	printf("uid %d gid %d\n", getuid(), getgid());
	printf("cwd %s umask 0%o\n", getcwd(dir, sizeof(dir)), (unsigned)mask);
	printf("nofile %lu %lu stack %lu\n", (unsigned long)nofile.rlim_cur,
	       (unsigned long)nofile.rlim_max, (unsigned long)stack.rlim_cur);
}

static void show_file(const char *path, const char *only)
{
	char line[4400];
	FILE *f = fopen(path, "r");

	while (f && fgets(line, sizeof(line), f))
		if (!only || !strncmp(line, only, strlen(only)))
			printf("%s: %s", path, line);
	if (f)
		fclose(f);
}

static void show_machine(void)
{
	struct sysinfo info;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	sysinfo(&info);
	printf("cpus %d\n", CPU_COUNT(&cpus));
	printf("ram %lu MiB\n", info.totalram * info.mem_unit >> 20);
	mkdir("/proc", 0555);
	mount("proc", "/proc", "proc", 0, NULL);
	show_file("/proc/cmdline", NULL);
	show_file("/proc/sys/kernel/randomize_va_space", NULL);
	show_file("/proc/meminfo", "Mem");
}

static void end(void)
{
	const char *how = getenv("SHOW_END");
	const char *code = getenv("SHOW_CODE");

	if (!how || !strcmp(how, "poweroff"))
		reboot(RB_POWER_OFF);
	else if (!strcmp(how, "restart"))
		reboot(RB_AUTOBOOT);
	else if (!strcmp(how, "halt"))
		reboot(RB_HALT_SYSTEM);
	else if (!strcmp(how, "fault"))
		*nowhere = 1;
	_exit(code ? atoi(code) : 0);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("show begins");
	show_words(argc, argv);
	show_descriptors();
	show_process();
	show_machine();
	puts("show ends");
	end();
}
