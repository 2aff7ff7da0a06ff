/// Where a model comes from, so that anybody can ask years later why it said what it said.
package struct ModelLineage: Hashable, Sendable {
  /// A figure that the model was judged by, such as `auroc` or `realised_rate`.
  package struct Metric: Hashable, Sendable {
    package var name: String
    /// Finite.
    package var value: Double

    package init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  package var modelID: UniqueID
  /// The champion that it was made to follow; nil for a first model.
  package var parentID: UniqueID?
  /// Event time of the first training window; the epoch where rows carry no time.
  package var dataFrom: Timestamp
  /// End of the last training window; not before `dataFrom`.
  package var dataTo: Timestamp
  /// SHA-256 of the training sample, 32 bytes; empty for a model that was imported.
  package var sampleDigest: [UInt8]
  /// Rows of the training sample.
  package var rows: UInt64
  /// Version of the program that made it.
  package var codeVersion: String
  package var metrics: [Metric]
  /// Who promoted it; empty for a candidate.
  package var approver: String
  package var created: Timestamp

  package init(
    modelID: UniqueID, parentID: UniqueID? = nil, dataFrom: Timestamp = .epoch, dataTo: Timestamp = .epoch,
    sampleDigest: [UInt8] = [], rows: UInt64 = 0, codeVersion: String, metrics: [Metric] = [], approver: String = "",
    created: Timestamp
  ) {
    self.modelID = modelID
    self.parentID = parentID
    self.dataFrom = dataFrom
    self.dataTo = dataTo
    self.sampleDigest = sampleDigest
    self.rows = rows
    self.codeVersion = codeVersion
    self.metrics = metrics
    self.approver = approver
    self.created = created
  }
}
