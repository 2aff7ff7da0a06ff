package import CordonCore
package import Crypto

/// What a gateway makes of other computers' logs: windows of the computers that the policy lists, and of their users.
///
/// A value; observations come in, windows of labels, pseudonyms and numbers come out. Forwarders deliver late and at their
/// own pace, so windows close by the events' own time, `leastLateness` behind the latest at the soonest. A computer that
/// the policy does not list has no windows of its own: its log counts for its users alone, and whoever can write to the
/// log cannot make up computers.
package struct ComputerStage: Sendable {
  /// How far one computer's log may be behind another's.
  package static let leastLateness = Duration.seconds(120)
  /// Items that all computers and their users together are remembered with at least; 660 kB on disk and in memory.
  package static let remembered = 262_144
  /// Computers whose names are known without another look at the policy, in each of two generations.
  private static let nameLimit = 4096

  /// Who did what a log tells, as the agent's windows and its memory name them.
  package typealias User = (entity: EntityRef, name: CanonicalName)

  package var windows: WindowAssembler

  private var listed: ListedNames
  private var names = GenerationCache<String, CanonicalName>(limit: nameLimit)
  /// Nil until there is a log to read: most machines are no gateways.
  private var novelty: NoveltyMemory?
  private let ownKey: SymmetricKey
  private var hasher: SketchHasher

  /// - Parameters:
  ///   - ownKey: the agent's own, for what never leaves it.
  ///   - memory: of before the restart, as `memory` gave it.
  package init(policy: Policy, pseudonymiser: Pseudonymiser, ownKey: SymmetricKey, memory: [UInt8] = []) {
    listed = ListedNames(policy)
    self.ownKey = ownKey
    if !memory.isEmpty { novelty = Self.novelty(ownKey, memory) }
    hasher = pseudonymiser.sketchHasher
    windows = WindowAssembler(settings: Self.settings(policy))
  }

  /// Takes another policy, from the next record on.
  package mutating func use(_ policy: Policy) {
    listed = ListedNames(policy)
    names.removeAll()
    windows.use(Self.settings(policy))
  }

  /// Takes the keys of another epoch; windows must have been closed before.
  package mutating func use(_ pseudonymiser: Pseudonymiser) { hasher = pseudonymiser.sketchHasher }

  /// What computers and their users were seen with before, as hashes under the agent's own key; empty while there is
  /// nothing.
  package var memory: [UInt8] { novelty?.encoded ?? [] }

  private static func novelty(_ key: SymmetricKey, _ memory: [UInt8] = []) -> NoveltyMemory {
    NoveltyMemory(key: key, capacity: remembered, encoded: memory)
  }

  /// A computer by its label where the policy lists it, else by its path on the network, which leaves sealed.
  ///
  /// - Returns: nil for what is no name.
  package mutating func name(of computer: String) -> CanonicalName? {
    if let known = names[computer] { return known }
    let name =
      listed.hasComputer(computer)
      ? CanonicalName.label(computer, kind: .device) : CanonicalName.path("\\\\\(computer)".utf8)
    names[computer] = name
    return name
  }

  /// The computer's own entity; nil where the policy does not list it.
  package mutating func entity(of computer: String) -> EntityRef? {
    guard let name = name(of: computer), name.kind == .device else { return nil }
    return EntityRef(kind: .device, label: name.text)
  }

  /// Lets what a log tells count for its computer and for who did it; nothing where neither is known.
  package mutating func take(_ observation: Observation, by user: User?, now: Timestamp) {
    guard let machine = observation.foreign?.machine else { return }
    let computer = entity(of: machine)
    guard computer != nil || user != nil else { return }
    var known = novelty ?? Self.novelty(ownKey)
    novelty = nil
    let hashes = HostFeatures.Hashes(
      of: observation, host: machine, user: user?.name, computer: name(of: machine), hasher: &hasher,
      novelty: &known)
    novelty = known
    if let computer {
      windows.add(computer, schema: .deviceAtHost, at: observation.time, now: now) {
        ComputerFeatures.count(observation, hashes, in: &$0)
      }
    }
    guard let user else { return }
    windows.add(user.entity, schema: .userAtHost, at: observation.time, now: now) {
      HostFeatures.countForUser(observation, hashes, in: &$0)
    }
  }

  private static func settings(_ policy: Policy) -> WindowSettings {
    WindowSettings(
      length: policy.windows.length, lateness: max(policy.windows.hostLateness, leastLateness),
      ahead: policy.clockTolerance, burst: Int(policy.tripwires.burst.files), idle: .closes)
  }
}
