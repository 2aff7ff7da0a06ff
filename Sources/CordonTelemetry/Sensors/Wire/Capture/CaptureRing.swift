import CLinux
import CordonCore
import Glibc

/// The kernel's packets of one interface, or of all, in memory that it shares: nothing is copied before it is wanted.
///
/// AF_PACKET rather than libpcap: what runs as root is then a hundred lines that look into no packet, and a compiled filter
/// comes from `CaptureFilter`, not from a parser of expressions. Used by one thread.
final class CaptureRing {
  private let ring: OpaquePointer

  /// - Parameter interface: empty for all. Codes: `no-interface`, `capture-refused`.
  init(interface: String, filter: [sock_filter]) throws(CordonError) {
    let index = interface.isEmpty ? 0 : if_nametoindex(interface)
    guard interface.isEmpty || index > 0 else {
      throw CordonError(
        .missing, "no-interface", "There is no network interface \(interface).",
        remedy: "Correct sensors.wire.interfaces of the policy; `ip link` lists what is there.")
    }
    var made: OpaquePointer?
    let failure = cordon_ring_open(index, 1, filter, UInt16(filter.count), &made)
    guard failure == 0, let made else {
      throw CordonError(
        .denied, "capture-refused", "Packets cannot be captured: \(String(cString: strerror(-failure))).",
        remedy: "The agent's keeper needs CAP_NET_RAW and a kernel with AF_PACKET rings.")
    }
    ring = made
  }

  deinit { cordon_ring_close(ring) }

  /// Which packets come by twice; of none that is captured by its interface's name.
  var joined = JoinedInterfaces()

  var descriptor: Int32 { cordon_ring_descriptor(ring) }

  /// Packets that found the ring full since the last call.
  func takeDrops() -> UInt64 { UInt64(cordon_ring_drops(ring)) }

  /// Hands on the packets that are there while there is room; false where some may be left.
  func drain(while hasRoom: () -> Bool, _ body: (UnsafeRawBufferPointer, _ time: Timestamp, _ length: Int) -> Void)
    -> Bool
  {
    var frame = cordon_frame()
    while hasRoom() {
      guard cordon_ring_next(ring, &frame) == 1 else { return true }
      if joined.isRepeat(interface: frame.interface, isOutgoing: frame.outgoing != 0) { continue }
      body(
        UnsafeRawBufferPointer(start: frame.bytes, count: Int(frame.captured)),
        Timestamp(milliseconds: frame.milliseconds), Int(frame.length))
    }
    return false
  }
}
