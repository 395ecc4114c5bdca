/*
 * lib/cbpf.c - classic BPF programs: checked once, interpreted often
 *
 * What:  the subset that seccomp allows: loads of aligned 32-bit words of
 *        struct seccomp_data, arithmetic, forward jumps.
 * Locks: none.
 * See:   include/lib/cbpf.h; seccomp(2).
 */
#include <lib/cbpf.h>

#include <uapi/errno.h>

/* Classes, in the low three bits, and the rest of a code. */
#define LD 0x00
#define LDX 0x01
#define ST 0x02
#define STX 0x03
#define ALU 0x04
#define JMP 0x05
#define RET 0x06
#define MISC 0x07

#define IMM 0x00		/* modes of loads; words only */
#define ABS 0x20
#define MEM 0x60
#define LEN 0x80

#define ADD 0x00
#define SUB 0x10
#define MUL 0x20
#define DIV 0x30
#define OR 0x40
#define AND 0x50
#define LSH 0x60
#define RSH 0x70
#define NEG 0x80
#define XOR 0xa0

#define JA 0x00
#define JEQ 0x10
#define JGT 0x20
#define JGE 0x30
#define JSET 0x40

#define X 0x08			/* operand: K, or the index register */
#define RET_A 0x10
#define TAX 0x00
#define TXA 0x80

#define CODE(class, rest) ((class) | (rest))

static bool mem_known(const struct sock_filter *f, u16 valid)
{
	return f->k < BPF_MEMWORDS && (valid & BIT(f->k));
}

static bool alu_ok(const struct sock_filter *f)
{
	u32 op = f->code & 0xf0u;

	if (f->code & X)
		return op <= RSH || op == XOR;
	if (op == DIV)
		return f->k != 0;
	if (op == LSH || op == RSH)
		return f->k < 32;
	return op <= NEG || op == XOR;
}

static bool load_ok(const struct sock_filter *f, u16 valid)
{
	switch (f->code) {
	case CODE(LD, ABS):
		return f->k < sizeof(struct seccomp_data) && !(f->k & 3);
	case CODE(LD, IMM):
	case CODE(LDX, IMM):
	case CODE(LD, LEN):
	case CODE(LDX, LEN):
		return true;
	case CODE(LD, MEM):
	case CODE(LDX, MEM):
		return mem_known(f, valid);
	}
	return false;
}

/* Is the instruction known and its operand right, whatever follows? */
static bool insn_ok(const struct sock_filter *f, u16 valid)
{
	if (f->code > 0xff)
		return false;
	switch (f->code & 7u) {
	case LD:
	case LDX:
		return load_ok(f, valid);
	case ST:
	case STX:
		return !(f->code & 0xf8) && f->k < BPF_MEMWORDS;
	case ALU:
		return !(f->code & X && (f->code & 0xf0) == NEG) && alu_ok(f);
	case JMP:
		return f->code == CODE(JMP, JA) ||
		       ((f->code & 0xf0) >= JEQ && (f->code & 0xf0) <= JSET);
	case RET:
		return f->code == RET || f->code == CODE(RET, RET_A);
	default:
		return f->code == CODE(MISC, TAX) || f->code == CODE(MISC, TXA);
	}
}

/* The words known at @from + 1 are known at most at the target. */
static bool jump_to(u16 *valid, u64 target, u32 n, u16 known)
{
	if (target >= n)
		return false;
	valid[target] &= known;
	return true;
}

static bool jump_ok(const struct sock_filter *f, u32 at, u32 n, u16 *valid)
{
	u16 known = valid[at];
	u64 next = (u64)at + 1;

	if (f->code == CODE(JMP, JA))
		return jump_to(valid, next + f->k, n, known);
	return jump_to(valid, next + f->jt, n, known) &&
	       jump_to(valid, next + f->jf, n, known);
}

/* @valid holds, for each instruction, what every jump to it agrees on; what
 * falls through comes on top. */
int cbpf_check(const struct sock_filter *insns, u32 n, u16 *valid)
{
	u16 flow = 0;

	for (u32 i = 0; i < n; i++)
		valid[i] = 0xffff;
	for (u32 i = 0; i < n; i++) {
		const struct sock_filter *f = &insns[i];
		u32 class = f->code & 7u;

		valid[i] &= flow;
		if (!insn_ok(f, valid[i]))
			return -EINVAL;
		if (class == JMP && !jump_ok(f, i, n, valid))
			return -EINVAL;
		if (class == ST || class == STX)
			valid[i] |= (u16)BIT(f->k);
		/* Nothing falls through a jump or the end. */
		flow = class == JMP || class == RET ? 0xffff : valid[i];
	}
	return (insns[n - 1].code & 7u) == RET ? 0 : -EINVAL;
}

struct machine {
	u32 a, x;
	u32 mem[BPF_MEMWORDS];
};

/* False: division by zero. */
static bool alu(struct machine *m, const struct sock_filter *f)
{
	u32 v = f->code & X ? m->x : f->k;

	switch (f->code & 0xf0u) {
	case ADD:
		m->a += v;
		break;
	case SUB:
		m->a -= v;
		break;
	case MUL:
		m->a *= v;
		break;
	case DIV:
		if (!v)
			return false;
		m->a /= v;
		break;
	case OR:
		m->a |= v;
		break;
	case AND:
		m->a &= v;
		break;
	case LSH:
		m->a <<= v & 31;
		break;
	case RSH:
		m->a >>= v & 31;
		break;
	case NEG:
		m->a = -m->a;
		break;
	case XOR:
		m->a ^= v;
		break;
	}
	return true;
}

/* How many instructions are left out. */
static u32 jump(const struct machine *m, const struct sock_filter *f)
{
	u32 v = f->code & X ? m->x : f->k;
	bool yes = false;

	switch (f->code & 0xf0u) {
	case JA:
		return f->k;
	case JEQ:
		yes = m->a == v;
		break;
	case JGT:
		yes = m->a > v;
		break;
	case JGE:
		yes = m->a >= v;
		break;
	case JSET:
		yes = m->a & v;
		break;
	}
	return yes ? f->jt : f->jf;
}

static u32 load(const struct machine *m, const struct sock_filter *f,
		const struct seccomp_data *data)
{
	switch (f->code & 0xe0u) {
	case ABS:
		return ((const u32 *)(const void *)data)[f->k / 4];
	case MEM:
		return m->mem[f->k];
	case LEN:
		return sizeof(*data);
	default:
		return f->k;
	}
}

u32 cbpf_run(const struct sock_filter *insns, const struct seccomp_data *data)
{
	struct machine m = { 0 };

	for (const struct sock_filter *f = insns;; f++) {
		switch (f->code & 7u) {
		case LD:
			m.a = load(&m, f, data);
			break;
		case LDX:
			m.x = load(&m, f, data);
			break;
		case ST:
			m.mem[f->k] = m.a;
			break;
		case STX:
			m.mem[f->k] = m.x;
			break;
		case ALU:
			if (!alu(&m, f))
				return 0;
			break;
		case JMP:
			f += jump(&m, f);
			break;
		case RET:
			return f->code == RET ? f->k : m.a;
		default:
			if (f->code == CODE(MISC, TAX))
				m.x = m.a;
			else
				m.a = m.x;
		}
	}
}
