/*
 * kernel/proc/exec.h - what the files of execve share
 *
 * What:  struct exec, one program on its way to replace another, and the
 *        steps: arguments (exec_stack.c), scripts (exec_script.c), ELF
 *        (exec_elf.c), credentials (exec_cred.c).
 * Life:  made by task_exec; everything in it is owned by it until commit
 *        moves it into the task. exec_free accepts any half-filled one.
 */
#ifndef PROC_EXEC_INTERNAL_H
#define PROC_EXEC_INTERNAL_H

#include <fs/cred.h>
#include <lib/elf.h>
#include <lib/list.h>
#include <proc/lifecycle.h>
#include <uapi/limits.h>

/* What one page table maps. */
#define EXEC_TABLE_BYTES (2ul << 20)

struct aspace;
struct file;
struct file_table;
struct nsproxy;
struct vm_object;

/*
 * The strings, and later the tables, that will be the top of the new stack:
 * pages in the order of their addresses, filled through the direct map. A
 * place is told by its distance from the top, which stays right when pages
 * are put in front.
 */
struct exec_args {
	struct list pages;	/* struct page by link, one reference each */
	u64 npages;
	u64 start;		/* offset of the first byte used, first page */
	u64 end;		/* offset behind the last one, last page */
	u64 nbytes;		/* of strings so far */
	u64 limit;		/* for strings and their pointers */
	u64 argc, envc;
	u64 execfn;		/* distance from the top of the file name */
};

/* One ELF file: the program, or its interpreter. */
struct exec_elf {
	struct file *file;
	struct vm_object *object;
	struct elf64_phdr *phdrs;
	struct elf_image image;
	u64 bias;		/* added to addresses as linked */
};

/* Random bytes: the program's own, and three numbers for places. */
struct exec_draw {
	u8 bytes[16];			/* AT_RANDOM */
	u32 stack, mapped, program;
};

struct exec {
	const struct exec_request *req;
	struct exec_args args;
	struct exec_elf program, interp;	/* interp.file NULL: none */
	struct aspace *as;
	struct file_table *files;	/* NULL: ours alone already */
	struct sighand *sighand;	/* NULL: ours alone already */
	struct cred *cred;		/* NULL: unchanged */
	struct nsproxy *nsproxy;	/* NULL: unchanged */
	bool secure;			/* AT_SECURE */
	bool set_id;			/* gained something by it */
	bool runs_set_id;		/* the file's set-ID bits count */
	bool late;	/* Linux would have given up the old program by now: a
			   failure is the death of the process */
	u64 stack_limit;		/* RLIMIT_STACK */
	struct exec_draw draw;
	struct {			/* zeros: nothing is random */
		bool on;
		u64 program;		/* bytes above the usual table */
		u32 within, heap, sp;	/* any number */
	} chance;
	u64 sp;
	size_t head_len;	/* the last one that is zero at first */
	char head[BINPRM_BUF_SIZE] ALIGNED(8);	/* start of program.file */
	char script[BINPRM_BUF_SIZE];	/* interpreter of the last script, "" */
};

/* exec_stack.c */
/* Copy file name, arguments and environment. Return: 0, -EFAULT, -E2BIG,
 * -ENOMEM. */
int exec_args_copy(struct exec *x);
void exec_args_free(struct exec_args *a);
/* The first argument goes away; a new first one. 0, -E2BIG, -ENOMEM. */
void exec_args_drop_first(struct exec_args *a);
int exec_args_push(struct exec_args *a, const char *text);
/* Tables below the strings, the stack's region, all pages in it; x->sp. */
int exec_stack_build(struct exec *x);

/* exec_script.c */
/*
 * exec_script - "#!": the interpreter becomes the program
 * Return: 0, -ENOEXEC (no script, or no name in it), -ENOENT (the script could
 *         not be opened by the interpreter), -E2BIG, -ENOMEM, and what
 *         opening the interpreter says.
 */
OPTIONAL int exec_script(struct exec *x);

/* exec_elf.c */
/* Check program and interpreter; nothing is mapped yet. */
int exec_elf_check(struct exec *x);
/* Map them into x->as. */
int exec_elf_map(struct exec *x);
void exec_elf_free(struct exec_elf *e);
/* Where user mode begins. */
u64 exec_elf_entry(const struct exec *x);

/* exec_cred.c */
/* Who the program will be: x->cred, x->secure. Return: 0, -ENOMEM. */
int exec_cred_prepare(struct exec *x);
/* exec_change_over with x->cred; what a tracer may not have is not gained. */
struct user_ns *exec_change_rights(struct exec *x, struct task *t);

/* exec_random.c */
/* x->draw; by it as->stack_top and mmap_top, which lie where they do without
 * chance, move down, and x->chance tells of the rest. */
void exec_place(struct exec *x);

/* exec.c */
/* What others judge @t by, and what they may then look at: all of it at once,
 * and x->as and x->cred are taken. Return: the namespace it was judged by, with
 * its reference. */
struct user_ns *exec_change_over(struct exec *x, struct task *t);
/* Open @name as a program, as the current task. */
int exec_open(const char *name, struct file **out);

#endif
