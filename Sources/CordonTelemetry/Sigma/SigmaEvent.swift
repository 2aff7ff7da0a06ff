package import CordonCore

/// An observation as rules see it: texts by field, each as it is and with ASCII letters in lower case.
///
/// Made to be used again and again: after the first events nothing is allocated. At most `mostBytes` of each field are
/// seen; what is longer is cut.
package struct SigmaEvent: Sendable {
  /// Bytes of one field.
  package static let mostBytes = 8192
  private static let slots = Int((SigmaField.allCases.map(\.rawValue).max() ?? 0)) + 1

  private var raw: [UInt8] = []
  private var folded: [UInt8] = []
  /// By the field's raw value; an absent field's range begins at -1.
  private var ranges: [Range<Int>]

  package init() {
    ranges = Array(repeating: -1..<(-1), count: Self.slots)
  }

  /// Forgets every field.
  package mutating func clear() {
    raw.removeAll(keepingCapacity: true)
    folded.removeAll(keepingCapacity: true)
    for slot in ranges.indices { ranges[slot] = -1..<(-1) }
  }

  /// Sets a field that was not set yet.
  package mutating func set(_ field: SigmaField, _ bytes: some Collection<UInt8>) {
    let start = raw.count
    raw.append(contentsOf: bytes.prefix(Self.mostBytes))
    end(field, from: start)
  }

  /// Sets a field to a list's elements with a space between them, from a text in which zero bytes part them.
  package mutating func set(_ field: SigmaField, joining list: [UInt8]) {
    let start = raw.count
    raw.append(contentsOf: list.prefix(Self.mostBytes))
    for index in start..<raw.count where raw[index] == 0 { raw[index] = 0x20 }
    end(field, from: start)
  }

  package func has(_ field: SigmaField) -> Bool { ranges[Int(field.rawValue)].lowerBound >= 0 }

  /// Calls a body with a field's bytes, as they are or folded; nil where the event lacks it.
  func with<Result>(
    _ field: SigmaField, isFolded: Bool = false, _ body: (Span<UInt8>) -> Result
  ) -> Result? {
    let range = ranges[Int(field.rawValue)]
    guard range.lowerBound >= 0 else { return nil }
    return body((isFolded ? folded.span : raw.span).extracting(range))
  }

  /// What was added since `start` is the field.
  private mutating func end(_ field: SigmaField, from start: Int) {
    folded.append(contentsOf: raw[start...])
    for index in start..<folded.count { folded[index] = ASCIICase.folded(folded[index]) }
    ranges[Int(field.rawValue)] = start..<raw.count
  }
}

/// The only case that rules know.
enum ASCIICase {
  static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  static func folded(_ bytes: [UInt8]) -> [UInt8] { bytes.map { folded($0) } }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(folded(byte))
  }
}
