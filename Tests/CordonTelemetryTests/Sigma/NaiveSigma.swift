import CordonCore

/// Works a rule out on an event as its definition says, without any of the matcher's means.
enum NaiveSigma {
  typealias Event = [SigmaField: [UInt8]]

  static func holds(_ expression: SigmaExpression, _ event: Event) -> Bool {
    switch expression {
    case .test(let test): holds(test.match, event[test.field])
    case .not(let inner): !holds(inner, event)
    case .all(let parts): parts.allSatisfy { holds($0, event) }
    case .any(let parts): parts.contains { holds($0, event) }
    }
  }

  private static func holds(_ match: SigmaMatch, _ value: [UInt8]?) -> Bool {
    guard let value else { return match == .empty }
    switch match {
    case .text(let pattern, let isCased):
      let pieces = isCased ? pattern.pieces : pattern.pieces.map(folded)
      return matches(pieces[...], (isCased ? value : folded(value))[...])
    case .number(let comparison, let number):
      return Int64(String(decoding: value, as: UTF8.self)).map { comparison.holds($0, number) } ?? false
    case .network(let network):
      return IPAddress(String(decoding: value, as: UTF8.self)).map { network.contains($0) } ?? false
    case .exists: return true
    case .empty: return value.isEmpty
    // Left to PCRE2, and no part of the comparison.
    case .expression: return false
    }
  }

  private static func matches(_ pieces: ArraySlice<SigmaPattern.Piece>, _ value: ArraySlice<UInt8>) -> Bool {
    guard let piece = pieces.first else { return value.isEmpty }
    switch piece {
    case .literal(let bytes):
      return value.starts(with: bytes) && matches(pieces.dropFirst(), value.dropFirst(bytes.count))
    case .one:
      guard !value.isEmpty else { return false }
      let rest = value.dropFirst().drop { $0 & 0xC0 == 0x80 }
      return matches(pieces.dropFirst(), rest)
    case .run:
      return (0...value.count).contains { matches(pieces.dropFirst(), value.dropFirst($0)) }
    }
  }

  private static func folded(_ piece: SigmaPattern.Piece) -> SigmaPattern.Piece {
    if case .literal(let bytes) = piece { .literal(folded(bytes)) } else { piece }
  }

  private static func folded(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 32 : $0 }
  }
}
