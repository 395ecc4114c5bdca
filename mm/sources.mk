SRCS += mm/early.c mm/page.c mm/slab.c mm/slab_debug.c mm/kmalloc.c
SRCS += mm/kstack.c mm/stat.c mm/alloc_fault.c
