import CordonCore

/// What stands behind a field's name: how its values are transformed, compared and combined.
struct SigmaModifiers {
  /// How a value is compared.
  enum Comparison: Hashable {
    case text
    case expression
    case network
    case exists
    case number(SigmaComparison)
  }

  /// Values that one value may become by `windash` and `base64offset`.
  static let mostVariants = 256

  private(set) var comparison = Comparison.text
  private var needsAll = false
  private var isCased = false
  private var isNegated = false
  private var options: SigmaExpressionOptions = []
  private var transforms: [SigmaTransform] = []
  private var isOpenBefore = false
  private var isOpenBehind = false
  let isEmpty: Bool

  init(_ names: some Collection<String>, at key: SigmaNode) throws(SigmaRefusal) {
    isEmpty = names.isEmpty
    for name in names {
      guard take(name) else {
        throw key.refusal(.modifier, "the modifier `\(YAMLNode.short(name))` is not supported here", subject: name)
      }
    }
    let isWideText = transforms.contains(where: \.isEncoding) && !transforms.contains(where: \.isBase64)
    if isWideText {
      throw key.refusal(.modifier, "`wide` and `utf16` are supported only before `base64` or `base64offset`")
    }
    let isPlain = transforms.isEmpty && !isOpenBefore && !isOpenBehind && !isCased
    guard comparison == .text || isPlain else {
      throw key.refusal(.modifier, "its modifiers exclude each other")
    }
  }

  /// The same, looking for the values anywhere in the field.
  var searching: SigmaModifiers {
    var searching = self
    (searching.isOpenBefore, searching.isOpenBehind) = (true, true)
    return searching
  }

  /// Whether the modifier is known and may stand behind those before it.
  private mutating func take(_ name: String) -> Bool {
    switch name {
    case "contains": (isOpenBefore, isOpenBehind) = (true, true)
    case "startswith": isOpenBehind = true
    case "endswith": isOpenBefore = true
    case "all": needsAll = true
    case "cased": isCased = true
    case "neq": isNegated = true
    case "re": comparison = .expression
    case "i" where comparison == .expression: options.insert(.ignoresCase)
    case "m" where comparison == .expression: options.insert(.byLine)
    case "s" where comparison == .expression: options.insert(.dotMatchesAll)
    case "cidr": comparison = .network
    case "exists": comparison = .exists
    case "lt": comparison = .number(.less)
    case "lte": comparison = .number(.atMost)
    case "gt": comparison = .number(.more)
    case "gte": comparison = .number(.atLeast)
    default:
      guard let transform = SigmaTransform(rawValue: name) else { return false }
      // Encodings of a value that is encoded already would be another rule than meant.
      guard !transforms.contains(where: \.isBase64) else { return false }
      transforms.append(transform)
    }
    return true
  }

  func expression(
    of field: SigmaField, _ values: [SigmaNode], checkExpression: SigmaCompiler.ExpressionCheck
  ) throws(SigmaRefusal) -> SigmaExpression {
    var parts: [SigmaExpression] = []
    for value in values { parts.append(try part(field, value, checkExpression)) }
    let whole = needsAll ? SigmaExpression.conjunction(parts) : .disjunction(parts)
    return isNegated ? whole.negated : whole
  }

  private func part(
    _ field: SigmaField, _ value: SigmaNode, _ checkExpression: SigmaCompiler.ExpressionCheck
  ) throws(SigmaRefusal) -> SigmaExpression {
    if case .absent = value.node.value, comparison == .text, transforms.isEmpty {
      return .test(SigmaTest(field, .empty))
    }
    guard let text = value.text else {
      throw value.refusal(.malformed, "expected a value, found \(value.described)")
    }
    switch comparison {
    case .text:
      return .disjunction(try patterns(text, value).map { .test(SigmaTest(field, .text($0, isCased: isCasedText))) })
    case .expression:
      guard (1...SigmaMatch.mostExpressionBytes).contains(text.utf8.count) else {
        throw value.refusal(.size, "an expression has 1 to \(SigmaMatch.mostExpressionBytes) bytes")
      }
      if let wrong = checkExpression(text, options) {
        throw value.refusal(.expression, "the expression does not compile: \(wrong)")
      }
      return .test(SigmaTest(field, .expression(text, options)))
    case .network:
      guard let network = IPNetwork(text) else {
        throw value.refusal(.malformed, "expected a network such as 10.0.0.0/8, found \(value.described)")
      }
      return .test(SigmaTest(field, .network(network)))
    case .exists:
      guard let flag = ["true": true, "false": false][text.lowercased()] else {
        throw value.refusal(.malformed, "expected true or false, found \(value.described)")
      }
      let test = SigmaExpression.test(SigmaTest(field, .exists))
      return flag ? test : test.negated
    case .number(let comparison):
      guard let number = Int64(text) else {
        throw value.refusal(.malformed, "expected a whole number, found \(value.described)")
      }
      return .test(SigmaTest(field, .number(comparison, number)))
    }
  }

  /// Base 64 means the same bytes only in one case.
  private var isCasedText: Bool { isCased || transforms.contains(where: \.isBase64) }

  private func patterns(_ text: String, _ value: SigmaNode) throws(SigmaRefusal) -> [SigmaPattern] {
    var patterns = [SigmaPattern(text)]
    for (index, transform) in transforms.enumerated() {
      let encoding = index > 0 ? transforms[index - 1] : nil
      var next: [SigmaPattern] = []
      for pattern in patterns {
        guard let made = transform.apply(to: pattern, encodedAs: encoding) else {
          throw value.refusal(.modifier, "`\(transform.rawValue)` needs a text without wildcards, and not an empty one")
        }
        next += made
        guard next.count <= Self.mostVariants else {
          throw value.refusal(.size, "becomes more than \(Self.mostVariants) values")
        }
      }
      patterns = next
    }
    var seen: Set<SigmaPattern> = []
    patterns = patterns.map { $0.padded(before: isOpenBefore, behind: isOpenBehind) }.filter {
      seen.insert($0).inserted
    }
    guard patterns.allSatisfy(\.isSound) else {
      throw value.refusal(.size, "is longer than \(SigmaPattern.mostBytes) bytes")
    }
    return patterns
  }
}
