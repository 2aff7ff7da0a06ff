package import CordonCore

extension FeatureTransform {
  /// A window's raw value as models and baselines read it; 0 for anything that is not finite.
  ///
  /// `log1p` takes what is below zero as zero; `ratio` keeps to 0...1.
  package func value(of raw: Float) -> Float {
    guard raw.isFinite else { return 0 }
    switch self {
    case .identity: return raw
    case .log1p: return Float(logarithm(1 + Double(max(raw, 0))))
    case .asinh:
      let magnitude = Double(abs(raw))
      let value = logarithm(magnitude + (magnitude * magnitude + 1).squareRoot())
      return Float(raw < 0 ? -value : value)
    case .ratio: return min(max(raw, 0), 1)
    }
  }

  /// The raw value of a transformed one: for people to read.
  package func raw(of value: Float) -> Double {
    switch self {
    case .identity, .ratio: return Double(value)
    case .log1p: return exponential(Double(value)) - 1
    case .asinh: return (exponential(Double(value)) - exponential(-Double(value))) / 2
    }
  }
}
