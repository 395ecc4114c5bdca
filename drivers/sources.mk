# drivers/sources.mk - sources of this directory in reading order
SRCS += drivers/console.c drivers/serial.c
SRCS += drivers/screen.c
SRCS += drivers/tty.c drivers/tty_line.c drivers/tty_output.c
SRCS += drivers/tty_ioctl.c
