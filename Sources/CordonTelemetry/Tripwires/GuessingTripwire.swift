package import CordonCore

/// Log-ons that fail again and again: passwords guessed, from one place or of one account; and the one that then succeeds.
///
/// Failures are counted in `slots` parts of the policy's time, so that a place costs the same however often it fails. At
/// most `groupLimit` places and accounts in each of two generations: an attacker with more addresses than that is seen by
/// the account that is tried, and by the features.
package struct GuessingTripwire: Sendable {
  package static let groupLimit = 512
  /// Parts of the time within which failures count.
  static let slots = 16
  /// Different accounts from which on it is one password for many rather than many for one.
  static let sprayed = 5
  /// Different accounts that are told apart.
  static let accountLimit = 64
  /// How long a success after guessing is taken for its fruit.
  static let memory = Duration.seconds(3600)

  private enum Key: Hashable, Sendable {
    case origin(Authentication.Origin)
    case account(RawAccount)
  }

  private struct Group: Sendable {
    /// Failures by part of the time, and which part each is.
    var counts = [UInt32](repeating: 0, count: slots)
    var parts = [Int64](repeating: .min, count: slots)
    var first = Timestamp.epoch
    var accounts: Set<Int> = []
    var tripped: Timestamp?
    /// Failures until it tripped, and since.
    var total: UInt64 = 0
  }

  private var settings: Policy.Tripwires.Guessing
  private var groups = GenerationCache<Key, Group>(limit: groupLimit)

  package init(settings: Policy.Tripwires.Guessing = Policy.Tripwires.Guessing()) { self.settings = settings }

  /// Takes other numbers; what was gathered stays.
  package mutating func use(_ settings: Policy.Tripwires.Guessing) { self.settings = settings }

  package mutating func examine(_ observation: Observation) -> TripwireHit? {
    guard settings.isEnabled, case .authentication(let fact) = observation.object else { return nil }
    switch (observation.activity, observation.outcome) {
    case (.logOn, .failure), (.privilegeUse, .failure): return takeFailure(observation, fact)
    case (.logOn, .success), (.privilegeUse, .success): return takeSuccess(observation, fact)
    default: return nil
    }
  }

  private mutating func takeFailure(_ observation: Observation, _ fact: Authentication) -> TripwireHit? {
    if let origin = fact.origin, let hit = count(observation, fact, .origin(origin)) { return hit }
    guard let actor = observation.actor else { return nil }
    return count(observation, fact, .account(actor))
  }

  private mutating func count(_ observation: Observation, _ fact: Authentication, _ key: Key) -> TripwireHit? {
    var group = groups[key] ?? Group()
    let length = max(settings.within.milliseconds / Int64(Self.slots), 1)
    let part = observation.time.bounded.milliseconds / length
    let slot = Int(part % Int64(Self.slots))
    if group.total == 0 { group.first = observation.time }
    if group.parts[slot] != part { (group.parts[slot], group.counts[slot]) = (part, 0) }
    group.counts[slot] &+= fact.attempts
    group.total += UInt64(fact.attempts)
    if let actor = observation.actor, group.accounts.count < Self.accountLimit {
      group.accounts.insert(actor.hashValue)
    }
    let recent = zip(group.parts, group.counts).reduce(UInt64(0)) { sum, entry in
      entry.0 > part - Int64(Self.slots) && entry.0 <= part ? sum + UInt64(entry.1) : sum
    }
    guard recent >= UInt64(max(settings.failures, 2)) else {
      groups[key] = group
      return nil
    }
    let hit = guessing(observation, fact, key, group, recent)
    group.tripped = observation.time
    group.counts = [UInt32](repeating: 0, count: Self.slots)
    groups[key] = group
    return hit
  }

  /// A success is no news where nothing was guessed before it.
  private mutating func takeSuccess(_ observation: Observation, _ fact: Authentication) -> TripwireHit? {
    let keys = [fact.origin.map(Key.origin), observation.actor.map(Key.account)].compactMap(\.self)
    for key in keys {
      guard let group = groups[key], let tripped = group.tripped,
        observation.time >= tripped, observation.time.since(tripped) < Self.memory
      else { continue }
      groups[key] = nil
      return succeeded(observation, fact, key, group)
    }
    return nil
  }

  private func guessing(
    _ observation: Observation, _ fact: Authentication, _ key: Key, _ group: Group, _ recent: UInt64
  ) -> TripwireHit {
    let isSpraying = group.accounts.count >= Self.sprayed
    var predicate = "tried \(recent) times to \(Self.verb(fact.service)) and failed"
    switch key {
    case .origin: predicate += ", from one place"
    case .account: predicate += ", all as one account"
    }
    return TripwireHit(
      .passwordGuessing, technique: isSpraying ? "T1110.003" : "T1110.001", time: observation.time,
      actor: observation.actor, peers: Self.peers(fact),
      evidence: [
        .init(what: "failed attempts", value: Double(recent), unit: "count"),
        .init(what: "known accounts tried", value: Double(group.accounts.count), unit: "count"),
      ],
      predicate: predicate, identity: Self.identity(key))
  }

  private func succeeded(
    _ observation: Observation, _ fact: Authentication, _ key: Key, _ group: Group
  ) -> TripwireHit {
    TripwireHit(
      .guessingSucceeded, technique: "T1110", time: observation.time, actor: observation.actor, peers: Self.peers(fact),
      evidence: [.init(what: "failed attempts before", value: Double(group.total), unit: "count")],
      predicate: "managed to \(Self.verb(fact.service)) after \(group.total) attempts that had failed",
      identity: Self.identity(key))
  }

  private static func peers(_ fact: Authentication) -> [IPAddress] {
    if case .address(let address) = fact.origin { [address] } else { [] }
  }

  private static func verb(_ service: Authentication.Service) -> String {
    switch service {
    case .ssh: "log on by ssh"
    case .sudo: "use sudo"
    case .su: "become another account"
    case .login, .display, .other: "log on"
    case .database: "log on to a database"
    case .fileShare: "open a file share"
    case .directory: "log on to the directory"
    }
  }

  /// Stays on this machine.
  private static func identity(_ key: Key) -> String {
    switch key {
    case .origin(.address(let address)): "origin:\(address)"
    case .origin(.name(let name)): "origin:\(name)"
    case .account(let account): "account:\(account)"
    }
  }
}
