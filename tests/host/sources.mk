# tests/host/: the programs, what each is linked from, and its extra flags.
# HOST_TESTS are built with the address and undefined-behaviour sanitizers,
# HOST_TSAN_TESTS with the thread sanitizer (as name.tsan). prefix.h keeps the
# functions of lib/string.c and lib/format.c apart from the C library's.

HOST_LIB_FLAGS := -include tests/host/prefix.h -fno-builtin -fno-strict-aliasing
HOST_TAP := tests/host/tap.c

HOST_TESTS += string format parse bitmap rbtree idr small cpio elf vt usb xhci
HOST_TSAN_TESTS += threads

HOST_SRCS_string := tests/host/test_string.c $(HOST_TAP) lib/string.c
HOST_SRCS_format := tests/host/test_format.c $(HOST_TAP) lib/format.c \
	lib/string.c
HOST_SRCS_parse := tests/host/test_parse.c $(HOST_TAP) lib/parse.c lib/string.c
HOST_SRCS_bitmap := tests/host/test_bitmap.c $(HOST_TAP) lib/bitmap.c \
	lib/string.c
HOST_SRCS_rbtree := tests/host/test_rbtree.c $(HOST_TAP) lib/rbtree.c
HOST_SRCS_idr := tests/host/test_idr.c $(HOST_TAP) lib/idr.c
HOST_SRCS_small := tests/host/test_small.c $(HOST_TAP) lib/ring.c \
	lib/refcount.c lib/sort.c lib/hash.c lib/random.c lib/string.c
HOST_SRCS_cpio := tests/host/test_cpio.c $(HOST_TAP) lib/cpio.c lib/string.c
HOST_SRCS_elf := tests/host/test_elf.c $(HOST_TAP) lib/elf.c lib/string.c
HOST_SRCS_vt := tests/host/test_vt.c $(HOST_TAP) drivers/vt.c drivers/vt_csi.c \
	drivers/vt_sgr.c drivers/vt_screen.c drivers/colour.c \
	drivers/font8x16.c drivers/keymap.c lib/format.c lib/string.c
HOST_SRCS_usb := tests/host/test_usb.c $(HOST_TAP) drivers/usb/descriptor.c \
	drivers/usb/hid_report.c lib/string.c
HOST_SRCS_xhci := tests/host/test_xhci.c $(HOST_TAP) \
	drivers/usb/xhci_start.c drivers/usb/xhci_memory.c lib/string.c
HOST_SRCS_threads := tests/host/test_threads.c $(HOST_TAP) lib/idr.c \
	lib/ring.c lib/refcount.c lib/string.c

HOST_FLAGS_string := $(HOST_LIB_FLAGS)
HOST_FLAGS_format := $(HOST_LIB_FLAGS)
HOST_FLAGS_parse := $(HOST_LIB_FLAGS)
HOST_FLAGS_bitmap := $(HOST_LIB_FLAGS)
HOST_FLAGS_rbtree := $(HOST_LIB_FLAGS)
HOST_FLAGS_idr := $(HOST_LIB_FLAGS)
HOST_FLAGS_small := $(HOST_LIB_FLAGS)
HOST_FLAGS_cpio := $(HOST_LIB_FLAGS)
HOST_FLAGS_elf := $(HOST_LIB_FLAGS)
HOST_FLAGS_usb := $(HOST_LIB_FLAGS)
HOST_FLAGS_xhci := $(HOST_LIB_FLAGS) -include tests/host/fake_pages.h
HOST_FLAGS_vt := $(HOST_LIB_FLAGS)
# Volatile accesses are single ones that may race, see test_threads.c.
HOST_FLAGS_threads := $(HOST_LIB_FLAGS) --param=tsan-distinguish-volatile=1
