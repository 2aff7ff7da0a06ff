import CordonCore

/// An outcome as JSON; its command's id is a column.
struct OutcomeBody: Codable {
  var state: UInt8
  var at: Int64
  var code: String
  var message: String
  var leaseUntil: Int64?
  var evidence: [String]
  var verifiedBy: String
  var isReflex: Bool
  var action: ActionBody?
  /// Hexadecimal.
  var detection: String?
  /// Absent before witnesses were asked.
  var probe: EntityBody?
  var probePort: UInt16?
  /// Hexadecimal; absent but of answered orders to unseal.
  var unsealed: [String]?

  init(_ outcome: Outcome) {
    state = outcome.state.rawValue
    at = outcome.at.milliseconds
    code = outcome.code
    message = outcome.message
    leaseUntil = outcome.leaseUntil?.milliseconds
    evidence = outcome.evidence
    verifiedBy = outcome.verifiedBy
    isReflex = outcome.isReflex
    action = outcome.action.map(ActionBody.init)
    detection = outcome.detectionID.map { Hex.encode($0.bytes) }
    probe = outcome.probe.map { EntityBody($0.address) }
    probePort = outcome.probe?.port
    unsealed = outcome.unsealed.isEmpty ? nil : outcome.unsealed.map { Hex.encode($0) }
  }

  func domain(command: UniqueID) throws(CordonError) -> Outcome {
    guard let state = Outcome.State(rawValue: state) else { throw StoreFailure.badRow("outcomes", "body") }
    var action: Action?
    if let body = self.action { action = try body.domain() }
    var place: ProbePlace?
    if let probe, let probePort { place = ProbePlace(address: try probe.domain(), port: probePort) }
    return Outcome(
      commandID: command, state: state, at: Timestamp(milliseconds: at), code: code, message: message,
      leaseUntil: leaseUntil.map(Timestamp.init(milliseconds:)), evidence: evidence, verifiedBy: verifiedBy,
      isReflex: isReflex, action: action, detectionID: detection.flatMap { UniqueID($0) },
      probe: place, unsealed: (unsealed ?? []).compactMap(Hex.decode))
  }
}
