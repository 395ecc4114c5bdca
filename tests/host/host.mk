# tests/host/host.mk - builds the host tests without the rest of the tree
#
# For run.sh; the top Makefile builds the same list by `make host`. Run from
# the top of the tree: make -f tests/host/host.mk
# The programs are under build/host/run/, apart from those of the Makefile.

HOSTCC ?= gcc
OUT := build/host/run

HOST_TESTS :=
HOST_TSAN_TESTS :=
include tests/host/sources.mk

CFLAGS := -std=gnu11 -O1 -g -pthread -Wall -Wextra -Werror -Wshadow
CFLAGS += -Wstrict-prototypes -Wmissing-prototypes -fno-omit-frame-pointer
CFLAGS += -Iinclude -Itests/host -DNIDUS_HOST=1 -DNIDUS_DEBUG=1
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
TSAN := -fsanitize=thread

BINS := $(HOST_TESTS:%=$(OUT)/%) $(HOST_TSAN_TESTS:%=$(OUT)/%.tsan)

all: $(BINS)

# The programs, for run.sh.
list:
	@echo $(BINS)

define program
$(OUT)/$(1)$(2): $$(HOST_SRCS_$(1)) tests/host/host.mk tests/host/sources.mk
	@mkdir -p $$(@D)
	$$(HOSTCC) $$(CFLAGS) $(3) $$(HOST_FLAGS_$(1)) -MMD -MP -MF $$@.d \
		-o $$@ $$(HOST_SRCS_$(1))
endef
$(foreach t,$(HOST_TESTS),$(eval $(call program,$(t),,$(ASAN))))
$(foreach t,$(HOST_TSAN_TESTS),$(eval $(call program,$(t),.tsan,$(TSAN))))

.PHONY: all list
-include $(wildcard $(OUT)/*.d)
