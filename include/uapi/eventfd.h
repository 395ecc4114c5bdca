/*
 * include/uapi/eventfd.h - eventfd flags
 *
 * See:   eventfd(2).
 */
#ifndef UAPI_EVENTFD_H
#define UAPI_EVENTFD_H

#define EFD_SEMAPHORE 00000001
#define EFD_CLOEXEC 02000000
#define EFD_NONBLOCK 00004000

#endif
