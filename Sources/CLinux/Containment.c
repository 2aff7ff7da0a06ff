#define _GNU_SOURCE
#include "CLinuxContainment.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

int cordon_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0; }

int cordon_memory_file(void) {
  int fd = memfd_create("cordon", MFD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int cordon_socket_pair(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ? -errno : 0;
}

int cordon_pidfd_open(pid_t pid) {
  long fd = syscall(SYS_pidfd_open, pid, 0);
  return fd < 0 ? -errno : (int)fd;
}

int cordon_pidfd_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int cordon_enter_network(int fd) { return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0; }

int64_t cordon_peer_user(int fd) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
  return credentials.uid;
}

// Sockets looked at in one pass; what is beyond is met by the drop rules alone.
#define MOST_SOCKETS 1024

struct found_socket {
  uint8_t family;
  struct inet_diag_sockid id;
};

struct dump_request {
  struct nlmsghdr header;
  struct inet_diag_req_v2 body;
};

static int send_request(int fd, int type, int flags, const struct inet_diag_req_v2 *body) {
  struct dump_request request = {
      .header = {.nlmsg_len = sizeof request, .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST | flags},
      .body = *body,
  };
  return send(fd, &request, sizeof request, 0) < 0 ? -errno : 0;
}

// The peer of a socket as it would be written canonically: 4 bytes for IPv4 and IPv4-mapped IPv6.
static int is_peer(const struct inet_diag_msg *message, const uint8_t *address, size_t length) {
  static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const uint8_t *peer = (const uint8_t *)message->id.idiag_dst;
  if (message->idiag_family == AF_INET) return length == 4 && memcmp(peer, address, 4) == 0;
  if (memcmp(peer, mapped, sizeof mapped) == 0) return length == 4 && memcmp(peer + 12, address, 4) == 0;
  return length == 16 && memcmp(peer, address, 16) == 0;
}

static int collect(int fd, const uint8_t *address, size_t length, struct found_socket *found, size_t *count) {
  char buffer[32768] __attribute__((aligned(8)));
  for (;;) {
    ssize_t size = recv(fd, buffer, sizeof buffer, 0);
    if (size < 0) return -errno;
    int left = (int)size;
    for (struct nlmsghdr *header = (struct nlmsghdr *)buffer; NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE) return 0;
      if (header->nlmsg_type == NLMSG_ERROR) return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
      if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) continue;
      const struct inet_diag_msg *message = NLMSG_DATA(header);
      if (*count >= MOST_SOCKETS || !is_peer(message, address, length)) continue;
      found[*count].family = message->idiag_family;
      found[*count].id = message->id;
      *count += 1;
    }
  }
}

static int acknowledged(int fd) {
  char buffer[1024] __attribute__((aligned(8)));
  ssize_t size = recv(fd, buffer, sizeof buffer, 0);
  if (size < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr))) return -EIO;
  const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
  return header->nlmsg_type == NLMSG_ERROR ? ((const struct nlmsgerr *)NLMSG_DATA(header))->error : -EIO;
}

// One family and protocol, on a socket of its own, so that a broken dump leaves nothing behind for the next.
static int close_of(
    struct found_socket *found, uint8_t family, uint8_t protocol, const uint8_t *address, size_t length, int dry,
    struct cordon_closed_sockets *result) {
  int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return -errno;
  const struct timeval patience = {.tv_sec = 2};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  size_t count = 0;
  struct inet_diag_req_v2 request = {.sdiag_family = family, .sdiag_protocol = protocol, .idiag_states = ~0u};
  int outcome = send_request(fd, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request);
  if (outcome == 0) outcome = collect(fd, address, length, found, &count);
  for (size_t index = 0; outcome == 0 && index < count; index++) {
    result->port = ntohs(found[index].id.idiag_dport);
    if (dry) {
      result->left += 1;
      continue;
    }
    struct inet_diag_req_v2 victim = {.sdiag_family = found[index].family, .sdiag_protocol = protocol};
    victim.id = found[index].id;
    int answer = send_request(fd, SOCK_DESTROY, NLM_F_ACK, &victim);
    if (answer == 0) answer = acknowledged(fd);
    if (answer == 0) {
      result->closed += 1;
    } else if (answer != -ENOENT) {
      result->left += 1;
    }
  }
  close(fd);
  return outcome;
}

int cordon_close_sockets(const uint8_t *address, size_t length, int dry, struct cordon_closed_sockets *result) {
  if (length != 4 && length != 16) return -EINVAL;
  memset(result, 0, sizeof *result);
  struct found_socket *found = calloc(MOST_SOCKETS, sizeof *found);
  if (found == NULL) return -ENOMEM;
  int outcome = 0;
  const uint8_t families[] = {AF_INET, AF_INET6};
  const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP};
  for (int family = 0; family < 2; family++) {
    for (int protocol = 0; protocol < 2; protocol++) {
      if (families[family] == AF_INET && length == 16) continue;
      int one = close_of(found, families[family], protocols[protocol], address, length, dry, result);
      if (one < 0 && outcome == 0) outcome = one;
    }
  }
  free(found);
  return outcome;
}
