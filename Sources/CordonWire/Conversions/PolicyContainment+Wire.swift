package import CordonCore
import FoundationEssentials

extension Cordon_V1_ContainmentPolicy {
  package init(_ containment: Policy.Containment) {
    self.init()
    enabled = containment.isEnabled
    reflex.enabled = containment.reflex.isEnabled
    reflex.actions = containment.reflex.actions.map(\.rawValue).sorted()
    reflex.leaseMs = UInt32(clamping: containment.reflex.lease.milliseconds)
    reflex.mostAnHour = containment.reflex.mostAnHour
    standing.enabled = containment.standing.isEnabled
    standing.leaseMs = UInt32(clamping: containment.standing.lease.milliseconds)
    standing.budgets = containment.standing.budgets.map { name, most in
      var budget = Cordon_V1_ActionBudget()
      budget.action = name.rawValue
      budget.mostAnHour = most
      return budget
    }.sorted { $0.action < $1.action }
    neverTouchNetworks = containment.neverTouchNetworks
    neverTouchExecutables = containment.neverTouchExecutables
    neverTouchSealed = containment.neverTouchSealed.map { Cordon_V1_SealedEntity($0) }
  }

  package func domain() throws(CordonError) -> Policy.Containment {
    var containment = Policy.Containment()
    containment.isEnabled = enabled
    containment.reflex = try reflex.domain()
    containment.standing = try standing.domain()
    containment.neverTouchNetworks = try PolicyBounds.names(neverTouchNetworks, "containment.never_touch.networks")
    containment.neverTouchExecutables = try PolicyBounds.names(
      neverTouchExecutables, "containment.never_touch.executables", most: WireLimits.path)
    for sealed in try Bounded.list(
      neverTouchSealed, "containment.never_touch.sealed", most: WireLimits.policyEntries)
    {
      containment.neverTouchSealed.append(try sealed.domain())
    }
    return containment
  }
}

extension Cordon_V1_ReflexPolicy {
  /// Bounds hold only where reflexes are on: a policy without them leaves the fields empty.
  package func domain() throws(CordonError) -> Policy.Containment.Reflex {
    var domain = Policy.Containment.Reflex()
    domain.isEnabled = enabled
    domain.actions = []
    for action in try Bounded.list(actions, "containment.reflex.actions", most: Action.Name.allCases.count) {
      let name = try Action.Name(wire: action, in: "containment.reflex.actions")
      guard name.isReversible else {
        throw CordonError(.invalid, "reflex", "\(action) is one-shot; a reflex may only take reversible actions.")
      }
      domain.actions.insert(name)
    }
    guard enabled else { return domain }
    domain.lease = try PolicyBounds.duration(leaseMs, PolicyBounds.reflexLease, "containment.reflex.lease")
    guard PolicyBounds.reflexesAnHour.contains(mostAnHour) else {
      throw CordonError(
        .invalid, "out-of-range",
        "containment.reflex.most_an_hour must be at most \(PolicyBounds.reflexesAnHour.upperBound).")
    }
    domain.mostAnHour = mostAnHour
    return domain
  }
}

extension Cordon_V1_StandingPolicy {
  package func domain() throws(CordonError) -> Policy.Containment.Standing {
    var domain = Policy.Containment.Standing()
    domain.isEnabled = enabled
    for budget in try Bounded.list(budgets, "containment.standing.budgets", most: Action.Name.allCases.count) {
      let name = try Action.Name(wire: budget.action, in: "containment.standing.budgets")
      guard domain.budgets.updateValue(budget.mostAnHour, forKey: name) == nil else {
        throw CordonError(.invalid, "malformed", "containment.standing.budgets names \(budget.action) twice.")
      }
    }
    if enabled {
      domain.lease = try PolicyBounds.duration(leaseMs, PolicyBounds.standingLease, "containment.standing.lease")
    }
    return domain
  }
}

extension Cordon_V1_InterlockPolicy {
  package init(_ interlock: Policy.Interlock) {
    self.init()
    hosts = interlock.hosts.map { host in
      var facts = Cordon_V1_HostFacts()
      facts.label = host.label
      facts.criticality = Cordon_V1_Criticality(rawValue: Int(host.criticality.rawValue)) ?? .unspecified
      facts.clinicalArea = host.clinicalArea
      return facts
    }
    clinicalExecutables = interlock.clinicalExecutables
    clinicalNetworks = interlock.clinicalNetworks
  }

  /// A host whose criticality is unspecified counts as life-sustaining.
  package func domain() throws(CordonError) -> Policy.Interlock {
    var interlock = Policy.Interlock()
    for host in try Bounded.list(hosts, "interlock.hosts", most: WireLimits.policyEntries) {
      let criticality =
        host.criticality == .unspecified
        ? Criticality.lifeSustaining
        : try Bounded.known(host.criticality.rawValue, as: Criticality.self, "interlock.hosts.criticality")
      interlock.hosts.append(
        Policy.HostFacts(
          label: try Bounded.text(host.label, "interlock.hosts.label"), criticality: criticality,
          clinicalArea: try Bounded.text(host.clinicalArea, "interlock.hosts.clinical_area")))
    }
    interlock.clinicalExecutables = try PolicyBounds.names(
      clinicalExecutables, "interlock.clinical_executables", most: WireLimits.path)
    interlock.clinicalNetworks = try PolicyBounds.names(clinicalNetworks, "interlock.clinical_networks")
    return interlock
  }
}

extension Action.Name {
  init(wire text: String, in field: String) throws(CordonError) {
    guard let name = Action.Name(rawValue: text) else {
      throw CordonError(.invalid, "unknown-action", "\(field) names an action that this version does not know.")
    }
    self = name
  }
}
