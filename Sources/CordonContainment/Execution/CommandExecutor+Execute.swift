package import CordonCore

extension CommandExecutor {
  /// Carries out an order, or refuses it; the error's code is a `Refusal`, or the journal's.
  ///
  /// An order that fails after it was taken up does not throw: its outcome says so.
  package mutating func execute(_ order: Order) throws(CordonError) {
    let now = clock.now
    let target: Target
    let lease: Duration
    do throws(CordonError) {
      (target, lease) = try check(order, at: now)
    } catch {
      try note(error, order, at: now)
      throw error
    }
    guard order.command.mode == .effect else { return try rehearse(order, target, at: now) }
    let effect = surroundings.effects.effect(of: order.command.action.name)
    let undo: Undo
    do throws(CordonError) {
      undo = try effect.plan(target, command: order.command.id, others: holds)
    } catch {
      try journal.commit([remember(order.command, at: now), .outcome(outcome(order, .failed, error, at: now))])
      return
    }
    let hold = Hold(
      commandID: order.command.id, action: order.command.action, target: target, authority: order.authority,
      lease: Lease(granted: now, length: lease),
      maxUntil: rules.limits.maxUntil(order.command, authority: order.authority, at: now), undo: undo,
      detectionID: order.detectionID)
    var intent: [JournalEntry] = [.hold(hold), remember(order.command, at: now)]
    if order.authority.isAutomatic {
      intent.append(.use(.init(authority: order.authority, action: hold.action.name, at: now)))
    }
    try journal.commit(intent)
    try carryOut(hold)
  }

  /// Applies, verifies and holds; where either fails, undoes and says why.
  mutating func carryOut(_ hold: Hold) throws(CordonError) {
    let effect = surroundings.effects.effect(of: hold.action.name)
    let others = others(than: hold.commandID)
    var hold = hold
    let cutsNetwork = hold.action.name == .blockAddress
    let before = cutsNetwork ? surroundings.management.reachable() : []
    do throws(CordonError) {
      let asJournalled = hold
      try effect.apply(asJournalled, others: others) { (undo) throws(CordonError) in
        hold.undo = undo
        try journal.commit([.hold(hold)])
      }
    } catch {
      return try end(hold, End(.failed, code: error.code, error.message))
    }
    if hold.state == .journalled {
      hold.state = .applied
      try journal.commit([.hold(hold)])
    }
    var evidence: [String]
    do throws(CordonError) {
      evidence = try effect.verify(hold)
      if cutsNetwork { evidence.append(try checkManagement(before)) }
    } catch {
      return try end(hold, End(.reverted, code: error.code, error.message))
    }
    try keep(hold, evidence)
  }

  private mutating func keep(_ hold: Hold, _ evidence: [String]) throws(CordonError) {
    let now = clock.now
    var verified = hold
    var entries: [JournalEntry] = []
    if hold.state == .applied {
      verified.state = .verified
      entries.append(.hold(verified))
    }
    var held = hold
    held.state = .held
    entries.append(.hold(held))
    if !hold.action.name.isReversible { entries.append(.closed(hold.commandID)) }
    entries.append(.outcome(outcome(held, .held, evidence: evidence, at: now)))
    try journal.commit(entries)
  }

  /// What was reachable before the change must be reachable after it.
  private func checkManagement(_ before: Set<Endpoint>) throws(CordonError) -> String {
    guard !before.isEmpty else { return "the collector did not answer before the change either" }
    guard before.isSubset(of: surroundings.management.reachable()) else {
      throw CordonError(.unavailable, "management-lost", "The collector did not answer any more after the change.")
    }
    return "the collector still answers"
  }

  private func check(_ order: Order, at now: Moment) throws(CordonError) -> (Target, Duration) {
    try rules.checkCommand(order.command, journal: journal.state, at: now)
    guard order.command.notAfter <= now.wall.advanced(by: Self.mostValidity) else {
      throw Refusal.clock.error("The command is valid for longer than a command may be.")
    }
    let target = try target(of: order)
    try rules.checkTarget(
      target, action: order.command.action.name, authority: order.authority, machine: surroundings.machine)
    let lease = try rules.limits.check(order.command, authority: order.authority, journal: journal.state, at: now)
    return (target, lease)
  }

  private func target(of order: Order) throws(CordonError) -> Target {
    switch order.command.action {
    case .suspendProcess(let process), .killProcess(let process): return .process(process)
    case .blockAddress(let sealed):
      if order.authority == .reflex, let peer = order.peer { return .address(peer) }
      if policy.containment.neverTouchSealed.contains(where: { $0.entity == sealed.entity }) {
        throw Refusal.neverTouch.error("The target is an address that the policy protects.")
      }
      guard sealed.entity.kind == .address, let address = IPAddress(bytes: try surroundings.opener.open(sealed)) else {
        throw Refusal.sealedName.error("The command's sealed name is not an address.")
      }
      return .address(address)
    }
  }

  /// The same path without effect: what would be done, and whether the machine could do it.
  private mutating func rehearse(_ order: Order, _ target: Target, at now: Moment) throws(CordonError) {
    let effect = surroundings.effects.effect(of: order.command.action.name)
    var result = outcome(order, .rehearsed, nil, at: now)
    do throws(CordonError) {
      let undo = try effect.plan(target, command: order.command.id, others: holds)
      let description = ActionDescription(order.command.action.name)
      result.evidence = ["would do: \(description.changes)", "would cut off: \(description.blastRadius)"]
      switch undo {
      case .thaw(_, let processes):
        result.evidence.append("would freeze \(processes.count) processes by control group")
      case .resume(let processes): result.evidence.append("would stop \(processes.count) processes by signal")
      case .unblock, .none: break
      }
    } catch {
      result = outcome(order, .failed, error, at: now)
    }
    try journal.commit([remember(order.command, at: now), .outcome(result)])
  }

  /// Journals a refusal, so that the collector learns of it and the command is not obeyed later.
  private mutating func note(_ error: CordonError, _ order: Order, at now: Moment) throws(CordonError) {
    switch Refusal(rawValue: error.code) {
    // What these would say of the command is said already, or is not ours to say; or there is no room to say it.
    case .replayed, .otherAgent, .journalFull: return
    default: break
    }
    // The collector's key must not be able to fill the memory that its people's commands need.
    if order.authority.isAutomatic, journal.state.remembered.count >= JournalState.mostRemembered / 2 { return }
    try journal.commit([remember(order.command, at: now), .outcome(outcome(order, .refused, error, at: now))])
  }

  private func remember(_ command: Command, at now: Moment) -> JournalEntry {
    let end = min(command.notAfter, now.wall.advanced(by: Self.mostValidity))
    return .remember(command.id, until: max(end, now.wall).advanced(by: Self.remembrance))
  }

  private func outcome(_ order: Order, _ state: Outcome.State, _ error: CordonError?, at now: Moment) -> Outcome {
    let isReflex = order.authority == .reflex
    return Outcome(
      commandID: order.command.id, state: state, at: now.wall, code: error?.code ?? "", message: error?.message ?? "",
      isReflex: isReflex, action: isReflex ? order.command.action : nil, detectionID: order.detectionID)
  }

  func outcome(
    _ hold: Hold, _ state: Outcome.State, code: String = "", message: String = "", evidence: [String] = [],
    at now: Moment
  ) -> Outcome {
    let isReflex = hold.authority == .reflex
    let isLeased = state == .held && hold.action.name.isReversible
    return Outcome(
      commandID: hold.commandID, state: state, at: now.wall, code: code, message: message,
      leaseUntil: isLeased ? hold.lease.end(at: now) : nil, evidence: evidence, isReflex: isReflex,
      action: isReflex ? hold.action : nil, detectionID: hold.detectionID)
  }
}
