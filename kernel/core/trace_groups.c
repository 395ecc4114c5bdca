/*
 * kernel/core/trace_groups.c - the word that hooks of the trace look at
 *
 * What:  it is always there, so that a hook need not know whether the rest is.
 *        It is among what is read often and written hardly ever.
 * See:   include/core/trace.h
 */
#include <core/trace.h>

u32 trace_groups;
