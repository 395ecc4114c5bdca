/*
 * include/core/assert.h - what only a kernel bug can break
 *
 * What:  ASSERT(cond) panics with the text of the condition in debug builds
 *        and is not evaluated in release builds.
 */
#ifndef CORE_ASSERT_H
#define CORE_ASSERT_H

#include <core/panic.h>
#include <lib/types.h>

#ifdef NIDUS_DEBUG
#define ASSERT(cond)							\
	do {								\
		if (unlikely(!(cond)))					\
			panic("assertion failed: %s (%s:%d)", #cond,	\
			      __FILE__, __LINE__);			\
	} while (0)
#else
#define ASSERT(cond) ((void)(0 && (cond)))
#endif

#endif
