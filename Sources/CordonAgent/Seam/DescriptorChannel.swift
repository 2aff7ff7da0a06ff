import CLinux
package import CordonCore
package import CordonWire
import Glibc
import SwiftProtobuf

/// The way on which the keeper hands sockets to its worker: one message each, with a descriptor or without.
///
/// Beside the seam, because descriptors travel with a message and not in a stream of bytes. The worker never sends.
package final class DescriptorChannel: Sendable {
  /// Bytes of one message: three PEM files.
  package static let mostBytes = 192 << 10

  private let descriptor: Int32

  /// Takes the descriptor over: it is closed with the channel.
  package init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// A connected pair of descriptors, closed on exec; one is handed to the worker.
  package static func pair() throws(CordonError) -> (keeper: Int32, worker: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw CordonError(.exhausted, "seam", "No socket pair could be made: \(String(cString: strerror(errno))).")
    }
    for end in ends {
      // A message is handed over whole or not at all, so it has to fit.
      var size = Int32(2 * mostBytes)
      setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    return (ends[0], ends[1])
  }

  /// Hands over a copy of a socket, which stays the sender's too; nil: the message alone. Codes: `seam-oversized`,
  /// `seam-closed`.
  package func send(_ handover: Cordon_V1_ReceiverHandover, _ socket: Int32?) throws(CordonError) {
    guard let bytes: [UInt8] = try? handover.serializedBytes(), bytes.count <= Self.mostBytes else {
      throw CordonError(.invalid, "seam-oversized", "Certificates, key and authorities of a listener are too long.")
    }
    let sent = cordon_send_descriptor(descriptor, bytes, bytes.count, socket ?? -1)
    guard sent == bytes.count else {
      throw CordonError(.unavailable, "seam-closed", "The worker does not take sockets: \(Self.text(sent)).")
    }
  }

  /// The next message, with its socket, which is the caller's from then on; nil at the end. Blocks.
  package func receive() throws(CordonError) -> (Cordon_V1_ReceiverHandover, socket: Int32?)? {
    var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
    var socket: Int32 = -1
    let count = cordon_receive_descriptor(descriptor, &bytes, bytes.count, &socket)
    guard count != 0 else { return nil }
    guard count > 0, let handover = try? Cordon_V1_ReceiverHandover(serializedBytes: Array(bytes[..<count])) else {
      if socket >= 0 { close(socket) }
      throw CordonError(.invalid, "seam-malformed", "The keeper handed over what is no socket: \(Self.text(count)).")
    }
    return (handover, socket >= 0 ? socket : nil)
  }

  /// Ends the channel for both sides: whoever waits in `receive` returns.
  package func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private static func text(_ result: Int) -> String { String(cString: strerror(Int32(clamping: max(0, -result)))) }
}
