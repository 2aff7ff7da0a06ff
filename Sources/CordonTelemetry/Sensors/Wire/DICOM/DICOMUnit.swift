/// The head of a protocol data unit of DICOM's upper layer (PS3.8, 9.3): kind, a reserved byte, length.
struct DICOMUnit: Hashable, Sendable {
  enum Kind: UInt8, Hashable, Sendable {
    case associateRequest = 1
    case associateAccept, associateReject, data, releaseRequest, releaseReply, abort
  }

  /// Bytes of the head.
  static let headLength = 6
  /// Bytes of the fixed part of an association's request and acceptance: version, the two titles, reserved ones.
  static let partiesLength = 68
  /// Bytes of one unit; PS3.8 knows no limit, and no program is known to send longer ones.
  static let lengthLimit = 256 << 20

  var kind: Kind
  /// Bytes behind the head.
  var length: Int

  /// From the first `headLength` bytes; nil for what is none, or has a length that its kind does not have.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= Self.headLength, let kind = Kind(rawValue: bytes[0]) else { return nil }
    let length = bytes.bigEndian(at: 2)
    let isPossible =
      switch kind {
      case .associateRequest, .associateAccept: (Self.partiesLength...1 << 20).contains(length)
      case .data: (DICOMFragment.headLength...Self.lengthLimit).contains(length)
      case .associateReject, .releaseRequest, .releaseReply, .abort: length == 4
      }
    guard isPossible else { return nil }
    self.kind = kind
    self.length = length
  }

  /// Whether bytes from the midst of a connection begin a unit, as far as they show: for finding the way again.
  static func begins(_ bytes: Span<UInt8>) -> Bool {
    guard let unit = DICOMUnit(bytes), bytes[1] == 0 else { return false }
    let body = bytes.extracting(headLength..<bytes.count)
    switch unit.kind {
    case .associateRequest, .associateAccept: return body.count >= 4 && body[0] == 0 && body[1] & 1 == 1
    case .data:
      guard let fragment = DICOMFragment(body) else { return false }
      return fragment.context & 1 == 1 && fragment.length + DICOMFragment.headLength <= unit.length
    case .associateReject, .releaseRequest, .releaseReply, .abort: return body.count == 4 && body[0] == 0
    }
  }
}

/// The head of a presentation data value within a data unit (PS3.8, 9.3.5.1 and annex E): a piece of a command or of a
/// data set.
struct DICOMFragment: Hashable, Sendable {
  static let headLength = 6

  /// Bytes behind the head.
  var length: Int
  /// Odd; says which kind of exchange.
  var context: UInt8
  var isCommand: Bool
  var isLast: Bool

  /// From the first `headLength` bytes; nil where they cannot be one.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= Self.headLength else { return nil }
    // Counts the context and the control byte too.
    let length = bytes.bigEndian(at: 0) - 2
    guard length >= 0, bytes[5] & 0xFC == 0 else { return nil }
    self.length = length
    context = bytes[4]
    isCommand = bytes[5] & 1 != 0
    isLast = bytes[5] & 2 != 0
  }
}

extension Span<UInt8> {
  /// Four bytes, the most significant first.
  func bigEndian(at position: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(self[position + $1]) }
  }

  /// Two bytes, the least significant first.
  func littleEndian16(at position: Int) -> UInt16 { UInt16(self[position]) | UInt16(self[position + 1]) << 8 }

  /// Four bytes, the least significant first.
  func littleEndian32(at position: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(self[position + $1]) << (8 * $1) }
  }
}
