/*
 * include/uapi/reboot.h - reboot(2)
 *
 * See:   reboot(2); pid_namespaces(7) for its meaning inside a namespace.
 */
#ifndef UAPI_REBOOT_H
#define UAPI_REBOOT_H

#define LINUX_REBOOT_MAGIC1 0xfee1deadu
#define LINUX_REBOOT_MAGIC2 672274793
#define LINUX_REBOOT_MAGIC2A 85072278
#define LINUX_REBOOT_MAGIC2B 369367448
#define LINUX_REBOOT_MAGIC2C 537993216

#define LINUX_REBOOT_CMD_RESTART 0x01234567u
#define LINUX_REBOOT_CMD_HALT 0xcdef0123u
#define LINUX_REBOOT_CMD_CAD_ON 0x89abcdefu
#define LINUX_REBOOT_CMD_CAD_OFF 0x00000000u
#define LINUX_REBOOT_CMD_POWER_OFF 0x4321fedcu
#define LINUX_REBOOT_CMD_RESTART2 0xa1b2c3d4u
#define LINUX_REBOOT_CMD_SW_SUSPEND 0xd000fce2u
#define LINUX_REBOOT_CMD_KEXEC 0x45584543u

#endif
