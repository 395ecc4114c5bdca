# Sources of fs/, in reading order.
SRCS += \
	fs/vfs_init.c \
	fs/cred.c \
	fs/inode.c \
	fs/superblock.c \
	fs/dentry.c \
	fs/kept.c \
	fs/path.c \
	fs/walk.c \
	fs/perm.c \
	fs/attr.c \
	fs/namei.c \
	fs/rename.c \
	fs/open.c \
	fs/file.c \
	fs/file_io.c \
	fs/async.c \
	fs/fdtable.c \
	fs/mount.c \
	fs/mount_copy.c \
	fs/mount_locked.c \
	fs/mount_ops.c \
	fs/mount_ns.c fs/mount_ns_clone.c \
	fs/mount_show.c fs/mount_stat.c fs/mount_options.c \
	fs/mount_detached.c fs/mount_group.c fs/fs_setup.c \
	fs/propagate.c \
	fs/page_tree.c \
	fs/ramfs.c \
	fs/ramfs_content.c \
	fs/ramfs_file.c \
	fs/ramfs_mount.c \
	fs/memfd.c \
	fs/initramfs.c \
	fs/anon.c \
	fs/pipe.c \
	fs/splice.c \
	fs/fifo.c \
	fs/eventfd.c \
	fs/poll.c \
	fs/unix/socket.c \
	fs/unix/name.c \
	fs/unix/connect.c \
	fs/unix/send.c \
	fs/unix/receive.c \
	fs/unix/rights.c \
	fs/unix/show.c \
	fs/epoll.c \
	fs/epoll_ready.c \
	fs/timerfd.c \
	fs/lock.c \
	fs/chardev.c \
	fs/memdev.c \
	fs/kmsg.c \
	fs/random.c \
	fs/devnodes.c \
	fs/seq_buf.c \
	fs/seqfile.c \
	fs/nscommon.c
