/*
 * drivers/debugcon.h - the debug console of emulators, for the log
 */
#ifndef DRIVERS_DEBUGCON_H
#define DRIVERS_DEBUGCON_H

#include <lib/types.h>

/* Find port 0xe9 and make it a sink of the log. False: there is none. */
OPTIONAL bool debugcon_early(void);

#endif
