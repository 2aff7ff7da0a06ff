import CordonLearning

/// The shape of one tree: its splits over columns of the input, and which nodes are its leaves.
struct TreeStructure: Sendable {
  /// In the flat order, siblings side by side; a leaf's value is set when the tree is done.
  var nodes: [TreeEnsemble.Node]
  /// Index in `nodes` of each leaf.
  var leaves: [Int]
}

/// One number a row that depends on nothing but the leaves in which the row ends.
///
/// factor · link(scale · Σ leaf + constant) + offset. While it is of one tree and has no link, any function of it is a
/// function of the leaf, so that it is carried out leaf by leaf: this is how the thousands of operations in which an
/// isolation forest is written become one number a leaf again.
struct TreeValue: Sendable {
  enum Link: Sendable {
    case identity
    case logistic
    /// 2^x.
    case powerOfTwo
  }

  struct Term: Sendable {
    /// Index among the compiler's structures.
    var tree: Int
    /// One a leaf.
    var values: [Double]
  }

  var terms: [Term]
  var scale = 1.0
  var constant = 0.0
  var link = Link.identity
  var factor = 1.0
  var offset = 0.0

  init(terms: [Term], constant: Double = 0) {
    self.terms = terms
    self.constant = constant
  }

  /// Of its only tree, one number a leaf; nil for several trees or behind a link.
  var leafValues: [Double]? {
    guard terms.count == 1, link == .identity else { return nil }
    return terms[0].values.map { scale * $0 + constant }
  }

  /// How many leaves an operation on it touches.
  var leafCount: Int { terms.reduce(0) { $0 + $1.values.count } }

  /// multiplier · value + addend.
  func affine(_ multiplier: Double, _ addend: Double) -> TreeValue {
    var value = self
    if link == .identity {
      value.scale *= multiplier
      value.constant = value.constant * multiplier + addend
    } else {
      value.factor *= multiplier
      value.offset = value.offset * multiplier + addend
    }
    return value
  }

  /// The same tree with another number a leaf.
  func replacingLeaves(_ values: [Double]) -> TreeValue {
    TreeValue(terms: [Term(tree: terms[0].tree, values: values)])
  }

  /// The sum of values of any trees; nil where one is behind a link.
  static func sum(_ values: [TreeValue]) -> TreeValue? {
    guard values.allSatisfy({ $0.link == .identity }) else { return nil }
    var terms: [Term] = []
    for value in values {
      terms += value.terms.map { term in
        value.scale == 1 ? term : Term(tree: term.tree, values: term.values.map { $0 * value.scale })
      }
    }
    return TreeValue(terms: terms, constant: values.reduce(0) { $0 + $1.constant })
  }

  /// Passes it through a link; nil where it has one already.
  func linked(_ link: Link) -> TreeValue? {
    guard self.link == .identity else { return nil }
    var value = self
    value.link = link
    return value
  }
}
