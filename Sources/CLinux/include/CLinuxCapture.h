// What the wire sensor needs of the kernel: a ring that it fills with packets, shared with this process.
#ifndef CORDON_CLINUX_CAPTURE_H
#define CORDON_CLINUX_CAPTURE_H

#include <linux/filter.h>
#include <stdint.h>

// A packet socket without link headers (AF_PACKET, SOCK_DGRAM) and its ring (TPACKET_V3): 16 blocks of 512 KiB.
struct cordon_ring;

// One IP packet in the ring; the bytes stay until the next call of cordon_ring_next.
struct cordon_frame {
  const uint8_t *bytes;
  uint32_t captured;
  // On the wire.
  uint32_t length;
  // Since 1970.
  int64_t milliseconds;
  // Index of the interface that it was seen on, and whether this machine sent it there.
  uint32_t interface;
  int outgoing;
};

// Opens a ring on an interface, or on all of them (0); the filter sees packets from their IP header on. 0, or -errno.
int cordon_ring_open(
    unsigned interface, int promiscuous, const struct sock_filter *filter, unsigned short length,
    struct cordon_ring **result);
void cordon_ring_close(struct cordon_ring *ring);
// To poll for readability.
int cordon_ring_descriptor(const struct cordon_ring *ring);
// The next packet; 0 while there is none.
int cordon_ring_next(struct cordon_ring *ring, struct cordon_frame *frame);
// Packets that found the ring full since the last call.
uint32_t cordon_ring_drops(const struct cordon_ring *ring);

#endif
