/*
 * tests/host/prefix.h - keeps lib/ and the C library of the host apart
 *
 * What:  force-included before every file of a host test. The functions of
 *        lib/ that have a name of the C library get another one, so that both
 *        can be linked into one program: a plain memcpy() is ours, and
 *        __builtin_memcpy() is the host's, which serves as the oracle.
 * Not:   anything else; lib/ is compiled as it is.
 */
#ifndef HOST_PREFIX_H
#define HOST_PREFIX_H

#define memcpy nidus_memcpy
#define memmove nidus_memmove
#define memset nidus_memset
#define memcmp nidus_memcmp
#define memchr nidus_memchr
#define strlen nidus_strlen
#define strnlen nidus_strnlen
#define strcmp nidus_strcmp
#define strncmp nidus_strncmp
#define strchr nidus_strchr
#define strrchr nidus_strrchr
#define vsnprintf nidus_vsnprintf
#define snprintf nidus_snprintf

#endif
