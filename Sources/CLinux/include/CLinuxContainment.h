#ifndef CORDON_CLINUX_CONTAINMENT_H
#define CORDON_CLINUX_CONTAINMENT_H

// What containment and the split of privileges need of Linux and the Swift overlay does not give:
// variadic calls, macros, netlink layouts. Every function returns 0 or more, or -errno.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A pipe whose ends close on exec: ends[0] to read, ends[1] to write.
int cordon_pipe(int ends[2]);
// An unnamed file in memory that closes on exec.
int cordon_memory_file(void);
// A pair of connected stream sockets that close on exec.
int cordon_socket_pair(int ends[2]);
// A pidfd of a process.
int cordon_pidfd_open(pid_t pid);
// Sends a signal through a pidfd: never to a process that reused the number.
int cordon_pidfd_signal(int pidfd, int signal);

// How a close of sockets went.
struct cordon_closed_sockets {
  // Sockets that the kernel destroyed.
  uint32_t closed;
  // Sockets found that it did not destroy.
  uint32_t left;
  // A remote port that was in use, host order; 0 where none was found.
  uint16_t port;
};

// Destroys this network namespace's TCP and UDP sockets connected to an address of 4 or 16 bytes (SOCK_DESTROY);
// with dry set it only counts them, as left.
int cordon_close_sockets(const uint8_t *address, size_t length, int dry, struct cordon_closed_sockets *result);

// Moves the calling thread into the network namespace behind a descriptor.
int cordon_enter_network(int fd);

// The other end's credentials of a Unix socket: its user id, or -errno.
int64_t cordon_peer_user(int fd);

// Groups, group and user, saved ids too, of every thread.
int cordon_become(uid_t user, gid_t group);
// No new privileges, no capability in any set, the bounding set included, no core dump; of the calling thread.
int cordon_drop_capabilities(void);
// A system call filter on every thread: refuses (EPERM) what a parser of hostile bytes never needs.
int cordon_filter_system_calls(void);
// The calling process gets a signal when its parent ends.
int cordon_die_with_parent(int signal);

#endif
