/// A rule's condition as a tree, in normal form: no `all` stands directly in an `all`, no `any` in an `any`, no `not` in
/// a `not`, and none of one part.
package indirect enum SigmaExpression: Hashable, Sendable {
  case test(SigmaTest)
  case not(SigmaExpression)
  case all([SigmaExpression])
  case any([SigmaExpression])

  /// All parts, of which there is at least one.
  package static func conjunction(_ parts: [SigmaExpression]) -> SigmaExpression {
    let flat = parts.flatMap { part in
      if case .all(let inner) = part { inner } else { [part] }
    }
    return flat.count == 1 ? flat[0] : .all(flat)
  }

  /// Any of the parts, of which there is at least one.
  package static func disjunction(_ parts: [SigmaExpression]) -> SigmaExpression {
    let flat = parts.flatMap { part in
      if case .any(let inner) = part { inner } else { [part] }
    }
    return flat.count == 1 ? flat[0] : .any(flat)
  }

  package var negated: SigmaExpression {
    if case .not(let inner) = self { inner } else { .not(self) }
  }

  /// As a rule holds it: each test once, and the steps that combine them.
  package var flattened: (tests: [SigmaTest], condition: [SigmaRule.Step]) {
    var tests: [SigmaTest] = []
    var indices: [SigmaTest: Int] = [:]
    var steps: [SigmaRule.Step] = []
    func add(_ expression: SigmaExpression) {
      switch expression {
      case .test(let test):
        let index = indices[test] ?? tests.count
        if index == tests.count {
          indices[test] = index
          tests.append(test)
        }
        steps.append(.test(index))
      case .not(let inner):
        add(inner)
        steps.append(.not)
      // Combined one by one, so that few answers are open at once however many parts there are.
      case .all(let parts):
        for (position, part) in parts.enumerated() {
          add(part)
          if position > 0 { steps.append(.and) }
        }
      case .any(let parts):
        for (position, part) in parts.enumerated() {
          add(part)
          if position > 0 { steps.append(.or) }
        }
      }
    }
    add(self)
    return (tests, steps)
  }
}

extension SigmaRule {
  /// The condition as a tree; nil where its steps leave no one answer.
  package var expression: SigmaExpression? {
    var open: [SigmaExpression] = []
    for step in condition {
      switch step {
      case .test(let index):
        guard tests.indices.contains(index) else { return nil }
        open.append(.test(tests[index]))
      case .not:
        guard let last = open.popLast() else { return nil }
        open.append(last.negated)
      case .and, .or:
        guard let right = open.popLast(), let left = open.popLast() else { return nil }
        open.append(step == .and ? .conjunction([left, right]) : .disjunction([left, right]))
      }
    }
    return open.count == 1 ? open[0] : nil
  }
}
