/// How far a row lies from the middle of the others, in units of how they spread in each direction.
///
/// Principal components with their variances (Shyu et al.: "A novel anomaly detection scheme based on principal component
/// classifier", 2003), what the components leave over counted with one variance: with all components a Mahalanobis
/// distance, robust where the trainer's middle and spread are. The score is √(Σ tᵢ²/λᵢ + ‖r‖²/λᵣ): unbounded, linear in
/// magnitude. A missing value counts as the middle. Cost: components × columns; memory: 4 bytes a coefficient.
package struct ProjectionModel: AnomalyModel {
  package static let coefficientLimit = 1 << 18
  /// Least variance: what is smaller is rounding.
  package static let varianceFloor: Float = 1e-9

  package let scaling: InputScaling
  /// Row-major, components × columns, each of length one.
  package let components: [Float]
  /// One a component, at least `varianceFloor`.
  package let variances: [Float]
  /// Variance a direction of what the components leave over, at least `varianceFloor`.
  package let residualVariance: Float

  package var columns: Int { scaling.columns }
  package var byteCount: Int { scaling.byteCount + 4 * (components.count + variances.count + 1) }

  /// Nil where shapes do not fit, a number is not finite, a variance is below the floor, or the limit is passed.
  package init?(scaling: InputScaling, components: [Float], variances: [Float], residualVariance: Float) {
    guard components.count == variances.count * scaling.columns, components.count <= Self.coefficientLimit,
      components.allSatisfy(\.isFinite), residualVariance.isFinite, residualVariance >= Self.varianceFloor,
      variances.allSatisfy({ $0.isFinite && $0 >= Self.varianceFloor })
    else { return nil }
    self.scaling = scaling
    self.components = components
    self.variances = variances
    self.residualVariance = residualVariance
  }

  package func score(_ row: Span<Float>) -> Double {
    let deviation = scaling.scaled(row)
    var rest = deviation
    var sum = 0.0
    for component in variances.indices {
      let base = component * columns
      var length = 0.0
      for feature in 0..<columns { length += deviation[feature] * Double(components[base + feature]) }
      for feature in 0..<columns { rest[feature] -= length * Double(components[base + feature]) }
      sum += length * length / Double(variances[component])
    }
    let left = rest.reduce(0) { $0 + $1 * $1 }
    return (sum + left / Double(residualVariance)).squareRoot()
  }
}
