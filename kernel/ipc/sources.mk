# kernel/ipc/sources.mk - all optional; the first three serve the others
SRCS += kernel/ipc/ns.c kernel/ipc/object.c kernel/ipc/sysctl.c
SRCS += kernel/ipc/sem.c kernel/ipc/sem_undo.c kernel/ipc/sem_control.c
SRCS += kernel/ipc/msg_text.c kernel/ipc/msg.c kernel/ipc/msg_control.c
SRCS += kernel/ipc/shm.c
SRCS += kernel/ipc/mqueue.c kernel/ipc/mqueue_fs.c
