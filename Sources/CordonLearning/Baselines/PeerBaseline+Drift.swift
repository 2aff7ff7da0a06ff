extension PeerBaseline {
  /// Whether each feature's positive values have changed to another baseline's, in the schema's order; nil where either
  /// has too few of them to say.
  package func drift(to other: PeerBaseline) -> [DriftTest.Result?] {
    precondition(other.featureCount == featureCount, "baselines of one schema are compared")
    return zip(values, other.values).map { DriftTest.compare($0, $1) }
  }
}
