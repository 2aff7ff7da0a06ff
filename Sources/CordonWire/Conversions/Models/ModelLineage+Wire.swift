package import CordonCore
import FoundationEssentials

extension Cordon_V1_ModelLineage {
  /// Metrics of one model.
  static let mostMetrics = 64

  package init(_ lineage: ModelLineage) {
    self.init()
    modelID = Data(lineage.modelID.bytes)
    parentID = Data(lineage.parentID?.bytes ?? [])
    dataFromMs = lineage.dataFrom.milliseconds
    dataToMs = lineage.dataTo.milliseconds
    sampleSha256 = Data(lineage.sampleDigest)
    rows = lineage.rows
    codeVersion = lineage.codeVersion
    metrics = lineage.metrics.map { metric in
      var message = Cordon_V1_ModelMetric()
      message.name = metric.name
      message.value = metric.value
      return message
    }
    approver = lineage.approver
    createdMs = lineage.created.milliseconds
  }

  package func domain() throws(CordonError) -> ModelLineage {
    let from = try Bounded.time(dataFromMs, "start of the training data")
    let to = try Bounded.time(dataToMs, "end of the training data")
    guard from <= to else {
      throw CordonError(.invalid, "out-of-range", "The training data of a model ends before it starts.")
    }
    var metrics: [ModelLineage.Metric] = []
    for metric in try Bounded.list(self.metrics, "metrics", most: Self.mostMetrics) {
      metrics.append(
        ModelLineage.Metric(
          name: try Bounded.text(metric.name, "metric name"), value: try Bounded.finite(metric.value, "metric")))
    }
    return ModelLineage(
      modelID: try Bounded.id(modelID, "model id"), parentID: try Bounded.optionalID(parentID, "parent id"),
      dataFrom: from, dataTo: to, sampleDigest: try Bounded.optionalDigest(sampleSha256, "sample digest"), rows: rows,
      codeVersion: try Bounded.text(codeVersion, "code version"), metrics: metrics,
      approver: try Bounded.text(approver, "approver"), created: try Bounded.time(createdMs, "model time"))
  }
}

extension Cordon_V1_ScaleThreshold {
  package init(_ threshold: ScaleThreshold) {
    self.init()
    scale = threshold.scale
    if let value = threshold.threshold { self.threshold = value }
    budgetShare = threshold.budgetShare
    entityDays = threshold.entityDays
    rank = threshold.rank
  }

  /// The threshold; a rank beyond the entity-days, or one without a threshold, promises what nothing supports.
  package func domain() throws(CordonError) -> ScaleThreshold {
    let share = try Bounded.finite(budgetShare, "budget share")
    guard (0...1).contains(share) else {
      throw CordonError(.invalid, "out-of-range", "A budget share is not between 0 and 1 alerts a day and entity.")
    }
    guard (rank > 0) == hasThreshold, UInt64(rank) <= entityDays else {
      throw CordonError(.invalid, "out-of-range", "The threshold of scale \(scale.debugDescription) has no such rank.")
    }
    return ScaleThreshold(
      scale: try Bounded.text(scale, "scale"),
      threshold: hasThreshold ? try Bounded.finite(threshold, "threshold") : nil, budgetShare: share,
      entityDays: entityDays, rank: rank)
  }
}
