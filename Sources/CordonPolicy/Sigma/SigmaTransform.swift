import CordonCore
import Foundation

/// A modifier that makes other values of a value; raw values are Sigma's names.
enum SigmaTransform: String {
  case base64, base64offset
  // Encodings, which come before one of the two.
  case wide, utf16le, utf16be, utf16
  case windash

  var isBase64: Bool { self == .base64 || self == .base64offset }

  var isEncoding: Bool { !isBase64 && self != .windash }

  /// What a pattern becomes; nil where the modifier does not go with it. `encodedAs` is the modifier before this one.
  func apply(to pattern: SigmaPattern, encodedAs encoding: SigmaTransform?) -> [SigmaPattern]? {
    switch self {
    case .windash: return Self.dashes(pattern)
    // Done by the base 64 behind it: what stands between is no text.
    case .wide, .utf16le, .utf16be, .utf16: return [pattern]
    case .base64:
      return Self.bytes(pattern, encoding).map { [SigmaPattern(literal: Data($0).base64EncodedString().utf8)] }
    case .base64offset:
      return Self.bytes(pattern, encoding).map { bytes in
        (0..<3).map { SigmaPattern(literal: Self.base64(bytes, offset: $0).utf8) }
      }
    }
  }

  private static func bytes(_ pattern: SigmaPattern, _ encoding: SigmaTransform?) -> [UInt8]? {
    guard pattern.pieces.count == 1, case .literal(let literal) = pattern.pieces[0] else { return nil }
    let units = String(decoding: literal, as: UTF8.self).utf16
    return switch encoding {
    case .wide, .utf16le: units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    case .utf16be: units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    case .utf16: [0xFF, 0xFE] + units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    default: literal
    }
  }

  /// The letters that bytes always give, wherever they begin within a group of three.
  private static func base64(_ bytes: [UInt8], offset: Int) -> String {
    let text = Data([UInt8](repeating: 0x20, count: offset) + bytes).base64EncodedString()
    // The first letters also hold bits of what stands before, the last ones of what comes behind.
    let start = [0, 2, 3][offset]
    let end = [0, 3, 2][(offset + bytes.count) % 3]
    return String(text.dropFirst(start).dropLast(end))
  }

  /// A dash or slash that begins a word, as any of the dashes that Windows programs take for one.
  private static func dashes(_ pattern: SigmaPattern) -> [SigmaPattern] {
    let kinds = ["-", "/", "–", "—", "―"].map { Array($0.utf8) }
    var variants: [[SigmaPattern.Piece]] = [[]]
    var isWord = false
    for piece in pattern.pieces {
      guard case .literal(let literal) = piece else {
        isWord = false
        variants = variants.map { $0 + [piece] }
        continue
      }
      for (index, byte) in literal.enumerated() {
        let next = index + 1 < literal.count ? literal[index + 1] : 0
        let begins = !isWord && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/")) && isWordByte(next)
        isWord = isWordByte(byte)
        // Past the bound the caller refuses: there is no need to go on doubling.
        guard begins, variants.count <= SigmaModifiers.mostVariants else {
          variants = variants.map { $0 + [.literal([byte])] }
          continue
        }
        variants = variants.flatMap { variant in kinds.map { variant + [.literal($0)] } }
      }
    }
    return variants.map { SigmaPattern($0) }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), 0x80...: true
    default: false
    }
  }
}
