import CordonContainment
package import CordonCore
import FoundationEssentials

/// What `cordon-agent status` shows of this machine, to root alone: targets are named as they are.
package struct LocalStatus: Codable, Hashable, Sendable {
  package struct Held: Codable, Hashable, Sendable {
    package var id: String
    package var action: String
    package var target: String
    package var authority: String
    package var state: String
    /// To go.
    package var leaseSeconds: Int64
  }

  package var isRunning: Bool
  package var agent = ""
  package var label = ""
  package var policySerial: UInt64 = 0
  package var policyName = ""
  package var mayContain = false
  package var rosterSerial: UInt64 = 0
  package var hasWorker = false
  /// What scores which schema, as the worker says.
  package var models: [ModelUse] = []
  package var held: [Held]
  /// Outcomes that the worker has not spooled yet.
  package var outcomesWaiting: Int

  init(isRunning: Bool, journal: JournalState, at now: Moment) {
    self.isRunning = isRunning
    outcomesWaiting = journal.outcomes.count
    held = journal.holds.values.sorted { $0.commandID < $1.commandID }.map { hold in
      let target =
        switch hold.target {
        case .process(let process): "process \(process.pid)"
        case .address(let address): address.description
        }
      return Held(
        id: hold.commandID.description, action: hold.action.name.rawValue, target: target,
        authority: "\(hold.authority)", state: "\(hold.state)",
        leaseSeconds: hold.lease.remaining(at: now).milliseconds / 1000)
    }
  }

  /// Lines for people.
  package var text: String {
    var lines = ["agent: \(isRunning ? "running" : "not running")"]
    if isRunning {
      lines += [
        "id: \(agent) (\(label))",
        "policy: \(policySerial == 0 ? "none yet, observes only" : "\(policyName), serial \(policySerial)")",
        "containment: \(mayContain ? "on" : "off")", "roster: serial \(rosterSerial)",
        "worker: \(hasWorker ? "running" : "not running")",
      ]
      if !models.isEmpty { lines.append("behaviour:") }
      lines += models.map(Self.line)
    }
    lines.append("held: \(held.count)")
    lines += held.map { "  \($0.id)  \($0.action) of \($0.target), by \($0.authority), \($0.leaseSeconds) s to go" }
    if outcomesWaiting > 0 { lines.append("outcomes not spooled yet: \(outcomesWaiting)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Such as `host@host champion 3f2a…: running, learns until 2026-01-08T09:00:00Z`.
  private static func line(_ use: ModelUse) -> String {
    let schema = FeatureSchema.withID(use.schema)?.name ?? "schema \(use.schema)"
    let model = use.digest.isEmpty ? "no model" : "\(use.purpose) \(Hex.encode(use.digest.prefix(4)))"
    var text = "  \(schema) \(model): \(use.state.rawValue)"
    if let until = use.learningUntil {
      text += ", learns until \(Date(timeIntervalSince1970: Double(until.milliseconds) / 1000).formatted(.iso8601))"
    }
    return use.message.isEmpty ? text : text + "; \(use.message)"
  }
}
