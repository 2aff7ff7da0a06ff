package import CordonCore

/// What the journal says, as a value: entries go in, and what they add up to can be asked.
package struct JournalState: Hashable, Sendable {
  /// Holds not yet at their end, by command.
  package private(set) var holds: [UniqueID: Hold] = [:]
  /// Commands seen, and until when they are remembered.
  package private(set) var remembered: [UniqueID: Timestamp] = [:]
  package private(set) var uses: [JournalEntry.Use] = []
  /// Oldest first.
  package private(set) var outcomes: [Outcome] = []
  /// Outcomes given up because the worker took none for too long.
  package private(set) var droppedOutcomes: UInt64 = 0

  package static let mostHolds = 256
  package static let mostRemembered = 8192
  package static let mostOutcomes = 1024
  package static let mostUses = 1024

  package init() {}

  /// Whether another command can be taken up.
  package var hasRoom: Bool {
    holds.count < Self.mostHolds && remembered.count < Self.mostRemembered && outcomes.count < Self.mostOutcomes
  }

  /// Takes one entry; `journal-order` where it cannot follow what came before, and then nothing changes.
  package mutating func apply(_ entry: JournalEntry) throws(CordonError) {
    switch entry {
    case .hold(let hold):
      guard hold.state.isActive else { throw Self.outOfOrder(hold.commandID, "a hold in state \(hold.state)") }
      if let known = holds[hold.commandID] {
        guard known.state == hold.state || known.state.successors.contains(hold.state) else {
          throw Self.outOfOrder(hold.commandID, "\(known.state) before \(hold.state)")
        }
      } else {
        guard holds.count < Self.mostHolds else {
          throw CordonError(.exhausted, "journal-full", "The journal holds \(Self.mostHolds) actions already.")
        }
      }
      holds[hold.commandID] = hold
    case .closed(let id):
      guard holds.removeValue(forKey: id) != nil else { throw Self.outOfOrder(id, "an end without a beginning") }
    case .remember(let id, let until):
      remembered[id] = max(until, remembered[id] ?? until)
    case .use(let use):
      uses.append(use)
      if uses.count > Self.mostUses { uses.removeFirst(uses.count - Self.mostUses) }
    case .outcome(let outcome):
      outcomes.removeAll { $0.commandID == outcome.commandID && $0.state == outcome.state }
      outcomes.append(outcome)
      if outcomes.count > Self.mostOutcomes {
        outcomes.removeFirst()
        droppedOutcomes += 1
      }
    case .spooled(let id, let state, let at):
      outcomes.removeAll { $0.commandID == id && $0.state == state && $0.at <= at }
    }
  }

  /// How many automatic actions within the last hour: of one authority, and of one action where it is named.
  package func uses(of authority: Authority, action: Action.Name?, within hour: Duration, before now: Moment) -> Int {
    uses.count {
      $0.authority == authority && (action == nil || $0.action == action) && now.elapsed(since: $0.at) < hour
    }
  }

  /// Drops what no longer matters: ids past their time, and uses older than any budget's hour.
  package mutating func prune(at now: Moment) {
    remembered = remembered.filter { $0.value > now.wall || holds[$0.key] != nil }
    uses.removeAll { now.elapsed(since: $0.at) > .seconds(7200) }
  }

  /// Entries that rebuild this state, for a compacted journal.
  package var snapshot: [JournalEntry] {
    remembered.sorted { $0.key < $1.key }.map { .remember($0.key, until: $0.value) }
      + uses.map { .use($0) } + holds.values.sorted { $0.commandID < $1.commandID }.map { .hold($0) }
      + outcomes.map { .outcome($0) }
  }

  private static func outOfOrder(_ id: UniqueID, _ what: String) -> CordonError {
    CordonError(.defect, "journal-order", "The journal has \(what) for the command \(id).")
  }
}
