// What the sensors need of the kernel and Swift cannot import: flexible arrays, casts in macros, newer constants.
#ifndef CORDON_CLINUX_SENSORS_H
#define CORDON_CLINUX_SENSORS_H

#include <linux/audit.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>

// fanotify_init(2) for notification only, with folder handle and name; with_rename: with the handle of what a name was
// given to, too, which Linux has since 5.17. -1 and errno else.
int cordon_fanotify_open(int with_rename);

// The events that the file sensor asks for; `with_open` adds FAN_OPEN.
uint64_t cordon_fanotify_mask(int with_open, int with_rename);

// Marks the whole file system that holds `path`; adds or removes; 0, or -1 and errno.
int cordon_fanotify_mark_filesystem(int fanotify, int add, uint64_t mask, const char *path);

// Marks one folder for what happens to the files in it: written, made, deleted, moved, other rights; 0, or -1 and errno.
int cordon_fanotify_mark_folder(int fanotify, const char *path);

// open_by_handle_at(2) on the bytes of a struct file_handle, as fanotify hands them out; -1 and errno on failure. For
// reading: never blocking, because a handle may belong to a pipe by now, and without an access time, to leave no trace.
// Else only to name it (O_PATH).
int cordon_open_by_handle(int mount, const uint8_t *handle, size_t length, int for_reading);

// The 8 bytes of statfs(2)'s f_fsid for an open descriptor; 0, or -1 and errno.
int cordon_filesystem_id(int descriptor, uint8_t id[8]);

// How many messages a netlink socket has lost for want of buffer space.
uint32_t cordon_socket_drops(int socket);

// Joins a netlink audit socket to the read-only log group; 0, or -1 and errno.
int cordon_audit_join_log(int socket);

#endif
