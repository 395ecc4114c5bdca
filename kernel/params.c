/*
 * kernel/params.c - the kernel's command line
 *
 * What:  a table of the words that mean something here, each with the
 *        function that applies it.
 * Locks: none; one CPU at boot.
 * Not:   mem= (arch/x86_64/boot/boot.c, before there is anything else).
 * See:   docs/boot.md; bootparam(7).
 */
#include "params.h"

#include <arch/boot.h>
#include <arch/smp.h>
#include <arch/system.h>
#include <core/lock_stat.h>
#include <core/panic.h>
#include <core/printk.h>
#include <core/race.h>
#include <core/trace.h>
#include <drivers/drivers.h>
#include <lib/parse.h>
#include <lib/string.h>
#include <proc/lifecycle.h>
#include <proc/pid.h>
#include <proc/pidns_join.h>
#include "sys/dispatch.h"

#define LOGLEVEL_QUIET 4
#define LOGLEVEL_DEBUG 10

/* Cut into words in place, so it must last. */
static char line[4096];
static struct params params;

static int number(const char *value)
{
	int n;

	return value && !parse_int(value, &n) ? n : 0;
}

static void set_console(const char *value)
{
	u32 bit = 0;

	if (value && str_starts_with(value, "ttyS0"))
		bit = CONSOLE_SERIAL;
	else if (value && str_starts_with(value, "tty"))
		bit = CONSOLE_SCREEN;
	else if (value && str_starts_with(value, "debugcon"))
		bit = CONSOLE_DEBUGCON;
	params.console_mask |= bit;
	if (bit && bit != CONSOLE_DEBUGCON)
		params.console_preferred = bit;
}

static void set_quiet(const char *value)
{
	(void)value;
	log_set_level(LOGLEVEL_QUIET);
}

static void set_debug(const char *value)
{
	(void)value;
	log_set_level(LOGLEVEL_DEBUG);
}

static void set_loglevel(const char *value)
{
	log_set_level(number(value));
}

static void set_panic(const char *value)
{
	panic_timeout_s = number(value);
}

static void set_maxcpus(const char *value)
{
	smp_set_max((u32)max(number(value), 1));
}

/* Arguments in front of it were not meant for this program: a boot loader may
 * have put them there. */
static void forget_arguments(void)
{
	while (params.argc > 1)
		params.argv[--params.argc] = NULL;
}

static void set_rdinit(const char *value)
{
	params.rdinit = value;
	forget_arguments();
}

static void set_init(const char *value)
{
	params.init = value;
	forget_arguments();
}

static void set_strace(const char *value)
{
	if (number(value))
		syscall_trace_enable();
}

static void set_census(const char *value)
{
	if (number(value))
		syscall_census_enable();
}

static void set_testexit(const char *value)
{
	machine_set_test_exit(number(value) != 0);
}

static void set_selftest(const char *value)
{
	params.selftest = value && strcmp(value, "0") ? value : NULL;
}

static void set_seed(const char *value)
{
	race_set_seed((u64)number(value));
}

static void set_racedelay(const char *value)
{
	race_set_delay((u32)number(value));
}

static void set_lockstat(const char *value)
{
	if (lock_stat_enable && number(value))
		lock_stat_enable();
}

static void set_norandmaps(const char *value)
{
	(void)value;
	exec_randomize = 0;
}

static void set_trace(const char *value)
{
	if (trace_boot_word && value)
		trace_boot_word(value);
}

static void set_nosmp(const char *value)
{
	(void)value;
	smp_set_max(1);
}

static void set_pid_max(const char *value)
{
	if (value && !strcmp(value, "per-ns"))
		pid_max_set_per_ns();
}

static void set_pidns_join(const char *value)
{
	if (pidns_join_enable && value && !strcmp(value, "on"))
		pidns_join_enable();
}

static void set_acpi(const char *value)
{
	if (acpi_set_off && value && !strcmp(value, "off"))
		acpi_set_off();
}

static void set_acpi_rsdp(const char *value)
{
	u64 pa;

	if (acpi_set_rsdp && value && !parse_u64(value, &pa))
		acpi_set_rsdp(pa);
}

static void set_hostile(const char *value)
{
	if (value && !(hostile_set && hostile_set(value)))
		pr_warn("params: hostile=%s means nothing here\n", value);
}

static void set_nothing(const char *value)
{
	(void)value;
}

static const struct {
	const char *name;
	void (*apply)(const char *value);
} known[] = {
	{ "console", set_console },
	{ "quiet", set_quiet },
	{ "debug", set_debug },
	{ "loglevel", set_loglevel },
	{ "panic", set_panic },
	{ "maxcpus", set_maxcpus },
	{ "mem", set_nothing },
	{ "rdinit", set_rdinit },
	{ "init", set_init },
	{ "strace", set_strace },
	{ "census", set_census },
	{ "testexit", set_testexit },
	{ "selftest", set_selftest },
	{ "nosmp", set_nosmp },
	{ "norandmaps", set_norandmaps },
	{ "pid_max", set_pid_max },
	{ "pidns.join", set_pidns_join },
	{ "acpi", set_acpi },
	{ "acpi_rsdp", set_acpi_rsdp },
	{ "hostile", set_hostile },
	{ "seed", set_seed },
	{ "racedelay", set_racedelay },
	{ "lockstat", set_lockstat },
	{ "trace", set_trace },
	/* Often given to Linux, without meaning here, and nothing for init. */
	{ "root", set_nothing },
	{ "rootfstype", set_nothing },
	{ "rootflags", set_nothing },
	{ "rootwait", set_nothing },
	{ "ro", set_nothing },
	{ "rw", set_nothing },
	{ "earlyprintk", set_nothing },
	{ "earlycon", set_nothing },
	{ "ignore_loglevel", set_nothing },
	{ "mitigations", set_nothing },
	{ "nopti", set_nothing },
	{ "no_timer_check", set_nothing },
	{ "nolapic_timer", set_nothing },
	{ "nomodeset", set_nothing },
	{ "reboot", set_nothing },
	{ "tsc", set_nothing },
};

static bool apply_known(const struct cmdline_word *w)
{
	for (u32 i = 0; i < ARRAY_SIZE(known); i++) {
		if (!cmdline_key_is(w, known[i].name))
			continue;
		known[i].apply(w->value);
		return true;
	}
	return false;
}

/* There is no console yet to complain on: kernel/init.c does it. */
static void note_excess(const char *kind, const char *text)
{
	if (params.excess)
		return;
	params.excess = text;
	params.excess_kind = kind;
}

static void add_argument(const char *text)
{
	if (params.argc <= PARAMS_MAX_WORDS)
		params.argv[params.argc++] = text;
	else
		note_excess("init", text);
}

/* KEY=VALUE replaces an entry of the same key (TERM, HOME). */
static void add_environment(const struct cmdline_word *w)
{
	for (u32 i = 0; i < params.envc; i++) {
		if (!strncmp(params.envp[i], w->text, w->key_len + 1)) {
			params.envp[i] = w->text;
			return;
		}
	}
	if (params.envc <= PARAMS_MAX_WORDS)
		params.envp[params.envc++] = w->text;
	else
		note_excess("env", w->text);
}

static void give_to_init(const struct cmdline_word *w)
{
	/* A dot in the key names a parameter of a module: not init's. */
	if (memchr(w->text, '.', w->key_len))
		return;
	if (w->value)
		add_environment(w);
	else
		add_argument(w->text);
}

void params_parse(const char *cmdline)
{
	struct cmdline_word w;
	struct cmdline it;

	params.argc = 1;
	params.envp[params.envc++] = "HOME=/";
	params.envp[params.envc++] = "TERM=linux";
	if (!str_copy(line, sizeof(line), cmdline))
		pr_warn("params: command line cut at %zu bytes\n",
			sizeof(line) - 1);
	cmdline_init(&it, line);
	while (cmdline_next(&it, &w)) {
		if (w.after_dashes)
			add_argument(w.text);
		else if (!apply_known(&w))
			give_to_init(&w);
	}
}

struct params *params_get(void)
{
	return &params;
}
