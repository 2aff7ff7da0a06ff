import CordonCore

/// What an event of an audit trail means: an access to records, or nothing.
enum EHRInterpreter {
  /// Nil for what is no doing of anybody with a record: programs starting, logouts, events without a person.
  static func observation(of event: TrailEvent) -> Observation? {
    guard let time = event.time, let agent = agent(of: event), let act = act(of: event) else { return nil }
    let access = EHRAccess(
      act: act, patients: event.patients, omittedPatients: event.omittedPatients, isBreakGlass: isOverride(event),
      aliases: agent.aliases, origin: origin(of: agent, event))
    return Observation(
      time: time, family: .ehr, source: EHRSensor.name, activity: .recordAccess, outcome: event.outcome,
      actor: .record(agent.account), isLogin: true, object: .access(access))
  }

  private static func act(of event: TrailEvent) -> EHRAccess.Act? {
    let codes = event.codes
    func has(_ set: Set<String>) -> Bool { codes.contains { set.contains($0) } }
    if has(TrailCodes.logOffs) { return nil }
    if has(TrailCodes.logOns) { return .logOn }
    if has(TrailCodes.exports) || event.isExport { return .export }
    if has(TrailCodes.searches) || (event.isQuery && event.patients.isEmpty) { return .search }
    if has(TrailCodes.changes) { return .change }
    if has(TrailCodes.reads) { return .open }
    switch event.action {
    case UInt8(ascii: "C"), UInt8(ascii: "U"), UInt8(ascii: "D"): return event.patients.isEmpty ? nil : .change
    case UInt8(ascii: "R"), UInt8(ascii: "E"), nil:
      return event.patients.isEmpty && !isOverride(event) ? nil : .open
    default: return nil
    }
  }

  private static func isOverride(_ event: TrailEvent) -> Bool {
    (event.codes + event.purposes).contains { TrailCodes.overrides.contains($0) }
  }

  /// Who set it off: a person rather than a program, whoever asked rather than who only took part.
  private static func agent(of event: TrailEvent) -> TrailEvent.Agent? {
    let named = event.agents.filter { !$0.account.isEmpty && $0.account.utf8.count <= CanonicalName.partLimit }
    return named.first { $0.isRequestor && !$0.isProgram } ?? named.first { $0.isRequestor }
      ?? named.first { !$0.isProgram } ?? named.first
  }

  /// The person's own workstation, else that of the program which acted for the person.
  private static func origin(of agent: TrailEvent.Agent, _ event: TrailEvent) -> String {
    let origin = agent.address.isEmpty ? event.agents.first { !$0.address.isEmpty }?.address ?? "" : agent.address
    return origin.utf8.count <= CanonicalName.partLimit ? origin : ""
  }
}
