import CordonCore

/// What a question came to.
enum SigmaAnswer: Sendable {
  case no, yes
  /// An expression gave up at its limits.
  case open

  init(_ isYes: Bool) { self = isYes ? .yes : .no }
}

/// How one test is answered.
enum SigmaQuestion: Sendable {
  /// By the pass over the field's text that looks for all literals at once.
  case literal(LiteralIndex.Literal)
  /// Matched piece by piece, against the folded text unless `isCased`.
  case pattern(SigmaPattern, isCased: Bool)
  case expression(RegularExpression)
  case network(IPNetwork)
  case number(SigmaComparison, Int64)
  case exists
  case empty

  /// Throws where an expression does not compile.
  init(_ match: SigmaMatch) throws(CordonError) {
    switch match {
    case .text(let pattern, let isCased):
      let shown = isCased ? pattern : pattern.folded
      if !isCased, let literal = shown.whole {
        self = .literal(literal)
      } else {
        self = .pattern(shown, isCased: isCased)
      }
    case .expression(let text, let options): self = .expression(try RegularExpression(text, options: options))
    case .network(let network): self = .network(network)
    case .number(let comparison, let number): self = .number(comparison, number)
    case .exists: self = .exists
    case .empty: self = .empty
    }
  }

  /// A literal that stands wherever the answer is yes; nil where there is none.
  var needed: LiteralIndex.Literal? {
    switch self {
    case .literal(let literal): literal
    case .pattern(let pattern, _): pattern.folded.longest
    case .expression, .network, .number, .exists, .empty: nil
    }
  }

  /// What asking costs, roughly, in units of looking a literal's answer up.
  var cost: Int {
    switch self {
    case .literal: 1
    case .exists, .empty: 2
    case .number, .network: 8
    case .pattern: 16
    case .expression: 256
    }
  }

  func answer(_ field: SigmaField, of event: SigmaEvent) -> SigmaAnswer {
    switch self {
    // What the pass did not find is not there.
    case .literal: .no
    case .pattern(let pattern, let isCased):
      SigmaAnswer(event.with(field, isFolded: !isCased) { pattern.matches($0) } ?? false)
    case .expression(let expression):
      switch event.with(field, { expression.search($0) }) {
      case .found: .yes
      case .notFound, nil: .no
      case .gaveUp: .open
      }
    case .network(let network): SigmaAnswer(Self.address(field, of: event).map { network.contains($0) } ?? false)
    case .number(let comparison, let number):
      SigmaAnswer(Self.text(field, of: event).flatMap { Int64($0) }.map { comparison.holds($0, number) } ?? false)
    case .exists: SigmaAnswer(event.has(field))
    case .empty: SigmaAnswer(event.with(field) { $0.isEmpty } ?? true)
    }
  }

  private static func address(_ field: SigmaField, of event: SigmaEvent) -> IPAddress? {
    text(field, of: event).flatMap { IPAddress($0) }
  }

  /// A field that is a number or an address as text; nil where it is too long for either.
  private static func text(_ field: SigmaField, of event: SigmaEvent) -> String? {
    event.with(field) { bytes in
      guard bytes.count <= 64 else { return nil }
      return bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    } ?? nil
  }
}

extension SigmaPattern {
  fileprivate var folded: SigmaPattern {
    SigmaPattern(
      pieces.map { piece in
        if case .literal(let bytes) = piece { .literal(ASCIICase.folded(bytes)) } else { piece }
      })
  }

  /// The pattern as one literal, where it is one with at most a `*` at either end.
  fileprivate var whole: LiteralIndex.Literal? {
    let isOpenBefore = pieces.first == .run
    let isOpenBehind = pieces.last == .run
    let inner = pieces.dropFirst(isOpenBefore ? 1 : 0).dropLast(isOpenBehind ? 1 : 0)
    guard inner.count == 1, case .literal(let bytes)? = inner.first else { return nil }
    var anchor: LiteralIndex.Anchor = []
    if !isOpenBefore { anchor.insert(.start) }
    if !isOpenBehind { anchor.insert(.end) }
    return .init(bytes: bytes, anchor: anchor)
  }

  /// Its longest literal piece, which stands somewhere.
  fileprivate var longest: LiteralIndex.Literal? {
    let literals = pieces.compactMap { piece in
      if case .literal(let bytes) = piece { bytes } else { nil }
    }
    return literals.max { $0.count < $1.count }.map { .init(bytes: $0, anchor: []) }
  }
}
