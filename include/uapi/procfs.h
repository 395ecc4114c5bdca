/*
 * include/uapi/procfs.h - requests on files of /proc
 *
 * Source: the interface of Linux 6.12, <linux/fs.h>.
 */
#ifndef UAPI_PROCFS_H
#define UAPI_PROCFS_H

#include <uapi/types.h>

/* On /proc/PID/maps: one region. */
#define PROCMAP_QUERY 0xc0686611u

#define PROCMAP_QUERY_VMA_READABLE 0x01
#define PROCMAP_QUERY_VMA_WRITABLE 0x02
#define PROCMAP_QUERY_VMA_EXECUTABLE 0x04
#define PROCMAP_QUERY_VMA_SHARED 0x08
#define PROCMAP_QUERY_COVERING_OR_NEXT_VMA 0x10
#define PROCMAP_QUERY_FILE_BACKED_VMA 0x20

struct procmap_query {
	u64 size;
	u64 query_flags;
	u64 query_addr;
	u64 vma_start;
	u64 vma_end;
	u64 vma_flags;
	u64 vma_page_size;
	u64 vma_offset;
	u64 inode;
	u32 dev_major;
	u32 dev_minor;
	u32 vma_name_size;
	u32 build_id_size;
	u64 vma_name_addr;
	u64 build_id_addr;
};

static_assert(sizeof(struct procmap_query) == 0x68, "as user space has it");

#endif
