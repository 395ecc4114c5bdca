# lib/: pure C, in reading order.
SRCS += lib/string.c lib/format.c lib/parse.c lib/bitmap.c lib/refcount.c
SRCS += lib/ring.c lib/rbtree.c lib/idr.c lib/sort.c lib/hash.c lib/random.c
SRCS += lib/cpio.c lib/elf.c lib/cbpf.c
