/*
 * include/uapi/elfcore.h - the notes in a core file
 *
 * See:   core(5), elf(5); psABI AMD64, section 3.2.1; sys/procfs.h of libc.
 */
#ifndef UAPI_ELFCORE_H
#define UAPI_ELFCORE_H

#include <uapi/ptrace.h>
#include <uapi/time.h>

/* NT_PRSTATUS: one thread. */
struct elf_prstatus {
	s32 si_signo, si_code, si_errno;
	s16 pr_cursig;
	u64 pr_sigpend, pr_sighold;
	s32 pr_pid, pr_ppid, pr_pgrp, pr_sid;
	struct timeval pr_utime, pr_stime, pr_cutime, pr_cstime;
	struct user_regs pr_reg;
	s32 pr_fpvalid;
};
_Static_assert(sizeof(struct elf_prstatus) == 336, "struct elf_prstatus");
_Static_assert(__builtin_offsetof(struct elf_prstatus, pr_reg) == 112,
	       "struct elf_prstatus");

#define ELF_PRARGSZ 80

/* NT_PRPSINFO: the process. */
struct elf_prpsinfo {
	s8 pr_state;
	char pr_sname;
	s8 pr_zomb, pr_nice;
	u64 pr_flag;
	u32 pr_uid, pr_gid;
	s32 pr_pid, pr_ppid, pr_pgrp, pr_sid;
	char pr_fname[16];
	char pr_psargs[ELF_PRARGSZ];
};
_Static_assert(sizeof(struct elf_prpsinfo) == 136, "struct elf_prpsinfo");

/* NT_FILE: a header, an entry for each mapped file, then their names. */
struct elf_files_head {
	u64 count, page_size;
};
struct elf_files_entry {
	u64 start, end;
	u64 offset;		/* in pages */
};

/* NT_X86_XSAVE_LAYOUT: where each part of NT_X86_XSTATE lies. */
struct elf_xstate_part {
	u32 number;
	u32 size, offset;	/* bytes */
	u32 flags;
};

#endif
