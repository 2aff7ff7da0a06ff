import CordonCore

/// One report of a gateway's own software, as `Protos/cordon/v1/sensor.proto` writes it.
struct SDKReport: Hashable, Sendable {
  enum Event: Hashable, Sendable {
    case logOn(LogOn)
    case access(Access)
    case message(Message)
    case counter(Counter)
  }

  struct LogOn: Hashable, Sendable {
    var account = ""
    var service = ""
    var origin = ""
    var outcome = ActivityOutcome.unknown
    var isEnd = false
  }

  struct Access: Hashable, Sendable {
    var account = ""
    var act = EHRAccess.Act.open
    var patient = ""
    var authority = ""
    var isBreakGlass = false
    var origin = ""
    var outcome = ActivityOutcome.unknown
  }

  struct Message: Hashable, Sendable {
    var sender = ""
    var receiver = ""
    var receiverPort: UInt16 = 0
    var type = ""
    var trigger = ""
    var bytes = 0
    var isControl = false
  }

  struct Counter: Hashable, Sendable {
    var device = ""
    var name = ""
    var value = 0.0
  }

  /// Bytes of one text; the library sends no longer ones.
  static let textLimit = 255

  /// Nil: when it arrives.
  var time: Timestamp?
  /// Reports that the sender dropped before this one.
  var dropped: UInt64 = 0
  var event: Event

  /// From its bytes; nil for anything that the library would not have sent, fields of a later version aside.
  static func read(_ bytes: Span<UInt8>) -> SDKReport? {
    var fields = ProtobufFields(0..<bytes.count)
    var (time, dropped, event) = (Timestamp?.none, UInt64(0), Event?.none)
    while let field = fields.next(in: bytes) {
      switch (field.number, field.value) {
      case (1, .number(let number)): time = number == 0 ? nil : Timestamp(milliseconds: Int64(bitPattern: number))
      case (2, .number(let number)): dropped = number
      case (3, .bytes(let range)): event = logOn(bytes, range)
      case (4, .bytes(let range)): event = access(bytes, range)
      case (5, .bytes(let range)): event = message(bytes, range)
      case (6, .bytes(let range)): event = counter(bytes, range)
      default: break
      }
    }
    guard !fields.isDamaged, let event else { return nil }
    return SDKReport(time: time, dropped: dropped, event: event)
  }

  private static func logOn(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Event? {
    var (fields, found) = (SDKFields(range), LogOn())
    while let field = fields.next(in: bytes) {
      switch field.number {
      case 1: found.account = fields.text(field, in: bytes)
      case 2: found.service = fields.text(field, in: bytes)
      case 3: found.origin = fields.text(field, in: bytes)
      case 4: found.outcome = fields.outcome(field)
      case 5: found.isEnd = fields.flag(field)
      default: break
      }
    }
    return fields.isWhole && !found.service.isEmpty ? .logOn(found) : nil
  }

  private static func access(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Event? {
    var (fields, found) = (SDKFields(range), Access())
    while let field = fields.next(in: bytes) {
      switch field.number {
      case 1: found.account = fields.text(field, in: bytes)
      case 2: found.act = [.open, .change, .search, .export][Int(fields.number(field, most: 3))]
      case 3: found.patient = fields.text(field, in: bytes)
      case 4: found.authority = fields.text(field, in: bytes)
      case 5: found.isBreakGlass = fields.flag(field)
      case 6: found.origin = fields.text(field, in: bytes)
      case 7: found.outcome = fields.outcome(field)
      default: break
      }
    }
    return fields.isWhole && !found.account.isEmpty ? .access(found) : nil
  }

  private static func message(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Event? {
    var (fields, found) = (SDKFields(range), Message())
    while let field = fields.next(in: bytes) {
      switch field.number {
      case 1: found.sender = fields.text(field, in: bytes)
      case 2: found.receiver = fields.text(field, in: bytes)
      case 3: found.receiverPort = UInt16(fields.number(field, most: UInt64(UInt16.max)))
      case 4: found.type = fields.text(field, in: bytes)
      case 5: found.trigger = fields.text(field, in: bytes)
      case 6: found.bytes = Int(fields.number(field, most: 1 << 40))
      case 7: found.isControl = fields.flag(field)
      default: break
      }
    }
    return fields.isWhole && !found.type.isEmpty ? .message(found) : nil
  }

  private static func counter(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Event? {
    var (fields, found) = (SDKFields(range), Counter())
    while let field = fields.next(in: bytes) {
      switch (field.number, field.value) {
      case (1, _): found.device = fields.text(field, in: bytes)
      case (2, _): found.name = fields.text(field, in: bytes)
      case (3, .fixed64(let bits)): found.value = Double(bitPattern: bits)
      default: break
      }
    }
    return fields.isWhole && !found.name.isEmpty && found.value.isFinite ? .counter(found) : nil
  }
}

/// The fields of one part of a report; a field of another kind than the contract's spoils the whole.
private struct SDKFields {
  private var fields: ProtobufFields
  private var isFitting = true

  init(_ range: Range<Int>) { fields = ProtobufFields(range) }

  var isWhole: Bool { isFitting && !fields.isDamaged }

  mutating func next(in bytes: Span<UInt8>) -> ProtobufFields.Field? { fields.next(in: bytes) }

  mutating func text(_ field: ProtobufFields.Field, in bytes: Span<UInt8>) -> String {
    guard case .bytes(let range) = field.value, range.count <= SDKReport.textLimit,
      let text = bytes.extracting(range).withUnsafeBufferPointer({ String(validating: $0, as: UTF8.self) })
    else {
      isFitting = false
      return ""
    }
    return text
  }

  mutating func number(_ field: ProtobufFields.Field, most: UInt64) -> UInt64 {
    guard case .number(let number) = field.value, number <= most else {
      isFitting = false
      return 0
    }
    return number
  }

  mutating func flag(_ field: ProtobufFields.Field) -> Bool { number(field, most: 1) == 1 }

  mutating func outcome(_ field: ProtobufFields.Field) -> ActivityOutcome {
    [.unknown, .success, .failure][Int(number(field, most: 2))]
  }
}
