import CordonCore

extension InstallationSnapshot {
  /// What is wrong with single agents, at most `Doctor.mostPerKind` of a kind.
  func perAgent() -> [Finding] {
    var kinds: [String: [Finding]] = [:]
    for agent in agents where agent.state != "revoked" {
      for finding in findings(of: agent) { kinds[finding.code, default: []].append(finding) }
    }
    return kinds.keys.sorted().flatMap { code -> [Finding] in
      let all = kinds[code, default: []]
      guard all.count > Doctor.mostPerKind, let first = all.first else { return all }
      let rest = all.count - Doctor.mostPerKind
      return all.prefix(Doctor.mostPerKind)
        + [Finding(first.severity, code, "\(rest) more agents show the same.", remedy: first.remedy)]
    }
  }

  /// The newest epoch of keys that an agent uses.
  private var newestKeyEpoch: UInt32 { agents.map(\.keyEpoch).max() ?? 0 }

  private func findings(of agent: Agent) -> [Finding] {
    guard agent.state != "quarantined" else {
      return [
        Finding(
          .critical, "agent-quarantined", "\(agent.label): its identity was seen in two places.",
          remedy: "Find both machines, cordon agent revoke \(agent.id), and enrol each anew.")
      ]
    }
    return presence(of: agent) + health(of: agent)
  }

  private func presence(of agent: Agent) -> [Finding] {
    let quiet = agent.lastSeen.map { now.since($0) }
    guard !agent.isConnected, quiet ?? .seconds(Int64.max / 2000) > heartbeat * 3 else { return [] }
    let since = quiet.map { "for \($0.milliseconds / 1000) s" } ?? "since it enrolled"
    return [
      Finding(
        .high, "agent-silent", "\(agent.label): not heard \(since).",
        remedy: "Is the machine on? systemctl status cordon-agent there.")
    ]
  }

  private func health(of agent: Agent) -> [Finding] {
    var found: [Finding] = []
    let offset = agent.clockOffset < .zero ? .zero - agent.clockOffset : agent.clockOffset
    if offset > clockTolerance {
      found.append(
        Finding(
          .high, "clock-off",
          "\(agent.label): its clock is off by \(offset.milliseconds / 1000) s; automation there is off.",
          remedy: "Repair time synchronisation on \(agent.label)."))
    }
    for sensor in agent.sensors where !sensor.isRunning {
      found.append(
        Finding(
          .high, "sensor-not-running", "\(agent.label): sensor \(sensor.name) does not run. \(sensor.reason)",
          remedy: "See the reason; then systemctl restart cordon-agent on \(agent.label)."))
    }
    for drop in agent.drops where drop.count > 0 {
      found.append(
        Finding(
          .medium, "records-dropped", "\(agent.label): \(drop.count) records dropped (\(drop.cause)).",
          remedy: "Is the collector reachable from there, and its spool large enough?"))
    }
    if agent.isConnected, agent.wantedPolicy > agent.policySerial {
      found.append(
        Finding(
          .medium, "policy-not-there",
          "\(agent.label): follows policy serial \(agent.policySerial), not \(agent.wantedPolicy).",
          remedy: "It is delivered within seconds; if this stays, look at the agent's log for the refusal."))
    }
    if agent.isConnected, agent.keyEpoch > 0, agent.keyEpoch < newestKeyEpoch {
      found.append(
        Finding(
          .medium, "key-epoch-behind",
          "\(agent.label): names people with the keys of epoch \(agent.keyEpoch), others with those of \(newestKeyEpoch).",
          remedy: "cordon names rotate --again seals the newest keys for it."))
    }
    let left = agent.certificateNotAfter.since(now)
    if left < Doctor.certificateNearEnd {
      found.append(
        Finding(
          left <= .zero ? .high : .medium, "certificate-near-end",
          "\(agent.label): its certificate \(left <= .zero ? "has expired" : "ends in \(left.milliseconds / 86_400_000) days").",
          remedy: "A connected agent renews by itself; look at its log, or let it come back within 90 days."))
    }
    return found
  }
}
