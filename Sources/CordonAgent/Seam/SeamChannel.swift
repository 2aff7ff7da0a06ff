package import CordonCore
package import CordonWire
import Glibc
package import SwiftProtobuf
import Synchronization

/// One end of the bounded socket pair between keeper and worker: whole messages, each with its length before it.
///
/// Both calls block, so they belong on threads of their own. Back-pressure is the socket's: a keeper whose worker is
/// slow waits here, while its sensors' queues count what they drop. Either end treats the other as hostile: a message
/// that is too long or not well-formed ends the channel.
package final class SeamChannel<Outgoing: Message, Incoming: Message>: Sendable {
  /// Bytes of one message.
  package static var mostBytes: Int { 4 << 20 }
  private static var headerLength: Int { 4 }

  private let descriptor: Int32
  private let writing = Mutex(())
  private let reading = Mutex(())

  /// Takes the descriptor over: it is closed with the channel.
  package init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Writes one message, waiting while the other end is slow. Codes: `seam-oversized`, `seam-closed`.
  package func send(_ message: Outgoing) throws(CordonError) {
    let body: [UInt8]
    do {
      body = try message.serializedBytes()
    } catch {
      throw CordonError(.defect, "seam-malformed", "A message for the other process cannot be encoded: \(error).")
    }
    guard body.count <= Self.mostBytes else {
      throw CordonError(.defect, "seam-oversized", "A message for the other process has \(body.count) bytes.")
    }
    let length = UInt32(body.count).bigEndian
    let frame = withUnsafeBytes(of: length) { Array($0) } + body
    try writing.withLock { _ throws(CordonError) in try write(frame) }
  }

  /// The next message; nil once the other end has closed. Codes: `seam-oversized`, `seam-malformed`, `seam-closed`.
  package func receive() throws(CordonError) -> Incoming? {
    try reading.withLock { _ throws(CordonError) -> Incoming? in
      guard let header = try read(Self.headerLength) else { return nil }
      let length = header.reduce(0) { $0 << 8 | Int($1) }
      guard length <= Self.mostBytes else {
        throw CordonError(.invalid, "seam-oversized", "The other process announced a message of \(length) bytes.")
      }
      guard let body = try read(length) else { throw Self.closed }
      do {
        return try Incoming(serializedBytes: body)
      } catch {
        throw CordonError(.invalid, "seam-malformed", "The other process sent what is not a message.")
      }
    }
  }

  /// Ends the channel for both sides: whoever waits in `receive` or `send` returns.
  package func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// A connected pair of descriptors, closed on exec; one is handed to the worker.
  package static func pair() throws(CordonError) -> (keeper: Int32, worker: Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw CordonError(.exhausted, "seam", "No socket pair could be made: \(String(cString: strerror(errno))).")
    }
    return (ends[0], ends[1])
  }

  private func write(_ bytes: [UInt8]) throws(CordonError) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.send(
          descriptor, buffer.baseAddress?.advanced(by: sent), buffer.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.closed }
      sent += count
    }
  }

  /// Exactly so many bytes; nil where the other end closed before the first.
  private func read(_ length: Int) throws(CordonError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: length)
    var received = 0
    while received < length {
      let count = bytes.withUnsafeMutableBytes { buffer in
        recv(descriptor, buffer.baseAddress?.advanced(by: received), length - received, 0)
      }
      if count < 0, errno == EINTR { continue }
      if count == 0, received == 0 { return nil }
      guard count > 0 else { throw Self.closed }
      received += count
    }
    return bytes
  }

  private static var closed: CordonError {
    CordonError(.unavailable, "seam-closed", "The other process has closed its end of the seam.")
  }
}

/// The keeper's end.
package typealias KeeperSeam = SeamChannel<Cordon_V1_KeeperMessage, Cordon_V1_WorkerMessage>
/// The worker's end.
package typealias WorkerSeam = SeamChannel<Cordon_V1_WorkerMessage, Cordon_V1_KeeperMessage>
