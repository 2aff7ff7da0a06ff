import CordonContainment
package import CordonCore

/// The journal of an agent that does not run: read, and everything in it undone, under the journal's lock.
package enum OfflineJournal {
  /// Undoes one hold, or all together with what no journal names; how many. Needs neither identity nor keys.
  ///
  /// Codes: `journal-locked` where an agent runs after all, `not-held`, `release` where something stays in force.
  package static func release(_ id: UniqueID?, paths: AgentPaths) throws(CordonError) -> Int {
    let lock = try JournalLock.take(folder: paths.journal)
    defer { extendLifetime(lock) }
    let bootID = try KernelFile.bootID()
    let machine = LinuxMachine(bootID: bootID, collectors: { [] })
    let effects = EffectSet.linux(machine: machine, groups: FreezerGroups.find())
    guard let nobody = AgentID(String(repeating: "0", count: AgentID.length)) else { return 0 }
    var executor = CommandExecutor(
      .init(
        agentID: nobody, label: "", machine: machine, effects: effects, clock: SystemMomentClock(bootID: bootID),
        opener: NoNames(), management: CollectorProbe(endpoints: { [] })),
      journal: try Journal(storage: JournalFile(folder: paths.journal)), ownProcesses: [])
    if let id {
      try executor.releaseLocally(id)
      guard executor.journal.state.holds[id] == nil else { throw stuck }
      return 1
    }
    let count = try executor.releaseAll()
    let strays = try effects.sweepStrays(except: executor.holds)
    guard executor.holds.isEmpty else { throw stuck }
    return count + strays
  }

  /// What is held although no agent runs.
  package static func status(paths: AgentPaths) throws(CordonError) -> LocalStatus {
    let lock = try JournalLock.take(folder: paths.journal)
    defer { extendLifetime(lock) }
    let journal = try Journal(storage: JournalFile(folder: paths.journal))
    let clock = SystemMomentClock(bootID: try KernelFile.bootID())
    return LocalStatus(isRunning: false, journal: journal.state, at: clock.now)
  }

  private static let stuck = CordonError(
    .unavailable, "release", "Something stays in force: the machine refused to undo it.",
    remedy: "See `cordon-agent status`, and try again.")

  private struct NoNames: NameOpener {
    func open(_ entity: SealedEntity) throws(CordonError) -> [UInt8] {
      throw Refusal.sealedName.error("No key is at hand.")
    }
  }
}
