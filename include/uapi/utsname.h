/*
 * include/uapi/utsname.h - names of the system
 *
 * See:   uname(2), sethostname(2), uts_namespaces(7).
 */
#ifndef UAPI_UTSNAME_H
#define UAPI_UTSNAME_H

/* Longest name without its final 0. */
#define UTS_NAME_MAX 64

struct new_utsname {
	char sysname[UTS_NAME_MAX + 1];
	char nodename[UTS_NAME_MAX + 1];
	char release[UTS_NAME_MAX + 1];
	char version[UTS_NAME_MAX + 1];
	char machine[UTS_NAME_MAX + 1];
	char domainname[UTS_NAME_MAX + 1];
};
_Static_assert(sizeof(struct new_utsname) == 390, "struct new_utsname");

#endif
