import CordonCore

extension IncomingBatch {
  /// The batch with every record that speaks for another host turned into a failure: an agent speaks for itself alone.
  ///
  /// Users and devices are seen by many agents; a host's own behaviour is its own agent's to tell, or one stolen machine
  /// could move the baseline of another, and draw the containment that it deserves onto it. Code: `another-host`.
  ///
  /// - Parameter label: what the agent was enrolled as.
  package func confined(to label: String) -> IncomingBatch {
    var confined = self
    for (index, record) in records.enumerated() {
      guard case .success(let decoded) = record, let named = decoded.otherHost(than: label) else { continue }
      confined.records[index] = .failure(
        CordonError(
          .denied, "another-host", "The agent of \(label) sent a record of the host \(named.prefix(64)).",
          remedy: "An agent that was renamed enrols again; any other one should be looked at."))
    }
    return confined
  }
}

extension Record {
  /// The host that this record is about, where that is not the one given.
  fileprivate func otherHost(than label: String) -> String? {
    switch self {
    case .window(let window): Self.other(window.entity, than: label)
    case .detection(let detection):
      detection.entities.lazy.filter { $0.part == .host }.compactMap { Self.other($0.entity, than: label) }.first
    case .outcome: nil
    }
  }

  private static func other(_ entity: EntityRef, than label: String) -> String? {
    entity.kind == .host && entity.label != label ? entity.label : nil
  }
}
