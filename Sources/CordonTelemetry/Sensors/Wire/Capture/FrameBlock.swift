package import CordonCore

/// How frames travel from keeper to worker: many in one record, so that a packet costs neither a message nor a queue's slot.
///
/// A record is one byte of kind. Frames: each 18 bytes of head (milliseconds since 1970, captured length, length on the
/// wire, link type; all big-endian), then what was captured. Addresses: those of this machine, each one byte of length and
/// its bytes.
package struct FrameBlock: Sendable {
  /// Bytes from which a record is full.
  package static let target = 32 << 10
  /// Captured bytes of one frame; what a longer one has more is as if cut off by the capture.
  package static let frameLimit = 64 << 10
  /// Bytes of a record.
  package static let limit = target + frameLimit + headLength
  /// Addresses of one machine that are told.
  package static let addressLimit = 256
  static let headLength = 18

  package enum Kind: UInt8, Sendable { case frames = 1, addresses = 2 }

  private var record: [UInt8] = []

  package init() {}

  /// Adds a frame; true once the record should be taken.
  package mutating func add(_ frame: UnsafeRawBufferPointer, time: Timestamp, wireLength: Int, link: LinkType) -> Bool {
    if record.isEmpty {
      record.reserveCapacity(Self.target + 2048)
      record.append(Kind.frames.rawValue)
    }
    let captured = min(frame.count, Self.frameLimit)
    append(UInt64(bitPattern: time.milliseconds), bytes: 8)
    append(UInt64(captured), bytes: 4)
    append(UInt64(max(wireLength, frame.count)), bytes: 4)
    append(UInt64(link.rawValue), bytes: 2)
    record.append(contentsOf: frame.prefix(captured))
    return record.count >= Self.target
  }

  /// The record so far, and begins the next; empty without frames.
  package mutating func take() -> [UInt8] {
    defer { record = [] }
    return record
  }

  private mutating func append(_ number: UInt64, bytes: Int) {
    for index in (0..<bytes).reversed() { record.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }

  /// A record of this machine's addresses.
  package static func addresses(_ addresses: [IPAddress]) -> [UInt8] {
    addresses.prefix(addressLimit).reduce(into: [Kind.addresses.rawValue]) { record, address in
      record.append(UInt8(address.bytes.count))
      record += address.bytes
    }
  }

  /// The addresses of such a record; nil where it is none.
  package static func addresses(in record: [UInt8]) -> [IPAddress]? {
    guard record.first == Kind.addresses.rawValue else { return nil }
    var (addresses, rest) = ([IPAddress](), record.dropFirst())
    while let length = rest.first, addresses.count < addressLimit {
      guard let address = IPAddress(bytes: rest.dropFirst().prefix(Int(length))) else { return nil }
      addresses.append(address)
      rest = rest.dropFirst(1 + Int(length))
    }
    return addresses
  }

  /// Walks over the frames of a record; false where it is not whole.
  package static func forEachFrame(of record: [UInt8], _ body: (CapturedFrame) -> Void) -> Bool {
    guard record.first == Kind.frames.rawValue else { return false }
    var position = 1
    while position < record.count {
      guard record.count - position >= headLength else { return false }
      let milliseconds = UInt64(record.number32(at: position)) << 32 | UInt64(record.number32(at: position + 4))
      let captured = Int(record.number32(at: position + 8))
      let start = position + headLength
      guard captured <= record.count - start else { return false }
      body(
        CapturedFrame(
          time: Timestamp(milliseconds: Int64(bitPattern: milliseconds)),
          link: LinkType(rawValue: record.number16(at: position + 16)),
          wireLength: Int(record.number32(at: position + 12)), range: start..<(start + captured)))
      position = start + captured
    }
    return true
  }
}
