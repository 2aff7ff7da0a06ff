#define _GNU_SOURCE
#include "CLinuxSensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statfs.h>

#include <linux/sock_diag.h>

// Since Linux 5.17; older C libraries' headers do not have them.
#ifndef FAN_REPORT_TARGET_FID
#define FAN_REPORT_TARGET_FID 0x00001000
#endif
#ifndef FAN_RENAME
#define FAN_RENAME 0x10000000
#endif

int cordon_fanotify_open(int with_rename) {
  unsigned int flags = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID | FAN_REPORT_DIR_FID | FAN_REPORT_NAME;
  return fanotify_init(with_rename ? flags | FAN_REPORT_TARGET_FID : flags, O_RDONLY | O_LARGEFILE | O_CLOEXEC);
}

uint64_t cordon_fanotify_mask(int with_open, int with_rename) {
  uint64_t mask = FAN_CLOSE_WRITE | FAN_DELETE | FAN_CREATE | FAN_ONDIR;
  mask |= with_rename ? FAN_RENAME : FAN_MOVED_FROM | FAN_MOVED_TO;
  return with_open ? mask | FAN_OPEN : mask;
}

int cordon_fanotify_mark_filesystem(int fanotify, int add, uint64_t mask, const char *path) {
  return fanotify_mark(
      fanotify, (add ? FAN_MARK_ADD : FAN_MARK_REMOVE) | FAN_MARK_FILESYSTEM, mask, AT_FDCWD, path);
}

int cordon_fanotify_mark_folder(int fanotify, const char *path) {
  const uint64_t mask = FAN_CLOSE_WRITE | FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_ATTRIB;
  return fanotify_mark(
      fanotify, FAN_MARK_ADD | FAN_MARK_ONLYDIR | FAN_MARK_DONT_FOLLOW, mask | FAN_EVENT_ON_CHILD, AT_FDCWD, path);
}

int cordon_open_by_handle(int mount, const uint8_t *handle, size_t length, int for_reading) {
  // A struct file_handle: 4 bytes of length, 4 of type, then the handle itself.
  struct {
    struct file_handle head;
    uint8_t rest[MAX_HANDLE_SZ];
  } copy;
  const size_t head = offsetof(struct file_handle, f_handle);
  if (length < head || length > head + MAX_HANDLE_SZ) {
    errno = EINVAL;
    return -1;
  }
  memcpy(&copy, handle, length);
  if (copy.head.handle_bytes != length - head) {
    errno = EINVAL;
    return -1;
  }
  const int flags = for_reading ? O_RDONLY | O_NONBLOCK | O_NOATIME : O_PATH;
  return open_by_handle_at(mount, &copy.head, flags | O_CLOEXEC);
}

int cordon_filesystem_id(int descriptor, uint8_t id[8]) {
  struct statfs found;
  if (fstatfs(descriptor, &found) != 0) return -1;
  memcpy(id, &found.f_fsid, 8);
  return 0;
}

uint32_t cordon_socket_drops(int socket) {
  uint32_t counters[SK_MEMINFO_VARS];
  socklen_t length = sizeof counters;
  memset(counters, 0, sizeof counters);
  if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, counters, &length) != 0) return 0;
  return counters[SK_MEMINFO_DROPS];
}

int cordon_audit_join_log(int socket) {
  struct sockaddr_nl address;
  memset(&address, 0, sizeof address);
  address.nl_family = AF_NETLINK;
  address.nl_groups = 1U << (AUDIT_NLGRP_READLOG - 1);
  return bind(socket, (struct sockaddr *)&address, sizeof address);
}
