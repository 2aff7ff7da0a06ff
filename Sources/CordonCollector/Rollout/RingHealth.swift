package import CordonCore
import CordonLearning

/// Judges how a model does on the ring of agents that it was offered to last.
///
/// A value: what agents said, raised and used in, and the policy's gates; a verdict out. A rate is called too high only
/// where there are some alerts and its 95 % interval lies above the gate, so that the first minutes halt nothing.
package struct RingHealth: Sendable {
  /// Share of a ring's agents that must run the model before the next ring gets it.
  package static let runningShare = 0.9
  /// Share of a ring's agents that may refuse the model, fall silent or use too much, and at least one.
  package static let toleratedShare = 0.1
  /// So many alerts at least halt a rollout: in the first minutes even one lies far above any budget.
  package static let leastAlerts = 3
  /// How long an agent's processor use is looked at before it is judged: a start is no measure.
  package static let leastWatched: Duration = .seconds(600)

  /// One agent of the ring.
  package struct Member: Hashable, Sendable {
    /// What it said of the model; nil before it said anything.
    package var use: ModelUse?
    /// Its refusal of the offer itself.
    package var refusal: String?
    /// It was heard while the model was out for it, and is no more.
    package var vanished: Bool
    /// Of one processor, on average since the offer; nil where it was not watched for long enough.
    package var processorShare: Double?
    package var memoryBytes: UInt64

    package init(
      use: ModelUse? = nil, refusal: String? = nil, vanished: Bool = false, processorShare: Double? = nil,
      memoryBytes: UInt64 = 0
    ) {
      self.use = use
      self.refusal = refusal
      self.vanished = vanished
      self.processorShare = processorShare
      self.memoryBytes = memoryBytes
    }
  }

  package enum Verdict: Hashable, Sendable {
    /// Go on to the next ring.
    case passed
    case waiting(String)
    /// Stop, and go back where allowed.
    case failed(String)
  }

  package var members: [Member]
  /// Behavioural alerts that the ring's agents raised since the offer went out.
  package var alerts: Int
  /// Alerts that the budget allows them in that time.
  package var allowed: Double
  /// How long the offer has been out.
  package var age: Duration
  /// The policy's gates.
  package var gates: Policy.Learning

  package init(members: [Member], alerts: Int, allowed: Double, age: Duration, gates: Policy.Learning) {
    self.members = members
    self.alerts = alerts
    self.allowed = allowed
    self.age = age
    self.gates = gates
  }

  package var verdict: Verdict {
    let tolerated = max(1, Int(Double(members.count) * Self.toleratedShare))
    let refusals = members.compactMap { $0.refusal ?? ($0.use?.state == .refused ? $0.use?.code : nil) }
    if refusals.count > tolerated || (refusals.count == members.count && !refusals.isEmpty) {
      return .failed("\(refusals.count) of \(members.count) agents refuse it (\(refusals[0]))")
    }
    let vanished = members.count(where: \.vanished)
    if vanished > tolerated || (vanished == members.count && vanished > 0) {
      return .failed("\(vanished) of \(members.count) agents fell silent with it")
    }
    if alerts >= Self.leastAlerts, RateInterval(seen: alerts).low > Double(gates.rateFactor) * allowed {
      return .failed("\(alerts) alerts where the budget allows \(allowed.rounded(toPlaces: 1))")
    }
    if let greed = greed(tolerated: tolerated) { return .failed(greed) }
    let running = members.count { $0.use?.state == .running }
    guard Double(running) >= Self.runningShare * Double(members.count) else {
      return .waiting("\(running) of \(members.count) agents run it")
    }
    guard age >= gates.dwell else { return .waiting("watched for \(age.milliseconds / 60_000) minutes") }
    return .passed
  }

  /// What too many agents that run the model use too much of; nil where it is within the policy's gates.
  private func greed(tolerated: Int) -> String? {
    let running = members.filter { $0.use?.state == .running }
    let slow = running.count { ($0.processorShare ?? 0) > Double(gates.processorShare) }
    if slow > tolerated || (slow == running.count && slow > 0) {
      return "\(slow) of \(running.count) agents use more than \(gates.processorShare) of a processor with it"
    }
    let large = running.count { $0.memoryBytes > UInt64(gates.memoryMebibytes) << 20 }
    if large > tolerated || (large == running.count && large > 0) {
      return "\(large) of \(running.count) agents use more than \(gates.memoryMebibytes) MiB with it"
    }
    return nil
  }
}

extension Double {
  func rounded(toPlaces places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    return (self * scale).rounded() / scale
  }
}
