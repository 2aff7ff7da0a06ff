package import CordonCore
import CordonLearning

/// Judges how a model does on the ring of agents that it was offered to last.
///
/// A value: what agents said and raised in, a verdict out. A rate is called too high only where its 95 % interval lies
/// above twice the budget, so that one alert in the first minute halts nothing.
package struct RingHealth: Sendable {
  /// How long a ring is watched before the next one gets the model.
  package static let dwell: Duration = .seconds(4 * 3600)
  /// Share of a ring's agents that must run the model before the next ring gets it.
  package static let runningShare = 0.9
  /// Share of a ring's agents that may refuse the model or fall silent, and at least one.
  package static let toleratedShare = 0.1
  /// Times the budget above which the realised rate halts a rollout.
  package static let rateFactor = 2.0

  /// One agent of the ring.
  package struct Member: Hashable, Sendable {
    /// What it said of the model; nil before it said anything.
    package var use: ModelUse?
    /// Its refusal of the offer itself.
    package var refusal: String?
    /// It was heard while the model was out for it, and is no more.
    package var vanished: Bool

    package init(use: ModelUse? = nil, refusal: String? = nil, vanished: Bool = false) {
      self.use = use
      self.refusal = refusal
      self.vanished = vanished
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

  package init(members: [Member], alerts: Int, allowed: Double, age: Duration) {
    self.members = members
    self.alerts = alerts
    self.allowed = allowed
    self.age = age
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
    if RateInterval(seen: alerts).low > Self.rateFactor * allowed {
      return .failed("\(alerts) alerts where the budget allows \(allowed.rounded(toPlaces: 1))")
    }
    let running = members.count { $0.use?.state == .running }
    guard Double(running) >= Self.runningShare * Double(members.count) else {
      return .waiting("\(running) of \(members.count) agents run it")
    }
    guard age >= Self.dwell else { return .waiting("watched for \(age.milliseconds / 60_000) minutes") }
    return .passed
  }
}

extension Double {
  func rounded(toPlaces places: Int) -> Double {
    let scale = (0..<places).reduce(1.0) { product, _ in product * 10 }
    return (self * scale).rounded() / scale
  }
}
