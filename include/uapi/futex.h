/*
 * include/uapi/futex.h - fast user-space locks and the robust list
 *
 * See:   futex(2), FUTEX_WAIT_BITSET(2const), get_robust_list(2),
 *        futex_waitv(2).
 */
#ifndef UAPI_FUTEX_H
#define UAPI_FUTEX_H

#include <uapi/types.h>

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_FD 2
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_TRYLOCK_PI 8
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_WAIT_REQUEUE_PI 11
#define FUTEX_CMP_REQUEUE_PI 12
#define FUTEX_LOCK_PI2 13

#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_CMD_MASK (~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME))

#define FUTEX_BITSET_MATCH_ANY 0xffffffffu

/* The futex word of a mutex: owner's thread number and two flags. */
#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK 0x3fffffffu

/* FUTEX_WAKE_OP: operation in bits 28-31, comparison in 24-27. */
#define FUTEX_OP_SET 0
#define FUTEX_OP_ADD 1
#define FUTEX_OP_OR 2
#define FUTEX_OP_ANDN 3
#define FUTEX_OP_XOR 4
#define FUTEX_OP_OPARG_SHIFT 8
#define FUTEX_OP_CMP_EQ 0
#define FUTEX_OP_CMP_NE 1
#define FUTEX_OP_CMP_LT 2
#define FUTEX_OP_CMP_LE 3
#define FUTEX_OP_CMP_GT 4
#define FUTEX_OP_CMP_GE 5

/* Flags of futex_wake, futex_wait, futex_requeue, futex_waitv. */
#define FUTEX2_SIZE_U8 0x00
#define FUTEX2_SIZE_U16 0x01
#define FUTEX2_SIZE_U32 0x02
#define FUTEX2_SIZE_U64 0x03
#define FUTEX2_NUMA 0x04
#define FUTEX2_PRIVATE FUTEX_PRIVATE_FLAG
#define FUTEX2_SIZE_MASK 0x03

struct futex_waitv {
	u64 val;
	u64 uaddr;
	u32 flags;
	u32 reserved;
};
_Static_assert(sizeof(struct futex_waitv) == 24, "struct futex_waitv");

#define FUTEX_WAITV_MAX 128

/*
 * The robust list of a thread. All three words are user addresses or offsets
 * kept by libc; bit 0 of a list pointer marks a priority-inheriting lock.
 */
struct robust_list_head {
	u64 list;
	s64 futex_offset;
	u64 list_op_pending;
};
_Static_assert(sizeof(struct robust_list_head) == 24,
	       "struct robust_list_head");

/* The walk at exit gives up after so many entries. */
#define ROBUST_LIST_LIMIT 2048

#endif
