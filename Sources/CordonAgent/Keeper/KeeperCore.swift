package import CordonContainment
package import CordonCore
import CordonTelemetry
import CordonTrust
package import CordonWire
import Crypto
import FoundationEssentials
package import Logging
import SwiftProtobuf
import Synchronization

/// The keeper's decisions and acts: envelopes and reflexes in, outcomes and verdicts out.
///
/// One lock serialises everything that changes the machine. Messages to the worker are collected inside it and sent
/// after it, so that a slow worker never holds up a release.
package final class KeeperCore: Sendable {
  /// Verdicts remembered, so that a directive that comes again is answered like the first time.
  private static let mostVerdicts = 256
  /// Models that a worker may speak of.
  private static let mostModels = 32
  /// At most this long between two reports of the keeper's state.
  private static let reportInterval = Duration.seconds(5)

  struct OutcomeKey: Hashable {
    var id: UniqueID
    var state: Outcome.State
    var at: Timestamp
  }

  struct State {
    var authority: KeeperAuthority
    var executor: CommandExecutor
    var seam: KeeperSeam?
    /// Outcomes that the present worker was told.
    var told: Set<OutcomeKey> = []
    /// With SHA-256 of what was judged: a model's bytes are not kept here.
    var verdicts: [UInt64: (payload: SHA256Digest, verdict: Cordon_V1_EnvelopeVerdict)] = [:]
    var lastReport: Timestamp = .epoch
    /// What the present worker says of them.
    var models: [ModelUse] = []
    var witness = WitnessDuty()
    var unseal = UnsealDuty()
    /// Answers to orders to unseal that are not sent yet.
    var disclosures: [Outcome] = []
    /// Questions to the worker that are not sent yet.
    var questions: [Cordon_V1_NameQuestion] = []
  }

  let names: SiteNames
  private let kin: KinMemory
  private let label: String
  /// What is read is a recording, of another machine or another time: nothing is done on this one.
  private let isRecorded: Bool
  /// The recorded machine's accounts, for the worker to read.
  private let accounts: [UInt8]
  let agentID: AgentID
  let clock: any WallClock
  let logger: Logger
  let state: Mutex<State>
  private let onPolicy: @Sendable (Policy) -> Void
  private let onResumption: @Sendable (String, [UInt8]?) -> Void

  /// - Parameters:
  ///   - onPolicy: called, outside the lock, with each policy that comes into force.
  ///   - onResumption: called with a sensor's name and what the worker has taken in of it.
  package init(
    authority: KeeperAuthority, executor: CommandExecutor, names: SiteNames, kin: KinMemory, agentID: AgentID,
    label: String, isRecorded: Bool = false, accounts: [UInt8] = [], clock: any WallClock, logger: Logger,
    onPolicy: @escaping @Sendable (Policy) -> Void,
    onResumption: @escaping @Sendable (String, [UInt8]?) -> Void = { _, _ in }
  ) {
    self.onResumption = onResumption
    self.names = names
    self.kin = kin
    self.agentID = agentID
    self.label = label
    self.isRecorded = isRecorded
    self.accounts = accounts
    self.clock = clock
    self.logger = logger
    self.onPolicy = onPolicy
    state = Mutex(State(authority: authority, executor: executor))
  }

  package var policy: Policy { state.withLock { $0.authority.policy } }

  /// A worker has started: it hears the state and every outcome that is not spooled yet.
  package func attach(_ seam: KeeperSeam, worker: Set<UInt32>) {
    state.withLock { state in
      state.seam = seam
      state.told = []
      state.executor.ownProcesses = worker
    }
    if isRecorded { send([.with { $0.recording.accounts = Data(accounts) }]) }
    report(force: true)
  }

  package func detach() {
    state.withLock { state in
      state.seam = nil
      state.models = []
    }
  }

  /// Takes in one message of the worker, which is treated as hostile.
  package func take(_ message: Cordon_V1_WorkerMessage) {
    switch message.body {
    case .offer(let offer): judge(offer)
    case .reflex(let request): react(to: request)
    case .lineage(let lineage): remember(lineage)
    case .nameAnswer(let answer):
      hear(answer)
      tellDisclosures()
    case .outcomeSpooled(let spooled): forget(spooled)
    case .resumption(let resumption):
      onResumption(resumption.sensor, resumption.hasProgress ? [UInt8](resumption.progress) : nil)
    case .state(let worker):
      let models = worker.models.prefix(Self.mostModels).compactMap(\.domain)
      state.withLock { $0.models = models }
    case nil: break
    }
  }

  /// Ends leases that are over, tells new outcomes, and reports. Call twice a second.
  package func look() {
    change { executor throws(CordonError) in try executor.look() }
    report(force: moveNames(to: clock.now))
    tellDisclosures()
  }

  /// Compares journal and machine, once at the start.
  package func reconcile() {
    change { executor throws(CordonError) in try executor.reconcile() }
  }

  /// Answers the machine's administrator.
  package func answer(_ request: ControlRequest) -> ControlAnswer {
    let answer = state.withLock { state -> ControlAnswer in
      do throws(CordonError) {
        switch request {
        case .status: return ControlAnswer(status: try status(of: state))
        case .releaseAll: return ControlAnswer(released: try state.executor.releaseAll())
        case .release(let id):
          try state.executor.releaseLocally(id)
          return ControlAnswer(released: state.executor.journal.state.holds[id] == nil ? 1 : 0)
        }
      } catch { return ControlAnswer(error) }
    }
    tellOutcomes()
    return answer
  }

  private func status(of state: State) throws(CordonError) -> LocalStatus {
    let now = SystemMomentClock(bootID: try KernelFile.bootID()).now
    var status = LocalStatus(isRunning: true, journal: state.executor.journal.state, at: now)
    status.agent = agentID.text
    status.label = label
    status.policySerial = state.authority.policy.serial
    status.policyName = state.authority.policy.name
    status.mayContain = state.authority.policy.containment.isEnabled
    status.rosterSerial = state.authority.roster.serial
    status.hasWorker = state.seam != nil
    status.models = state.models
    return status
  }

  /// Runs a change of the executor under the lock, and tells what came of it.
  private func change(_ body: (inout CommandExecutor) throws(CordonError) -> Void) {
    let error: CordonError? = state.withLock { state in
      do throws(CordonError) {
        try body(&state.executor)
        return nil
      } catch { return error }
    }
    if let error { logger.warning("Not carried out", metadata: ["code": "\(error.code)", "why": "\(error.message)"]) }
    tellOutcomes()
  }
}

extension KeeperCore {
  private func judge(_ offer: Cordon_V1_OfferedEnvelope) {
    var verdict = Cordon_V1_EnvelopeVerdict()
    verdict.directiveID = offer.directiveID
    var newPolicy: Policy?
    let digest = SHA256.hash(data: offer.envelope.payload)
    do throws(CordonError) {
      let envelope = try offer.envelope.domain()
      if let known = state.withLock({ $0.verdicts[offer.directiveID] }), known.payload == digest {
        return send([.with { $0.verdict = known.verdict }])
      }
      newPolicy = try obey(envelope)
      verdict.accepted = true
    } catch {
      logger.warning(
        "Envelope refused",
        metadata: ["type": "\(offer.envelope.type)", "code": "\(error.code)", "why": "\(error.message)"])
      verdict.code = error.code
      verdict.message = error.message
    }
    state.withLock { state in
      if state.verdicts.count >= Self.mostVerdicts { state.verdicts.removeAll() }
      state.verdicts[offer.directiveID] = (digest, verdict)
    }
    // Before the verdict: whoever hears it may ask for what has just come into force.
    if verdict.accepted { report(force: true) }
    // Before the verdict too: with it the collector takes an order as settled.
    tellDisclosures()
    send([.with { $0.verdict = verdict }])
    tellOutcomes()
    if let newPolicy { onPolicy(newPolicy) }
  }

  /// Follows or carries out what an envelope says; returns a policy that has come into force.
  private func obey(_ envelope: Envelope) throws(CordonError) -> Policy? {
    let now = clock.now
    return try state.withLock { state throws(CordonError) -> Policy? in
      switch try state.authority.hear(envelope, at: now) {
      case .known, .roster, .trust, .offer, .model: return nil
      case .policy(let policy):
        try state.executor.follow(policy)
        return policy
      case .command(let command, let authority):
        guard !isRecorded else { throw Self.recorded }
        try state.executor.execute(Order(command: command, authority: authority))
      case .unseal(let order): try disclose(order, for: &state, at: now)
      case .keys(let rotation): try take(rotation, for: &state, at: now)
      case .witness(let request): try look(request, for: &state, at: now)
      case .renewal(let renewal, let authority): try state.executor.renew(renewal, authority: authority)
      case .release(let release, let authority): try state.executor.release(release, authority: authority)
      }
      return nil
    }
  }

  private static let recorded = CordonError(
    .denied, "recorded", "This agent reads a recording; nothing is done on its machine.",
    remedy: "Order it of the agent that watches the machine itself.")

  /// A tripwire fired: acts where the signed policy allows it, and leaves the rest to people.
  private func react(to request: Cordon_V1_ReflexRequest) {
    guard !isRecorded else { return }
    do throws(CordonError) {
      let detection = try request.detection.domain()
      let action = try request.action.domain()
      let peer = request.address.isEmpty ? nil : IPAddress(bytes: [UInt8](request.address))
      let now = clock.now
      change { executor throws(CordonError) in
        var randomness = SystemRandomNumberGenerator()
        let order = Order.reflex(
          action, peer: peer, detection: detection.id, agentID: agentID,
          lease: executor.policy.containment.reflex.lease, at: now, randomness: &randomness)
        try executor.execute(order)
      }
    } catch {
      logger.error("The worker asked for a reflex that cannot be read", metadata: ["why": "\(error)"])
    }
  }

  private func remember(_ lineage: Cordon_V1_Lineage) {
    guard let process = try? lineage.process.domain() else { return }
    kin.note(
      lineage.kin.prefix(KinMemory.mostKin).map { .init(pid: $0.pid, seen: Timestamp(milliseconds: $0.seenMs)) },
      of: process)
  }

  private func forget(_ spooled: Cordon_V1_OutcomeSpooled) {
    guard let id = UniqueID(bytes: spooled.commandID), let raw = UInt8(exactly: spooled.state.rawValue),
      let outcome = Outcome.State(rawValue: raw)
    else { return }
    let now = clock.now
    change { executor throws(CordonError) in try executor.spooled(id, outcome, at: now) }
  }

  private func tellOutcomes() {
    let messages = state.withLock { state -> [Cordon_V1_KeeperMessage] in
      guard state.seam != nil else { return [] }
      return state.executor.journal.state.outcomes.compactMap { outcome in
        let key = OutcomeKey(id: outcome.commandID, state: outcome.state, at: outcome.at)
        guard state.told.insert(key).inserted else { return nil }
        return .with { $0.outcome = Cordon_V1_Outcome(placed(outcome, state)) }
      }
    }
    send(messages)
  }

  private func report(force: Bool) {
    let now = clock.now
    let use = ProcessUse.current
    let message = state.withLock { state -> Cordon_V1_KeeperMessage? in
      guard state.seam != nil,
        force || abs(now.since(state.lastReport).milliseconds) >= Self.reportInterval.milliseconds
      else { return nil }
      state.lastReport = now
      return .with { message in
        message.state.policySerial = state.authority.policy.serial
        message.state.rosterSerial = state.authority.roster.serial
        message.state.held = UInt32(clamping: state.executor.holds.count)
        message.state.policy = Data(state.authority.policyPayload)
        message.state.trust = Data(state.authority.trustPayload)
        hand(names.schedule, to: &message.state)
        message.state.pathKey = Data(names.pathKey)
        message.state.label = label
        message.state.addresses = names.references(to: state.executor.machine.network().own)
          .map(Cordon_V1_EntityRef.init)
        message.state.cpuMs = UInt64(clamping: use.cpu.milliseconds)
        message.state.memoryBytes = use.memoryBytes
      }
    }
    if let message { send([message]) }
  }

  func send(_ messages: [Cordon_V1_KeeperMessage]) {
    guard !messages.isEmpty, let seam = state.withLock({ $0.seam }) else { return }
    // A seam that broke is noticed by its reader, which starts another worker.
    for message in messages { do { try seam.send(message) } catch { return } }
  }
}
