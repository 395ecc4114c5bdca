/*
 * tools/initramfs/report.c - /bin/nidus-report: a machine as one text
 *
 * What:  prints what somebody needs who is to find out why Nidus does not
 *        work on a machine: processor, memory, interrupts, time, the whole
 *        log (with firmware's tables and memory map, which the console does
 *        not show). `nidus-report >/dev/ttyS0` sends it elsewhere.
 * See:   docs/hardware.md, "How to report"
 */
#include <cpuid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#define LOG_SIZE_READ (1 << 20)
#define SYSLOG_ACTION_READ_ALL 3

static void heading(const char *text)
{
	printf("\n== %s\n", text);
}

static void show_file(const char *path, int max_lines)
{
	char line[4096];
	FILE *f = fopen(path, "r");

	heading(path);
	while (f && max_lines-- && fgets(line, sizeof(line), f))
		fputs(line, stdout);
	if (f)
		fclose(f);
	else
		puts("(not there)");
}

static void show_cpuid_range(unsigned int first)
{
	unsigned int a, b, c, d, last = __get_cpuid_max(first, NULL);

	for (unsigned int leaf = first; last && leaf <= last; leaf++) {
		__cpuid_count(leaf, 0, a, b, c, d);
		printf("%08x: %08x %08x %08x %08x\n", leaf, a, b, c, d);
	}
}

static void show_cpuid(void)
{
	heading("cpuid (eax ebx ecx edx, subleaf 0)");
	show_cpuid_range(0);
	show_cpuid_range(0x40000000);
	show_cpuid_range(0x80000000);
}

static void show_clock(clockid_t id, const char *name)
{
	struct timespec now, step;

	clock_gettime(id, &now);
	clock_getres(id, &step);
	printf("%s %lld.%09ld, steps of %ld ns\n", name, (long long)now.tv_sec,
	       now.tv_nsec, step.tv_nsec);
}

static void show_log(void)
{
	char *log = malloc(LOG_SIZE_READ);
	int n = log ? klogctl(SYSLOG_ACTION_READ_ALL, log, LOG_SIZE_READ) : -1;

	heading("log");
	if (n > 0)
		fwrite(log, 1, (size_t)n, stdout);
	free(log);
}

int main(void)
{
	struct utsname name;

	mkdir("/proc", 0555);
	mount("proc", "/proc", "proc", 0, NULL);
	uname(&name);
	printf("nidus-report: %s %s %s %s\n", name.sysname, name.release,
	       name.version, name.machine);
	show_file("/proc/cmdline", 1);
	show_file("/proc/cpuinfo", 28);
	show_cpuid();
	show_file("/proc/meminfo", -1);
	show_file("/proc/interrupts", -1);
	show_file("/proc/stat", -1);
	heading("clocks");
	show_clock(CLOCK_REALTIME, "realtime");
	show_clock(CLOCK_MONOTONIC, "monotonic");
	show_log();
	puts("== end of nidus-report");
	return 0;
}
