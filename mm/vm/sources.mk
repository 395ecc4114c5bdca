# mm/vm/sources.mk - address spaces, in reading order
SRCS += mm/vm/aspace.c mm/vm/aspace_view.c mm/vm/region.c mm/vm/gap.c mm/vm/limits.c \
	mm/vm/fault.c mm/vm/zap.c mm/vm/vm_object.c mm/vm/anon_object.c \
	mm/vm/mmap.c mm/vm/munmap.c mm/vm/detach.c mm/vm/segment.c mm/vm/brk.c \
	mm/vm/mprotect.c \
	mm/vm/mremap.c mm/vm/madvise.c mm/vm/mlock.c mm/vm/mseal.c mm/vm/msync.c \
	mm/vm/access.c mm/vm/usage.c mm/vm/backing.c mm/vm/uaccess.c mm/vm/iobuf.c
