package import CordonCore
import FoundationEssentials

extension Cordon_V1_Outcome {
  package init(_ outcome: Outcome) {
    self.init()
    commandID = Data(outcome.commandID.bytes)
    state = Cordon_V1_OutcomeState(rawValue: Int(outcome.state.rawValue)) ?? .unspecified
    atMs = outcome.at.milliseconds
    code = outcome.code
    message = outcome.message
    leaseUntilMs = outcome.leaseUntil?.milliseconds ?? 0
    evidence = outcome.evidence
    verifiedBy = outcome.verifiedBy
    reflex = outcome.isReflex
    if let action = outcome.action { self.action = Cordon_V1_Action(action) }
    detectionID = Data(outcome.detectionID?.bytes ?? [])
    unsealed = outcome.unsealed.map { Data($0) }
    if let probe = outcome.probe {
      probeAddress = Cordon_V1_SealedEntity(probe.address)
      probePort = UInt32(probe.port)
    }
  }

  package func domain() throws(CordonError) -> Outcome {
    var lines: [String] = []
    for line in try Bounded.list(evidence, "evidence", most: WireLimits.evidence) {
      lines.append(try Bounded.text(line, "evidence line", most: WireLimits.sentence))
    }
    var sealed: [[UInt8]] = []
    for name in try Bounded.list(unsealed, "unsealed names", most: UnsealOrder.mostNames) {
      sealed.append(try Bounded.bytes(name, "unsealed name", most: WireLimits.sealedName))
    }
    return Outcome(
      commandID: try Bounded.id(commandID, "command id"),
      state: try Bounded.known(state.rawValue, as: Outcome.State.self, "outcome state"),
      at: try Bounded.time(atMs, "outcome time"), code: try Bounded.text(code, "code"),
      message: try Bounded.text(message, "message", most: WireLimits.sentence),
      leaseUntil: leaseUntilMs == 0 ? nil : try Bounded.time(leaseUntilMs, "lease end"), evidence: lines,
      verifiedBy: try Bounded.text(verifiedBy, "witness"), isReflex: reflex,
      action: hasAction ? try action.domain() : nil,
      detectionID: try Bounded.optionalID(detectionID, "detection id"),
      probe: hasProbeAddress ? try ProbePlace(wire: probeAddress, port: probePort) : nil, unsealed: sealed)
  }
}
