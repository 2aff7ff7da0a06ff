import CordonCore

/// Who the numbers of a record are on the machine that was recorded, as auditd's ENRICHED format says it behind the record.
///
/// `… auid=1000 uid=0 … \u{1D}… AUID="ann" UID="root"`: for logs that are read elsewhere, where the numbers are others'. The
/// kernel itself sends no names.
package enum AuditNames {
  private static let pairs = ["auid", "uid", "euid"].map { name in
    (number: AuditFields.key(of: name), text: AuditFields.key(of: name.uppercased()))
  }

  /// Number and name of each account that a line names, once; none of a line that is not enriched.
  package static func read(_ line: [UInt8]) -> [(number: UInt32, name: String)] {
    let bytes = line.span
    guard let separator = bytes.first(of: 0x1D, in: 0..<bytes.count) else { return [] }
    var numbers: [UInt32?] = pairs.map { _ in nil }
    var fields = AuditFields(0..<separator)
    while let field = fields.next(in: bytes) {
      guard let index = pairs.firstIndex(where: { $0.number == field.key }) else { continue }
      numbers[index] = field.integer(in: bytes).flatMap { UInt32(exactly: $0) }
    }
    var found: [(number: UInt32, name: String)] = []
    fields = AuditFields((separator + 1)..<bytes.count)
    while let field = fields.next(in: bytes) {
      guard let index = pairs.firstIndex(where: { $0.text == field.key }), let number = numbers[index],
        let name = name(field, bytes), !found.contains(where: { $0.number == number })
      else { continue }
      found.append((number, name))
    }
    return found
  }

  /// Nobody's is `unset`, and who has no account is `unknown(1001)`.
  private static func name(_ field: AuditFields.Field, _ bytes: Span<UInt8>) -> String? {
    guard (1...CanonicalName.partLimit).contains(field.value.count) else { return nil }
    let name = bytes.text(in: field.value)
    return name == "unset" || name.contains("(") ? nil : name
  }
}

extension AuditFields {
  /// Packs a key of at most 8 letters, as `key` does.
  fileprivate static func key(of text: String) -> UInt64 { text.utf8.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
