package import CordonCore

/// Reads the two hellos of a TLS connection: what was offered, what was chosen, for which name.
///
/// After RFC 8446 and RFC 5246. What comes after the hellos is encrypted or of no interest: the reader is done then.
package struct TLSReader: StreamReader {
  package static let stateLimit = 2 * helloLimit
  /// Bytes of one side's hello; post-quantum key shares make a client's some 1,800.
  static let helloLimit = 8 << 10

  private enum Progress: Sendable { case collecting([UInt8]), done }

  private var client = Progress.collecting([])
  private var server = Progress.collecting([])
  private var handshake: TLSHandshake?
  /// Both hellos are read, or cannot be.
  package private(set) var isDone = false

  package init() {}

  package static func recognise(_ beginning: ArraySlice<UInt8>, port: UInt16) -> StreamRecognition {
    let head = Array(beginning.prefix(6))
    // A record of the handshake, of any version 3, and in it a hello of either side.
    let pattern: [ClosedRange<UInt8>] = [22...22, 3...3, 0...4, 0...0x40, 0...255, 1...2]
    for (byte, range) in zip(head, pattern) where !range.contains(byte) { return .no }
    return head.count < pattern.count ? .undecided : .yes
  }

  package mutating func take(
    _ bytes: ArraySlice<UInt8>, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    guard !isDone else { return }
    switch side {
    case .client:
      guard let hello = Self.collect(bytes, &client) else { return }
      handshake = TLSHello.client(hello)
      if handshake == nil { isDone = true }
    case .server:
      guard let hello = Self.collect(bytes, &server) else { return }
      let chosen = TLSHello.version(chosenIn: hello)
      // Where the client's hello was missed, the server's still tells what it came to.
      guard var known = handshake ?? chosen.map({ TLSHandshake(offered: $0) }) else {
        isDone = true
        return
      }
      known.chosen = chosen
      tell(known, at: time, &events)
    }
  }

  package mutating func skip(
    _ count: Int, from side: WireSide, at time: Timestamp, into events: inout [StreamEvent]
  ) {
    guard count > 0, !isDone else { return }
    if let handshake { tell(handshake, at: time, &events) }
    isDone = true
  }

  package mutating func finish(at time: Timestamp, into events: inout [StreamEvent]) {
    if let handshake, !isDone { tell(handshake, at: time, &events) }
    isDone = true
  }

  private mutating func tell(_ handshake: TLSHandshake, at time: Timestamp, _ events: inout [StreamEvent]) {
    events.append(StreamEvent(time: time, sender: .client, event: .tls(handshake)))
    isDone = true
  }

  /// The body of a hello once it is whole; empty where it cannot become so.
  private static func collect(_ bytes: ArraySlice<UInt8>, _ progress: inout Progress) -> [UInt8]? {
    guard case .collecting(var collected) = progress else { return nil }
    progress = .done
    collected += bytes.prefix(helloLimit - collected.count)
    switch TLSHello.body(of: collected) {
    case .whole(let body): return body
    case .damaged: return []
    case .unfinished:
      guard collected.count < helloLimit else { return [] }
      progress = .collecting(collected)
      return nil
    }
  }
}
