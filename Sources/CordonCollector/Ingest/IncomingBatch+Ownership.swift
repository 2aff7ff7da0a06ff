package import CordonCore

extension IncomingBatch {
  /// The batch with every record that speaks for another host turned into a failure: an agent speaks for itself alone.
  ///
  /// Users and devices are seen by many agents; a host's own behaviour is its own agent's to tell, or one stolen machine
  /// could move the baseline of another, and draw the containment that it deserves onto it. Of machines without an agent,
  /// a gateway names those that its policy lists. Codes: `another-host`, `unlisted-machine`.
  ///
  /// - Parameters:
  ///   - label: what the agent was enrolled as.
  ///   - policy: what it follows.
  package func confined(to label: String, under policy: Policy) -> IncomingBatch {
    var confined = self
    // Most agents speak of no other machine.
    var listed: ListedNames?
    for (index, record) in records.enumerated() {
      guard case .success(let decoded) = record else { continue }
      if let named = decoded.otherHost(than: label) {
        confined.records[index] = .failure(
          CordonError(
            .denied, "another-host", "The agent of \(label) sent a record of the host \(named.prefix(64)).",
            remedy: "An agent that was renamed enrols again; any other one should be looked at."))
      } else if let device = decoded.namedDevice {
        let names = listed ?? ListedNames(policy)
        listed = names
        guard !names.has(device) else { continue }
        confined.records[index] = .failure(
          CordonError(
            .denied, "unlisted-machine",
            "The agent of \(label) sent a record of \(device.prefix(64)), which its policy does not list.",
            remedy:
              "List it in sensors.windows.computers or sensors.wire.devices; any other gateway should be looked at."))
      }
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

  /// The machine without an agent that this record is about, where it is named in clear.
  fileprivate var namedDevice: String? {
    let machine: EntityRef? =
      switch self {
      case .window(let window): window.entity
      case .detection(let detection): detection.machine
      case .outcome: nil
      }
    guard let machine, machine.kind == .device, !machine.label.isEmpty else { return nil }
    return machine.label
  }

  private static func other(_ entity: EntityRef, than label: String) -> String? {
    entity.kind == .host && entity.label != label ? entity.label : nil
  }
}
