/// One TCP connection on its way into a capture: opened, said and answered in turn, closed. Nothing is lost or repeated.
struct ConnectionFrames {
  /// Bytes of one segment.
  private static let segmentLimit = 1_460
  /// Microseconds between two frames of one side, and until the other answers.
  private static let gap: Int64 = 40
  private static let delay: Int64 = 300
  private enum Flags {
    static let finish: UInt8 = 0x11
    static let open: UInt8 = 0x02
    static let openAnswer: UInt8 = 0x12
    static let acknowledge: UInt8 = 0x10
    static let push: UInt8 = 0x18
  }

  private let client: NetworkPacket.End
  private let server: NetworkPacket.End
  /// Sequence numbers that come next.
  private var mine: UInt32
  private var theirs: UInt32
  private var time: Int64
  private var identification: UInt16
  private(set) var frames: [NetworkCapture.Frame] = []

  /// - Parameter time: of the first frame, microseconds since 1970.
  init(
    _ client: NetworkPacket.End, _ server: NetworkPacket.End, at time: Int64, random: inout SeededStream
  ) {
    self.client = client
    self.server = server
    self.time = time
    mine = UInt32(truncatingIfNeeded: random.next())
    theirs = UInt32(truncatingIfNeeded: random.next())
    identification = UInt16(truncatingIfNeeded: random.next())
    add(fromClient: true, Flags.open)
    self.time += Self.delay
    add(fromClient: false, Flags.openAnswer)
    self.time += Self.delay
    add(fromClient: true, Flags.acknowledge)
  }

  /// Says bytes, which the other side acknowledges at once.
  mutating func say(_ bytes: [UInt8], fromClient: Bool) {
    for start in stride(from: 0, to: bytes.count, by: Self.segmentLimit) {
      let part = bytes[start..<min(start + Self.segmentLimit, bytes.count)]
      time += Self.gap
      add(fromClient: fromClient, Flags.push, Array(part))
    }
    time += Self.delay
    add(fromClient: !fromClient, Flags.acknowledge)
  }

  /// Lets time go by within the connection.
  mutating func wait(milliseconds: Int64) { time += milliseconds * 1000 }

  mutating func close() {
    add(fromClient: true, Flags.finish)
    time += Self.delay
    add(fromClient: false, Flags.finish)
    time += Self.delay
    add(fromClient: true, Flags.acknowledge)
  }

  private mutating func add(fromClient: Bool, _ flags: UInt8, _ payload: [UInt8] = []) {
    let isOpening = flags & Flags.open != 0
    identification &+= 1
    frames.append(
      NetworkCapture.Frame(
        time: time,
        bytes: NetworkPacket.segment(
          from: fromClient ? client : server, to: fromClient ? server : client,
          sequence: fromClient ? mine : theirs,
          acknowledges: flags == Flags.open ? 0 : fromClient ? theirs : mine, flags: flags, payload,
          identification: identification)))
    // Opening and closing count as a byte.
    let length = UInt32(payload.count) + (isOpening || flags == Flags.finish ? 1 : 0)
    if fromClient { mine &+= length } else { theirs &+= length }
  }
}
