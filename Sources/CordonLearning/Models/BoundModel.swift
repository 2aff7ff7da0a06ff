package import CordonCore

/// A bundle's model, bound to the schema whose windows it scores: where in a window each of its columns is.
///
/// A model may read some of a schema's features in any order; what it does not know is passed over. Cost of a window: one
/// transform a column, and the model's own.
package struct BoundModel: Hashable, Sendable {
  package let model: FlatModel
  package let readsSurprises: Bool
  /// Of each column that is a feature, its position in the schema.
  private let positions: [Int]
  private let transforms: [FeatureTransform]

  /// Binds by permanent id and digest of the definition.
  ///
  /// - Parameter digest: of a definition, as agents declare it.
  ///
  /// Refuses a bundle of another schema (`other-schema`), and a feature that the schema does not have (`feature-missing`)
  /// or defines differently (`feature-redefined`), by name.
  package init(
    _ bundle: ModelBundle, to schema: FeatureSchema, digest: (FeatureDefinition) -> UInt64
  ) throws(CordonError) {
    guard bundle.schema == schema.id else {
      throw CordonError(
        .invalid, "other-schema", "The model reads schema \(bundle.schema), not \(schema.name) (\(schema.id)).")
    }
    var positions: [Int] = []
    for feature in bundle.features {
      guard let position = schema.index(of: feature.id) else {
        throw CordonError(
          .invalid, "feature-missing",
          "The model reads \(feature.name) (\(feature.id)), which this version's \(schema.name) does not have.",
          remedy: "Update this machine's Cordon, or train a model without that feature.")
      }
      guard digest(schema.features[position]) == feature.digest else {
        throw CordonError(
          .invalid, "feature-redefined",
          "The model reads \(feature.name) (\(feature.id)), which this version's \(schema.name) defines differently.",
          remedy: "Train a model from windows of this version.")
      }
      positions.append(position)
    }
    for peers in bundle.groupPeers.values + [bundle.peers].compactMap(\.self)
    where peers.featureCount != schema.features.count {
      throw CordonError(
        .invalid, "bundle-shape",
        "The model's peer group has \(peers.featureCount) features; \(schema.name) has \(schema.features.count).")
    }
    model = bundle.model
    readsSurprises = bundle.readsSurprises
    self.positions = positions
    transforms = bundle.features.map(\.transform)
  }

  /// How strange the model finds a window; always finite.
  ///
  /// - Parameters:
  ///   - features: raw, in the schema's order.
  ///   - surprises: one a feature, in the schema's order.
  package func score(_ features: [Float], surprises: some Collection<Double>) -> Double {
    model.score(row(of: features, surprises: surprises))
  }

  /// How much of the score each feature carries, in the score's unit and the schema's order: its value and its surprise
  /// together; 0 for one that the model does not read. Not for the hot path: `FlatModel.contributions`.
  package func contributions(_ features: [Float], surprises: some Collection<Double>) -> [Double] {
    let columns = model.contributions(row(of: features, surprises: surprises))
    var parts = [Double](repeating: 0, count: features.count)
    for (column, part) in columns.enumerated() { parts[positions[column % positions.count]] += part }
    return parts
  }

  private func row(of features: [Float], surprises: some Collection<Double>) -> [Float] {
    var row: [Float] = []
    row.reserveCapacity(model.columns)
    for (position, transform) in zip(positions, transforms) { row.append(transform.value(of: features[position])) }
    if readsSurprises {
      for position in positions {
        row.append(Float(surprises[surprises.index(surprises.startIndex, offsetBy: position)]))
      }
    }
    return row
  }
}

extension ModelBundle {
  /// The threshold of each scale in the given order; +∞ where the budget is not feasible or nothing was calibrated.
  package func thresholds(of scales: [Scale]) -> [Double] {
    scales.map { scale in thresholds.first { $0.scale == scale.code }?.threshold ?? .infinity }
  }
}
