/// A text with wildcards: `*` for any bytes, `?` for one character; a backslash before `*`, `?` or `\` takes it literally.
///
/// In normal form: no two pieces of literal text beside each other, no two `*`, no empty text, so that equal patterns
/// are equal values.
package struct SigmaPattern: Hashable, Sendable {
  package enum Piece: Hashable, Sendable {
    case literal([UInt8])
    /// One character: a byte that begins one in UTF-8, and those that go on with it.
    case one
    /// Any number of bytes, also none.
    case run
  }

  /// Bytes of one pattern as it is written.
  package static let mostBytes = 1024

  package private(set) var pieces: [Piece] = []

  package init(_ pieces: [Piece]) {
    for piece in pieces { append(piece) }
  }

  /// Reads Sigma's notation.
  package init(_ text: String) {
    let backslash = UInt8(ascii: "\\")
    var isEscaped = false
    for byte in text.utf8 {
      switch (byte, isEscaped) {
      case (UInt8(ascii: "*"), false): append(.run)
      case (UInt8(ascii: "?"), false): append(.one)
      case (backslash, false):
        isEscaped = true
        continue
      case (UInt8(ascii: "*"), true), (UInt8(ascii: "?"), true), (backslash, true): append(.literal([byte]))
      // A backslash before anything else is one.
      case (_, true): append(.literal([backslash, byte]))
      default: append(.literal([byte]))
      }
      isEscaped = false
    }
    if isEscaped { append(.literal([backslash])) }
  }

  /// A text without wildcards.
  package init(literal: some Sequence<UInt8>) { append(.literal(Array(literal))) }

  package var isSound: Bool { text.utf8.count <= Self.mostBytes }

  /// With `*` before and behind, where asked.
  package func padded(before: Bool, behind: Bool) -> SigmaPattern {
    SigmaPattern((before ? [.run] : []) + pieces + (behind ? [.run] : []))
  }

  /// In Sigma's notation; reads back as the same pattern.
  package var text: String {
    var bytes: [UInt8] = []
    for piece in pieces {
      switch piece {
      case .run: bytes.append(UInt8(ascii: "*"))
      case .one: bytes.append(UInt8(ascii: "?"))
      case .literal(let literal):
        for byte in literal {
          if [UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "\\")].contains(byte) {
            bytes.append(UInt8(ascii: "\\"))
          }
          bytes.append(byte)
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func append(_ piece: Piece) {
    switch (pieces.last, piece) {
    case (_, .literal(let bytes)) where bytes.isEmpty: break
    case (.run, .run): break
    case (.literal(let before)?, .literal(let bytes)): pieces[pieces.count - 1] = .literal(before + bytes)
    default: pieces.append(piece)
    }
  }
}

extension SigmaPattern {
  /// Whether a whole value matches; letters must have the pattern's case.
  ///
  /// Goes back to the last `*` alone, so that the cost is at most the product of both lengths.
  package func matches(_ value: Span<UInt8>) -> Bool {
    var (piece, position) = (0, 0)
    var retry: (piece: Int, position: Int)?
    while true {
      if piece < pieces.count, pieces[piece] == .run {
        retry = (piece + 1, position)
        piece += 1
      } else if piece == pieces.count, position == value.count {
        return true
      } else if piece < pieces.count, let next = Self.step(pieces[piece], value, position) {
        (piece, position) = (piece + 1, next)
      } else if let last = retry, last.position < value.count {
        retry = (last.piece, last.position + 1)
        (piece, position) = (last.piece, last.position + 1)
      } else {
        return false
      }
    }
  }

  /// Where a piece that begins at a position ends; nil where it does not stand there.
  private static func step(_ piece: Piece, _ value: Span<UInt8>, _ position: Int) -> Int? {
    switch piece {
    case .literal(let literal):
      guard value.count - position >= literal.count else { return nil }
      for offset in literal.indices where value[position + offset] != literal[offset] { return nil }
      return position + literal.count
    case .one:
      guard position < value.count else { return nil }
      var next = position + 1
      while next < value.count, value[next] & 0xC0 == 0x80 { next += 1 }
      return next
    case .run: return position
    }
  }
}
