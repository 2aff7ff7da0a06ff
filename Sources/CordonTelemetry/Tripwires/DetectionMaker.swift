package import CordonCore

/// What a tripwire's detection says of this machine.
package struct DetectionContext: Hashable, Sendable {
  /// The agent's label, given at enrolment.
  package var host: String
  package var bootID: String

  package init(host: String, bootID: String) {
    self.host = host
    self.bootID = bootID
  }
}

/// Puts a hit into words that hold no name but clear ones, and into sealed entities.
package enum DetectionMaker {
  /// Peers that a detection names, at most.
  package static let peerLimit = 4

  /// The detection of a hit. `executable` is the path of the process's program where an OS package owns it, else empty;
  /// `actor` is who did it, where known; `machine` is whose log told it, where that is another machine than this one.
  package static func make(
    _ hit: TripwireHit, folded: UInt32, id: UniqueID, raisedAt: Timestamp, context: DetectionContext,
    executable: String, actor: CanonicalName?, machine: CanonicalName? = nil, peers: [IPAddress],
    pseudonymiser: inout Pseudonymiser
  ) -> Detection {
    var entities: [SealedEntity] = []
    func add(_ name: CanonicalName?, _ part: SealedEntity.Part) {
      guard let name, let sealed = pseudonymiser.sealed(name, part: part) else { return }
      entities.append(sealed)
    }
    add(machine ?? CanonicalName.label(context.host, kind: .host), .host)
    add(actor, .actor)
    add(hit.patient, .target)
    for party in hit.parties { add(CanonicalName.address(party.address), party.part) }
    for file in hit.files { add(CanonicalName.path(file), .file) }
    for peer in peers.prefix(peerLimit) { add(CanonicalName.address(peer), .target) }
    return Detection(
      id: id, kind: .tripwire, rule: hit.rule.name, technique: hit.technique, severity: hit.rule.severity,
      eventTime: hit.time, raisedAt: raisedAt, summary: summary(hit, executable, machine, peers.count),
      entities: entities,
      process: reference(to: hit.process, context, executable), evidence: hit.evidence, folded: folded)
  }

  private static func reference(
    to process: ObservedProcess?, _ context: DetectionContext, _ executable: String
  ) -> ProcessRef? {
    // Without a start time another process could be taken for it.
    guard let process, process.startTicks > 0 else { return nil }
    return ProcessRef(
      pid: process.pid, startTicks: process.startTicks, bootID: context.bootID, executable: executable)
  }

  private static func summary(
    _ hit: TripwireHit, _ executable: String, _ machine: CanonicalName?, _ peers: Int
  ) -> String {
    var subject = "Someone"
    if case .alert = hit.rule {
      // Its parties are what it is about, not whom a process had spoken to.
      return "Another machine \(hit.predicate)."
    }
    if let machine {
      subject = machine.kind == .device ? "Someone on \(machine.text)" : "Someone on a computer whose log is read here"
    } else if hit.rule == .sharedAccount {
      subject = "A person"
    } else if hit.rule.name.hasPrefix(Detection.exposurePrefix) {
      subject = "Two machines"
    } else if let process = hit.process {
      let program = executable.isEmpty || executable.utf8.count > 256 ? "A process" : "A process of \(executable)"
      subject = "\(program) (pid \(process.pid))"
    }
    var sentence = "\(subject) \(hit.predicate)."
    // Where it came from is no one whom it spoke to.
    if peers > hit.peers.count {
      sentence += peers == 1 ? " It had just spoken to another machine." : " It had just spoken to \(peers) machines."
    }
    return sentence
  }
}
