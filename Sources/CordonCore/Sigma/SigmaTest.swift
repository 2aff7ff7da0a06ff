/// One question about one field.
package struct SigmaTest: Hashable, Sendable {
  package var field: SigmaField
  package var match: SigmaMatch

  package init(_ field: SigmaField, _ match: SigmaMatch) {
    self.field = field
    self.match = match
  }
}

/// What a value must look like. A field that an observation lacks matches `empty` alone.
package enum SigmaMatch: Hashable, Sendable {
  /// Bytes of a regular expression.
  package static let mostExpressionBytes = 1024

  /// The whole value, with wildcards; ASCII letters of either case are the same unless `isCased`.
  case text(SigmaPattern, isCased: Bool)
  /// A PCRE2 expression that is found somewhere in the value.
  case expression(String, SigmaExpressionOptions)
  /// An address of a network.
  case network(IPNetwork)
  /// A whole number in decimal digits.
  case number(SigmaComparison, Int64)
  /// The observation has the field.
  case exists
  /// The observation lacks the field, or it is empty.
  case empty

  package var isSound: Bool {
    switch self {
    case .text(let pattern, _): pattern.isSound
    case .expression(let text, _): (1...Self.mostExpressionBytes).contains(text.utf8.count)
    case .network, .number, .exists, .empty: true
    }
  }
}

/// How a number compares; raw values are the wire's.
package enum SigmaComparison: UInt8, Sendable, CaseIterable {
  case less = 1
  case atMost = 2
  case more = 3
  case atLeast = 4

  package func holds(_ left: Int64, _ right: Int64) -> Bool {
    switch self {
    case .less: left < right
    case .atMost: left <= right
    case .more: left > right
    case .atLeast: left >= right
    }
  }
}

/// Sub-modifiers of `re`; raw values are the wire's.
package struct SigmaExpressionOptions: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `i`: letters of either case are the same.
  package static let ignoresCase = SigmaExpressionOptions(rawValue: 1)
  /// `m`: `^` and `$` match at lines.
  package static let byLine = SigmaExpressionOptions(rawValue: 2)
  /// `s`: `.` matches a line's end too.
  package static let dotMatchesAll = SigmaExpressionOptions(rawValue: 4)

  package static let all: SigmaExpressionOptions = [.ignoresCase, .byLine, .dotMatchesAll]
}
