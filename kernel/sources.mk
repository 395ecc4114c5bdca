# kernel/sources.mk - sources of this directory in reading order
SRCS += kernel/main.c kernel/params.c kernel/init.c
