/*
 * kernel/params.h - the kernel's command line
 *
 * What:  words that the kernel knows become fields; the others are given to
 *        the first process, KEY=VALUE as environment and bare words as
 *        arguments, like all words after "--".
 * Life:  parsed once, before memory is set up; constant afterwards.
 * See:   docs/boot.md: the list of words.
 */
#ifndef KERNEL_PARAMS_H
#define KERNEL_PARAMS_H

#include <lib/types.h>

/* What the first process may be given, as on Linux (CONFIG_INIT_ENV_ARG_LIMIT):
 * arguments behind the program's name, and variables beside HOME. */
#define PARAMS_MAX_WORDS 32

struct params {
	u32 console_mask;		/* CONSOLE_*; 0: not given */
	u32 console_preferred;
	const char *rdinit;		/* NULL: /init */
	const char *init;		/* NULL: the usual places */
	const char *selftest;		/* NULL: none; "1": all, or begins */
	const char *argv[PARAMS_MAX_WORDS + 2];	/* [0] is the program */
	u32 argc;
	const char *envp[PARAMS_MAX_WORDS + 2];	/* HOME and TERM first */
	u32 envc;
	const char *excess;		/* first word without room, or NULL */
	const char *excess_kind;	/* "init" or "env" */
};

/* Parse @cmdline (borrowed for the call) and apply what has a switch. */
void params_parse(const char *cmdline);
/* The one set of parameters; the program path may be set in argv[0]. */
struct params *params_get(void);

#endif
