/*
 * include/lib/cbpf.h - classic BPF programs, as seccomp allows them
 *
 * What:  a checker that lets only programs pass that end and stay within
 *        their data, and the interpreter for those.
 * Locks: none; memory is the caller's.
 * See:   seccomp(2), "Filters"; McCanne and Jacobson, "The BSD Packet Filter"
 *        (1993), section 3.3.
 */
#ifndef LIB_CBPF_H
#define LIB_CBPF_H

#include <lib/types.h>
#include <uapi/seccomp.h>

/*
 * cbpf_check - may this program be run?
 * @valid:  BPF_MEMWORDS bits an instruction, for the checker; @n words, zero
 * Every jump leads forward and inside, the last instruction returns, memory
 * words are written before they are read, constants divide and shift properly.
 * Return:  0, -EINVAL.
 */
int cbpf_check(const struct sock_filter *insns, u32 n, u16 *valid);
/* What a checked program says of @data. Division by zero ends it with 0. */
u32 cbpf_run(const struct sock_filter *insns, const struct seccomp_data *data);

#endif
