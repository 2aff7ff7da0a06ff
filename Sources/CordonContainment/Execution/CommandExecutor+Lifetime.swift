package import CordonCore

extension CommandExecutor {
  /// Extends a lease, never past the command's end; a shorter one than is running changes nothing.
  package mutating func renew(_ renewal: LeaseRenewal, authority: Authority) throws(CordonError) {
    guard renewal.agentID == surroundings.agentID else {
      throw Refusal.otherAgent.error("The renewal is for the agent \(renewal.agentID), not for this one.")
    }
    guard var hold = journal.state.holds[renewal.commandID], hold.state == .held, overdue[hold.commandID] == nil else {
      throw Refusal.notHeld.error("The command \(renewal.commandID) is not held here.")
    }
    if authority == .standing, !(policy.containment.isEnabled && policy.containment.standing.isEnabled) {
      throw Refusal.authority.error("The policy gives the collector no standing authority to renew.")
    }
    // Who may not order a hold of this target may not prolong one either.
    try rules.checkTarget(
      hold.target, action: hold.action.name, authority: authority, machine: surroundings.machine)
    let now = clock.now
    let length = min(
      min(renewal.until, hold.maxUntil).since(now.wall), rules.limits.longestLease(authority))
    guard length > hold.lease.remaining(at: now) else { return }
    hold.lease = Lease(granted: now, length: length)
    try journal.commit([.hold(hold), .outcome(outcome(hold, .held, evidence: ["the lease was renewed"], at: now))])
  }

  /// Undoes a command before its lease ends, on a signed release.
  package mutating func release(_ release: CommandRelease, authority: Authority) throws(CordonError) {
    guard release.agentID == surroundings.agentID else {
      throw Refusal.otherAgent.error("The release is for the agent \(release.agentID), not for this one.")
    }
    guard let hold = journal.state.holds[release.commandID] else {
      throw Refusal.notHeld.error("The command \(release.commandID) is not held here.")
    }
    guard authority != .standing || hold.authority.isAutomatic else {
      throw Refusal.authority.error("What responders ordered, the collector alone does not release.")
    }
    try end(hold, End(.released, "released by a signed order"))
  }

  /// Undoes one command on the word of this machine's administrator; `not-held` where there is none of that id.
  package mutating func releaseLocally(_ id: UniqueID) throws(CordonError) {
    guard let hold = journal.state.holds[id] else {
      throw Refusal.notHeld.error("The command \(id) is not held here.", remedy: "See `cordon-agent status`.")
    }
    try end(hold, End(.released, code: "local", "released on the machine itself"))
  }

  /// Undoes everything on the word of this machine's administrator; how many came to an end.
  package mutating func releaseAll() throws(CordonError) -> Int {
    let all = holds
    for hold in all { try end(hold, End(.released, code: "local", "released on the machine itself")) }
    return all.count { journal.state.holds[$0.commandID] == nil }
  }

  /// Ends leases that are over, tries overdue ends again, and puts back in place what something undid.
  package mutating func look() throws(CordonError) {
    let now = clock.now
    for hold in holds {
      if let due = overdue[hold.commandID] {
        try end(hold, due)
      } else if hold.action.name.isReversible, hold.lease.remaining(at: now) <= .zero {
        try end(hold, End(.expired))
      }
    }
    if let lastInspection, now.elapsed(since: lastInspection) < Self.inspectionInterval { return }
    lastInspection = now
    for hold in holds where overdue[hold.commandID] == nil {
      // Left halfway, because the journal could not be written.
      guard hold.state == .held else {
        try reconcile(hold)
        continue
      }
      if !surroundings.effects.effect(of: hold.action.name).isInPlace(hold) { try carryOut(hold) }
    }
    try journal.compact(at: now)
  }

  /// The worker has an outcome on disk.
  package mutating func spooled(_ id: UniqueID, _ state: Outcome.State, at: Timestamp) throws(CordonError) {
    guard journal.state.outcomes.contains(where: { $0.commandID == id && $0.state == state && $0.at <= at }) else {
      return
    }
    try journal.commit([.spooled(id, state, at: at)])
  }

  /// Compares journal and machine at start: finishes what was begun or undoes it, and undoes what nobody ordered.
  package mutating func reconcile() throws(CordonError) {
    for hold in holds { try reconcile(hold) }
    _ = try surroundings.effects.sweepStrays(except: holds)
    lastInspection = clock.now
  }

  private mutating func reconcile(_ hold: Hold) throws(CordonError) {
    let now = clock.now
    let effect = surroundings.effects.effect(of: hold.action.name)
    guard hold.action.name.isReversible else {
      // Whether the signal was sent is not known; it is never sent twice.
      guard effect.isInPlace(hold) else {
        let message = "The agent stopped before it could act on this; it is not done again."
        return try end(hold, End(.failed, code: "interrupted", message))
      }
      let entries: [JournalEntry] = [
        .closed(hold.commandID),
        .outcome(outcome(hold, .held, evidence: ["the process is gone"], at: now)),
      ]
      return try journal.commit(entries)
    }
    if hold.lease.remaining(at: now) <= .zero { return try end(hold, End(.expired)) }
    if case .process(let process) = hold.target, process.bootID != now.bootID {
      return try end(hold, End(.released, code: "restarted", "The machine was restarted, which ended the process."))
    }
    do throws(CordonError) {
      try checkTarget(hold)
    } catch  where error.code == Refusal.neverTouch.rawValue {
      return try end(hold, End(.reverted, code: error.code, error.message))
    } catch  where error.code == Refusal.targetGone.rawValue || error.code == Refusal.targetChanged.rawValue {
      return try end(hold, End(.released, code: error.code, error.message))
    } catch {
      // The interlock and budgets were asked when it was ordered.
    }
    try carryOut(hold)
  }

  /// Undoes a hold and journals its end; where the machine does not let it, the end is overdue and tried again.
  mutating func end(_ hold: Hold, _ end: End) throws(CordonError) {
    let now = clock.now
    // What the journal has may be further along than what the caller saw: it names every process touched.
    let hold = journal.state.holds[hold.commandID] ?? hold
    let evidence: [String]
    do throws(CordonError) {
      evidence = try surroundings.effects.effect(of: hold.action.name)
        .undo(hold, others: others(than: hold.commandID))
    } catch {
      guard overdue.updateValue(end, forKey: hold.commandID) == nil else { return }
      let message = "It could not be undone yet, and is tried again: \(error.message)"
      return try journal.commit([
        .outcome(outcome(hold, .failed, code: "undo-failed", message: message, at: now))
      ])
    }
    try journal.commit([
      .closed(hold.commandID),
      .outcome(
        outcome(hold, end.outcomeState, code: end.code, message: end.message, evidence: evidence, at: now)),
    ])
    overdue[hold.commandID] = nil
  }
}
