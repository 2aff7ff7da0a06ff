package import CordonCore

/// The signed list of who may sign what, and how many must.
package struct Roster: Hashable, Sendable {
  package var site: String
  /// Every change is a higher one.
  package var serial: UInt64
  package var notAfter: Timestamp
  package var keys: [AuthorityKey]
  /// An act that is not here has its default.
  package var thresholds: [AuthorityAct: Int]

  package static let mostKeys = 256
  /// Bytes of UTF-8.
  package static let longestSite = 128

  package init(
    site: String, serial: UInt64, notAfter: Timestamp, keys: [AuthorityKey], thresholds: [AuthorityAct: Int] = [:]
  ) {
    self.site = site
    self.serial = serial
    self.notAfter = notAfter
    self.keys = keys
    self.thresholds = thresholds
  }

  /// The key with an id.
  package func key(_ id: AuthorityKeyID) -> AuthorityKey? { keys.first { $0.id == id } }

  /// Keys with a role.
  package func keys(with role: AuthorityRole) -> [AuthorityKey] { keys.filter { $0.roles.contains(role) } }

  /// How many people with an eligible role must sign, never below the act's floor.
  ///
  /// Where the roster is silent: a majority of the root keys' holders for a roster, the floor for all else.
  package func threshold(for act: AuthorityAct) -> Int {
    if let stated = thresholds[act] { return max(stated, act.floor) }
    return act == .roster ? max(1, holders(eligibleFor: act).count / 2 + 1) : act.floor
  }

  /// Different people whose signatures count for an act.
  package func holders(eligibleFor act: AuthorityAct) -> Set<String> {
    Set(keys.lazy.filter { !$0.roles.isDisjoint(with: act.eligibleRoles) }.map(\.holder))
  }

  /// Refuses a roster that contradicts itself, or that nobody could ever succeed.
  package func validate() throws(CordonError) {
    guard !site.isEmpty, site.utf8.count <= Self.longestSite else {
      throw Self.invalid("Its site must have 1 to \(Self.longestSite) bytes.")
    }
    guard serial > 0 else { throw Self.invalid("Its serial must be at least 1.") }
    guard keys.count <= Self.mostKeys else {
      throw Self.invalid("It has \(keys.count) keys; \(Self.mostKeys) are the most.")
    }
    guard Set(keys.map(\.id)).count == keys.count else { throw Self.invalid("It names the same key twice.") }
    for (act, count) in thresholds.sorted(by: { $0.key < $1.key }) {
      guard count >= act.floor else {
        throw Self.invalid("Its threshold for \(act.name) is \(count); \(act.floor) is the least.")
      }
      guard count <= Self.mostKeys else { throw Self.invalid("Its threshold for \(act.name) is \(count).") }
    }
    let needed = threshold(for: .roster)
    let people = holders(eligibleFor: .roster).count
    guard needed <= people else {
      throw Self.invalid("Its next one would need \(needed) root holders; it names \(people).")
    }
  }

  private static func invalid(_ why: String) -> CordonError {
    CordonError(.invalid, "roster", "The roster is not usable. \(why)")
  }
}
