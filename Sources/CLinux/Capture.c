#define _GNU_SOURCE
#include "CLinuxCapture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BLOCK_BYTES = 512 << 10, BLOCKS = 16, FRAME_BYTES = 2048, RETIRE_MS = 50 };

struct cordon_ring {
  int socket;
  uint8_t *map;
  unsigned block;
  // Of the block that is being read.
  unsigned left;
  struct tpacket3_hdr *next;
};

static int prepare(struct cordon_ring *ring, unsigned interface, int promiscuous, const struct sock_fprog *filter) {
  int version = TPACKET_V3;
  struct tpacket_req3 request;
  memset(&request, 0, sizeof request);
  request.tp_block_size = BLOCK_BYTES;
  request.tp_block_nr = BLOCKS;
  request.tp_frame_size = FRAME_BYTES;
  request.tp_frame_nr = BLOCK_BYTES / FRAME_BYTES * BLOCKS;
  request.tp_retire_blk_tov = RETIRE_MS;
  if (setsockopt(ring->socket, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof *filter) != 0) return -errno;
  if (setsockopt(ring->socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0) return -errno;
  if (setsockopt(ring->socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) return -errno;
  void *map = mmap(NULL, (size_t)BLOCK_BYTES * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, ring->socket, 0);
  if (map == MAP_FAILED) return -errno;
  ring->map = map;
  if (promiscuous && interface != 0) {
    struct packet_mreq member;
    memset(&member, 0, sizeof member);
    member.mr_ifindex = (int)interface;
    member.mr_type = PACKET_MR_PROMISC;
    if (setsockopt(ring->socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &member, sizeof member) != 0) return -errno;
  }
  struct sockaddr_ll address;
  memset(&address, 0, sizeof address);
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = (int)interface;
  if (bind(ring->socket, (struct sockaddr *)&address, sizeof address) != 0) return -errno;
  return 0;
}

int cordon_ring_open(
    unsigned interface, int promiscuous, const struct sock_filter *filter, unsigned short length,
    struct cordon_ring **result) {
  struct cordon_ring *ring = calloc(1, sizeof *ring);
  if (ring == NULL) return -ENOMEM;
  // Bound to no protocol until all is set: nothing comes before its filter.
  ring->socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (ring->socket < 0) {
    const int failure = errno;
    free(ring);
    return -failure;
  }
  const struct sock_fprog program = {.len = length, .filter = (struct sock_filter *)filter};
  const int outcome = prepare(ring, interface, promiscuous, &program);
  if (outcome != 0) {
    cordon_ring_close(ring);
    return outcome;
  }
  *result = ring;
  return 0;
}

void cordon_ring_close(struct cordon_ring *ring) {
  if (ring->map != NULL) munmap(ring->map, (size_t)BLOCK_BYTES * BLOCKS);
  close(ring->socket);
  free(ring);
}

int cordon_ring_descriptor(const struct cordon_ring *ring) { return ring->socket; }

uint32_t cordon_ring_drops(const struct cordon_ring *ring) {
  struct tpacket_stats_v3 counted;
  socklen_t length = sizeof counted;
  memset(&counted, 0, sizeof counted);
  if (getsockopt(ring->socket, SOL_PACKET, PACKET_STATISTICS, &counted, &length) != 0) return 0;
  return counted.tp_drops;
}

static struct tpacket_block_desc *current(const struct cordon_ring *ring) {
  return (struct tpacket_block_desc *)(ring->map + (size_t)ring->block * BLOCK_BYTES);
}

// Gives the block that was read back to the kernel.
static void release(struct cordon_ring *ring) {
  __atomic_store_n(&current(ring)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
  ring->block = (ring->block + 1) % BLOCKS;
  ring->next = NULL;
}

static int is_wanted(const struct sockaddr_ll *address) {
  const uint16_t protocol = ntohs(address->sll_protocol);
  if (protocol != ETH_P_IP && protocol != ETH_P_IPV6) return 0;
  // What a machine says to itself comes by twice.
  return !(address->sll_hatype == ARPHRD_LOOPBACK && address->sll_pkttype == PACKET_OUTGOING);
}

int cordon_ring_next(struct cordon_ring *ring, struct cordon_frame *frame) {
  for (;;) {
    if (ring->next == NULL) {
      struct tpacket_block_desc *block = current(ring);
      if ((__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) return 0;
      ring->left = block->hdr.bh1.num_pkts;
      ring->next = (struct tpacket3_hdr *)((uint8_t *)block + block->hdr.bh1.offset_to_first_pkt);
    }
    if (ring->left == 0) {
      release(ring);
      continue;
    }
    struct tpacket3_hdr *head = ring->next;
    ring->left -= 1;
    ring->next = (struct tpacket3_hdr *)((uint8_t *)head + head->tp_next_offset);
    const struct sockaddr_ll *address =
        (const struct sockaddr_ll *)((uint8_t *)head + TPACKET_ALIGN(sizeof(struct tpacket3_hdr)));
    if (!is_wanted(address)) continue;
    frame->bytes = (uint8_t *)head + head->tp_net;
    frame->captured = head->tp_snaplen;
    frame->length = head->tp_len;
    frame->milliseconds = (int64_t)head->tp_sec * 1000 + head->tp_nsec / 1000000;
    frame->interface = (uint32_t)address->sll_ifindex;
    frame->outgoing = address->sll_pkttype == PACKET_OUTGOING;
    return 1;
  }
}
