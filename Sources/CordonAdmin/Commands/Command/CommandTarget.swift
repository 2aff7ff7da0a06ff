import ArgumentParser
import CordonCore
import CordonWire

/// What a command is to act on, as options name it.
struct CommandTarget: ParsableArguments {
  enum ActionArgument: String, CaseIterable, ExpressibleByArgument {
    case suspendProcess = "suspend-process"
    case blockAddress = "block-address"
    case killProcess = "kill-process"
  }

  @Option(help: "The detection whose process or address it is about: its id, or the start of it.") var detection: String
  @Option(help: "suspend-process, block-address or kill-process.") var action: ActionArgument
  @Option(help: "Which address, where the detection names several: as `cordon detection show` writes it.")
  var address: String?
  @Option(help: "How long it holds before it ends by itself, 10s to 24h; kill-process has none.")
  var lease = DurationArgument(.seconds(600))
  @Option(help: "No renewal passes this time after the start; at least the lease.")
  var longest: DurationArgument?
  @Option(help: "The agent must begin within this time.") var within = DurationArgument(.seconds(600))
  @Flag(help: "The same path without any effect.") var dryRun = false

  static let leases: ClosedRange<Duration> = .seconds(10) ... .seconds(86_400)

  func validate() throws {
    guard Self.leases.contains(lease.duration) else { throw ValidationError("--lease must be from 10s to 24h.") }
    guard within.duration <= .seconds(86_400) else { throw ValidationError("--within must be at most 24h.") }
    if let longest, longest.duration < lease.duration {
      throw ValidationError("--longest must be at least the lease.")
    }
    if address != nil, action != .blockAddress {
      throw ValidationError("--address goes with --action block-address alone.")
    }
  }

  /// The command for a stored detection.
  func command(
    about stored: Cordon_V1_StoredDetection, reason: String, at now: Timestamp,
    randomness: inout some RandomNumberGenerator
  ) throws(CordonError) -> Command {
    let detection = try stored.detection.domain()
    guard let agent = AgentID(stored.agentID) else {
      throw CordonError(.invalid, "agent", "The detection names no agent: \(stored.agentID.prefix(40)).")
    }
    let wanted = try wantedAction(for: detection)
    let isReversible = wanted.name.isReversible
    let held = isReversible ? max(longest?.duration ?? lease.duration, lease.duration) : .zero
    return Command(
      id: UniqueID(at: now, randomness: &randomness), agentID: agent, action: wanted, notBefore: now,
      notAfter: now.advanced(by: within.duration), lease: isReversible ? lease.duration : .zero,
      maxUntil: now.advanced(by: within.duration + held), reason: reason,
      incidentID: stored.incidentID.isEmpty ? nil : UniqueID(bytes: stored.incidentID),
      mode: dryRun ? .dryRun : .effect)
  }

  private func wantedAction(for detection: Detection) throws(CordonError) -> Action {
    switch action {
    case .suspendProcess: .suspendProcess(try process(of: detection))
    case .killProcess: .killProcess(try process(of: detection))
    case .blockAddress: .blockAddress(try sealedAddress(of: detection))
    }
  }

  private func process(of detection: Detection) throws(CordonError) -> ProcessRef {
    guard let process = detection.process else {
      throw CordonError(
        .invalid, "no-process", "The detection \(detection.id) names no process to \(action.rawValue).",
        remedy: "`cordon detection show \(detection.id)` lists what it names.")
    }
    return process
  }

  private func sealedAddress(of detection: Detection) throws(CordonError) -> SealedEntity {
    let all = detection.entities.filter { $0.entity.kind == .address }
    let found = address.map { wanted in all.filter { $0.entity.shortName == wanted } } ?? all
    guard let first = found.first else {
      throw CordonError(
        .invalid, "no-address",
        "The detection \(detection.id) names no address\(address.map { " \($0)" } ?? "") to block.",
        remedy: "`cordon detection show \(detection.id)` lists what it names.")
    }
    guard Set(found.map(\.entity)).count == 1 else {
      throw CordonError(
        .conflict, "ambiguous", "The detection names \(found.count) addresses.",
        remedy: "Choose with --address: \(found.map(\.entity.shortName).joined(separator: ", ")).")
    }
    return first
  }
}
