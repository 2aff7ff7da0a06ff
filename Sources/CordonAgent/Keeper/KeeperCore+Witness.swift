import CordonContainment
import CordonCore
import CordonTrust
import CordonWire
import Dispatch
import SwiftProtobuf

extension KeeperCore {
  /// Looks at another machine's block from outside, on a thread of its own, and tells the collector what was seen.
  ///
  /// Codes: `other-agent`, `clock`, `not-blocked` where the address is none of ours, `budget`, those of the opener.
  func look(_ request: WitnessRequest, for state: inout State, at now: Timestamp) throws(CordonError) {
    guard request.agentID == agentID else {
      throw Refusal.otherAgent.error("The request is for the agent \(request.agentID), not for this one.")
    }
    guard now <= request.notAfter, request.notAfter.since(now) <= WitnessDuty.mostValidity else {
      throw Refusal.clock.error("The request to witness is not valid now.")
    }
    guard let own = IPAddress(bytes: try names.open(request.blocked)),
      state.executor.machine.network().own.contains(own)
    else { throw CordonError(.denied, "not-blocked", "The blocked address is none of this machine's.") }
    guard let address = IPAddress(bytes: try names.open(request.place.address)) else {
      throw Refusal.sealedName.error("The place to probe is not an address.")
    }
    try state.witness.take(at: now)
    let management = state.executor.management
    DispatchQueue.global().async { [self] in
      let finding = WitnessProbe.look(at: Endpoint(address: address, port: request.place.port), management: management)
      let outcome = Outcome(
        commandID: request.commandID, state: .held, at: clock.now, code: finding.code, message: finding.message,
        evidence: finding.evidence, verifiedBy: request.witness)
      send([.with { $0.outcome = Cordon_V1_Outcome(outcome) }])
    }
  }

  /// A held block's outcome with the place where it can be seen from outside, where this machine listens at all.
  func placed(_ outcome: Outcome, _ state: State) -> Outcome {
    guard outcome.state == .held,
      case .address(let peer) = state.executor.journal.state.holds[outcome.commandID]?.target,
      let own = OwnPlace.address(towards: peer), let port = OwnPlace.listeningPort(at: own),
      let sealed = names.sealed(own)
    else { return outcome }
    var placed = outcome
    placed.probe = ProbePlace(address: sealed, port: port)
    return placed
  }
}

/// How often this machine may be asked to witness: enough for an incident, too little to scan a network with.
struct WitnessDuty: Sendable {
  static let mostAnHour = 12
  static let mostValidity: Duration = .seconds(3600)

  private var looks: [Timestamp] = []

  mutating func take(at now: Timestamp) throws(CordonError) {
    looks.removeAll { abs(now.since($0).milliseconds) >= AuthorityLimits.hour.milliseconds }
    guard looks.count < Self.mostAnHour else {
      throw Refusal.budget.error("This machine has witnessed \(looks.count) times in the last hour.")
    }
    looks.append(now)
  }
}
