#ifndef CORDON_CLINUX_DESCRIPTORS_H
#define CORDON_CLINUX_DESCRIPTORS_H

#include <stddef.h>
#include <sys/types.h>

// Sends one message over a Unix socket with a copy of a descriptor (SCM_RIGHTS); -1: with none. Never
// blocks. The length, or -errno.
ssize_t cordon_send_descriptor(int socket, const void *bytes, size_t length, int descriptor);

// Receives one message and the descriptor that came with it, closed on exec; `descriptor` becomes -1 where none did. The
// length, 0 at the end, or -errno; EMSGSIZE where the message is longer than the buffer.
ssize_t cordon_receive_descriptor(int socket, void *bytes, size_t capacity, int *descriptor);

#endif
