package import CordonCore

/// Log-ons that two sensors of one machine tell of, as Cordon's PAM module and a log do: each counts once.
///
/// What one sensor told is held for `memory`, and what another tells of the same person, service, outcome and place is
/// taken for it, attempt by attempt. Of places a sensor may not know one. Bounded: 2 × `limit` persons, `attemptLimit`
/// attempts of each; beyond, attempts count twice rather than never.
package struct LogOnMemory: Sendable {
  package static let limit = 256
  package static let attemptLimit = 64
  /// A log tells some ten seconds late of what PAM alone says.
  package static let memory = Duration.seconds(30)

  private struct Key: Hashable, Sendable {
    var user: String
    var service: Authentication.Service
    var activity: Activity
    var outcome: ActivityOutcome
  }

  private struct Told: Sendable {
    var source: String
    var origin: Authentication.Origin?
    var time: Timestamp
    var attempts: UInt32
  }

  private var told = GenerationCache<Key, [Told]>(limit: limit)

  package init() {}

  /// Takes from a log-on what another sensor has told of already; true where nothing is left of it.
  package mutating func isRepetition(_ observation: inout Observation) -> Bool {
    guard observation.activity == .logOn || observation.activity == .logOff, observation.foreign == nil,
      case .authentication(var fact) = observation.object
    else { return false }
    let key = Key(
      user: Self.user(observation.actor), service: fact.service, activity: observation.activity,
      outcome: observation.outcome)
    var known = (told[key] ?? []).filter { abs(observation.time.since($0.time)) < Self.memory }
    for index in known.indices where known[index].source != observation.source && fact.attempts > 0 {
      if let one = known[index].origin, let other = fact.origin, one != other { continue }
      let shared = min(known[index].attempts, fact.attempts)
      known[index].attempts -= shared
      fact.attempts -= shared
    }
    known.removeAll { $0.attempts == 0 }
    if fact.attempts > 0 {
      known.append(
        Told(source: observation.source, origin: fact.origin, time: observation.time, attempts: fact.attempts))
      observation.object = .authentication(fact)
    }
    told[key] = Array(known.suffix(Self.attemptLimit))
    return fact.attempts == 0
  }

  private static func user(_ account: RawAccount?) -> String {
    switch account {
    case .name(let name), .login(let name), .record(let name): name
    case .uid(let number): "#\(number)"
    case nil: ""
    }
  }
}

/// The length of a time, whichever way it goes.
private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
