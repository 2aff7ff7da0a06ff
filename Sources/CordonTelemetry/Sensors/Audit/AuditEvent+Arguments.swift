import CordonCore

extension AuditEvent {
  private static let letter = UInt8(ascii: "a")

  /// Arguments as EXECVE has them: `a0="sh"`, in hexadecimal where they are not plain, and a long one in pieces, `a1[0]=…
  /// a1[1]=…`, over several records. Kept up to a bound, for rules alone: they are free text.
  mutating func takeArguments(_ record: AuditRecord, _ bytes: Span<UInt8>) -> Bool {
    var fields = AuditFields(record.fields)
    while let field = fields.next(in: bytes), arguments.count < StartedProgram.mostArgumentBytes {
      guard let piece = Self.piece(of: field, bytes) else { continue }
      if piece == 0, !isFirstArgument { arguments.append(0) }
      isFirstArgument = false
      field.append(to: &arguments, in: bytes, most: StartedProgram.mostArgumentBytes)
    }
    return true
  }

  /// Which piece of its argument a field is, 0 for the first or only one; nil for `argc`, `a1_len` and others.
  private static func piece(of field: AuditFields.Field, _ bytes: Span<UInt8>) -> Int? {
    let key = bytes.extracting(field.keyRange)
    guard key.count >= 2, key[0] == letter, isDigit(key[1]) else { return nil }
    var index = 1
    while index < key.count, isDigit(key[index]) { index += 1 }
    if index == key.count { return 0 }
    guard key[index] == UInt8(ascii: "["), key[key.count - 1] == UInt8(ascii: "]") else { return nil }
    // Only whether it is the first matters.
    return key.count == index + 3 && key[index + 1] == UInt8(ascii: "0") ? 0 : 1
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
