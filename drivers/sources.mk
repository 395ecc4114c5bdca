# drivers/sources.mk - sources of this directory in reading order
SRCS += drivers/console.c drivers/serial.c drivers/debugcon.c
SRCS += drivers/beacon.c
SRCS += drivers/screen.c drivers/vt.c drivers/vt_csi.c drivers/vt_sgr.c
SRCS += drivers/vt_screen.c drivers/colour.c drivers/font8x16.c
SRCS += drivers/fbcon.c drivers/egatext.c
SRCS += drivers/keyboard.c drivers/keymap.c drivers/ps2.c
SRCS += drivers/tty.c drivers/tty_file.c drivers/tty_line.c
SRCS += drivers/tty_output.c drivers/tty_ioctl.c drivers/tty_mode.c
SRCS += drivers/tty_job.c drivers/tty_console.c drivers/serial_tty.c
SRCS += drivers/proc_tty.c
# Optional: pairs of terminals.
SRCS += drivers/pty.c drivers/ptmx.c
SRCS += drivers/devpts.c drivers/devpts_number.c drivers/devpts_path.c
# Optional: PCI, and keyboards on USB.
SRCS += drivers/pci.c drivers/pci_msi.c
SRCS += drivers/usb/usb.c drivers/usb/xhci_start.c drivers/usb/xhci_memory.c
SRCS += drivers/usb/xhci_ring.c drivers/usb/xhci_command.c
SRCS += drivers/usb/xhci_transfer.c drivers/usb/xhci_port.c
SRCS += drivers/usb/port.c drivers/usb/device.c drivers/usb/descriptor.c
SRCS += drivers/usb/hub.c drivers/usb/hid_keyboard.c drivers/usb/hid_report.c
