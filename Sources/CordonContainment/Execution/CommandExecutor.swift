package import CordonCore

/// Carries orders from their check to their end, each step on disk before the next.
///
/// Not for two users at once: one keeper, or one `release --all`, owns it together with the journal's lock. What became
/// of orders is in `journal.state.outcomes` until it is committed as spooled. An error of the journal itself
/// (`journal-io`) means that nothing more was changed on the machine.
package struct CommandExecutor: Sendable {
  /// What an executor knows of the machine it acts on.
  package struct Surroundings: Sendable {
    package var agentID: AgentID
    /// As enrolled; the policy's interlock knows the machine by it.
    package var label: String
    package var machine: any Machine
    package var effects: EffectSet
    package var clock: any MomentClock
    package var opener: any NameOpener
    package var management: any ManagementProbe

    package init(
      agentID: AgentID, label: String, machine: any Machine, effects: EffectSet, clock: any MomentClock,
      opener: any NameOpener, management: any ManagementProbe
    ) {
      self.agentID = agentID
      self.label = label
      self.machine = machine
      self.effects = effects
      self.clock = clock
      self.opener = opener
      self.management = management
    }
  }

  package internal(set) var journal: Journal
  package private(set) var policy: Policy
  /// Sealed names of the policy's never-touch list that did not open here; their pseudonyms still protect.
  package private(set) var unopenedNames = 0
  /// Process ids of Cordon itself.
  package var ownProcesses: Set<UInt32> {
    didSet { prepareRules() }
  }

  let surroundings: Surroundings
  private(set) var rules: ContainmentRules
  /// Ends that were due and could not be brought about; tried again with every look.
  var overdue: [UniqueID: End] = [:]
  var lastInspection: Moment?

  /// How often a hold is looked at, and put back in place where something undid it.
  package static let inspectionInterval: Duration = .seconds(15)
  /// No command may be valid for longer: it is remembered at least that long.
  package static let mostValidity: Duration = .seconds(7 * 24 * 3600)
  /// Beyond its validity, against clocks set back.
  package static let remembrance: Duration = .seconds(7 * 24 * 3600)

  package init(
    _ surroundings: Surroundings, journal: Journal, policy: Policy = .observeOnly, ownProcesses: Set<UInt32>
  ) {
    self.surroundings = surroundings
    self.journal = journal
    self.policy = policy
    self.ownProcesses = ownProcesses
    rules = ContainmentRules(
      agentID: surroundings.agentID, label: surroundings.label, policy: policy,
      neverTouch: NeverTouch(ownProcesses: ownProcesses))
    prepareRules()
  }

  var clock: any MomentClock { surroundings.clock }
  package var machine: any Machine { surroundings.machine }
  package var management: any ManagementProbe { surroundings.management }

  package var holds: [Hold] { journal.state.holds.values.sorted { $0.commandID < $1.commandID } }

  func others(than id: UniqueID) -> [Hold] { holds.filter { $0.commandID != id } }

  /// Follows another policy; holds on what it protects, and automation's holds where it ends containment, are released.
  package mutating func follow(_ policy: Policy) throws(CordonError) {
    self.policy = policy
    prepareRules()
    for hold in holds {
      if hold.authority.isAutomatic, !policy.containment.isEnabled {
        try end(hold, End(.released, code: Refusal.observeOnly.rawValue, "The policy now in force observes only."))
        continue
      }
      do throws(CordonError) {
        try checkTarget(hold)
      } catch  where error.code == Refusal.neverTouch.rawValue {
        try end(hold, End(.released, code: error.code, error.message))
      } catch {
        // Gone or changed targets end with their lease.
      }
    }
  }

  func checkTarget(_ hold: Hold) throws(CordonError) {
    try rules.checkTarget(
      hold.target, action: hold.action.name, authority: hold.authority, machine: surroundings.machine)
  }

  private mutating func prepareRules() {
    var neverTouch = NeverTouch(ownProcesses: ownProcesses)
    unopenedNames = 0
    for sealed in policy.containment.neverTouchSealed {
      do throws(CordonError) {
        let name = try surroundings.opener.open(sealed)
        switch sealed.entity.kind {
        case .address: if let address = IPAddress(bytes: name) { neverTouch.addresses.insert(address) }
        case .path: neverTouch.executables.insert(String(decoding: name, as: UTF8.self))
        default: break
        }
      } catch {
        unopenedNames += 1
      }
    }
    rules = ContainmentRules(
      agentID: surroundings.agentID, label: surroundings.label, policy: policy, neverTouch: neverTouch)
  }
}

extension CommandExecutor {
  /// How a hold ends, and what to say of it.
  struct End: Hashable, Sendable {
    var state: HoldState
    var code: String
    var message: String

    init(_ state: HoldState, code: String = "", _ message: String = "") {
      self.state = state
      self.code = code
      self.message = message
    }

    var outcomeState: Outcome.State {
      switch state {
      case .released: .released
      case .expired: .expired
      case .reverted: .reverted
      default: .failed
      }
    }
  }
}
