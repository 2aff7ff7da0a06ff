package import CordonCore

extension Cordon_V1_LearningPolicy {
  package init(_ learning: Policy.Learning) {
    self.init()
    enabled = learning.isEnabled
    standingRollout = learning.standingRollout
    trainEveryMs = UInt64(clamping: learning.trainEvery.milliseconds)
    canaries = learning.canaries.map { Cordon_V1_CanaryWindow($0) }
    rings = learning.rings
    dwellMs = UInt64(clamping: learning.dwell.milliseconds)
    rateFactor = learning.rateFactor
    processorShare = learning.processorShare
    memoryMebibytes = learning.memoryMebibytes
    expected = learning.expected.map(\.text)
  }

  package func domain() throws(CordonError) -> Policy.Learning {
    var learning = Policy.Learning()
    learning.isEnabled = enabled
    learning.standingRollout = standingRollout
    guard let trainEvery = Int64(exactly: trainEveryMs), PolicyBounds.trainEvery.contains(trainEvery) else {
      throw CordonError(
        .invalid, "out-of-range",
        "learning.train_every must be \(PolicyBounds.trainEvery.lowerBound) to \(PolicyBounds.trainEvery.upperBound) ms."
      )
    }
    learning.trainEvery = .milliseconds(trainEvery)
    for canary in try Bounded.list(canaries, "learning.canaries", most: WireLimits.policyEntries) {
      learning.canaries.append(try canary.domain())
    }
    learning.rings = try PolicyBounds.names(rings, "learning.rings")
    for text in try Bounded.list(expected, "labels.expected", most: WireLimits.policyEntries) {
      guard let activity = ExpectedActivity(text: text) else {
        throw CordonError(.invalid, "malformed", "labels.expected holds what no expectation is.")
      }
      learning.expected.append(activity)
    }
    try readGates(into: &learning)
    return learning
  }

  /// A policy from before there were gates in policies keeps the defaults.
  private func readGates(into learning: inout Policy.Learning) throws(CordonError) {
    func bounded<Value: Comparable>(
      _ value: Value, _ range: ClosedRange<Value>, _ field: String
    ) throws(CordonError) -> Value {
      guard range.contains(value) else {
        throw CordonError(
          .invalid, "out-of-range", "learning.\(field) must be \(range.lowerBound) to \(range.upperBound).")
      }
      return value
    }
    if hasDwellMs {
      learning.dwell = .milliseconds(Int64(try bounded(dwellMs, PolicyBounds.dwell, "dwell, in ms,")))
    }
    if hasRateFactor { learning.rateFactor = try bounded(rateFactor, PolicyBounds.rateFactor, "rate_factor") }
    if hasProcessorShare {
      learning.processorShare = try bounded(processorShare, PolicyBounds.processorShare, "processor_share")
    }
    if hasMemoryMebibytes {
      learning.memoryMebibytes = try bounded(memoryMebibytes, PolicyBounds.memoryMebibytes, "memory_mebibytes")
    }
  }
}

extension Cordon_V1_CanaryWindow {
  package init(_ canary: CanaryWindow) {
    self.init()
    schema = canary.schema
    values = canary.values.sorted { $0.key < $1.key }.map { feature, value in
      var message = Cordon_V1_CanaryValue()
      message.feature = feature
      message.value = value
      return message
    }
  }

  /// The window, where its schema and features are known: an agent that could not check it must not pass over it.
  package func domain() throws(CordonError) -> CanaryWindow {
    guard let known = FeatureSchema.withID(schema) else {
      throw CordonError(.invalid, "unknown-schema", "learning.canaries names schema \(schema), which is not known.")
    }
    var domain = CanaryWindow(schema: schema, values: [:])
    for value in try Bounded.list(values, "learning.canaries", most: known.features.count) {
      guard known.index(of: value.feature) != nil, value.value.isFinite, value.value > 0,
        domain.values.updateValue(value.value, forKey: value.feature) == nil
      else {
        throw CordonError(.invalid, "malformed", "learning.canaries has a bad value for feature \(value.feature).")
      }
    }
    return domain
  }
}
