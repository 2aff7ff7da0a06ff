import CLinux
package import CordonCore
import CordonTelemetry
package import CordonTrust
package import CordonWire
import Crypto
import FoundationEssentials
import Glibc
package import Logging
import SwiftProtobuf
import Synchronization

/// Where what the keeper says becomes work: records for the spool, reflexes and answers for the keeper.
///
/// The pipeline is stepped by the thread that reads the seam and by the clock's tick, one at a time. Before the keeper
/// has handed over keys there is no pipeline: what comes then is counted as lost.
package final class WorkerDesk: AgentStatusSource {
  struct State {
    var pipeline: WorkerPipeline?
    /// What was restored, until there is a pipeline.
    var behaviour: BehaviourStage
    /// What had been seen before a restart, until there is a pipeline.
    var memory: WorkerMemory
    /// What had been taken in of audit trails, until there is a pipeline.
    var progress: [UInt8]?
    var shelf: ModelShelf
    /// Epochs of keys that are held, the one in use first.
    var keyEpochs: [UInt32] = []
    var policy: Policy = .observeOnly
    var trust: [UInt8] = []
    var status = AgentStatus()
    var sensors: [String: AgentStatus.Sensor] = [:]
    var early: UInt64 = 0
    var keeper = KeeperUse()
    var checkpoints = CheckpointMemory()
    var changes: UInt64 = 0
    /// The time of a recording; nil where the machine's own clock is the time.
    var recorded: RecordedTime?
    /// Who was recorded, until there is a pipeline.
    var accounts = RecordedAccounts()
    /// When the keeper last heard of the models.
    var toldKeeper = Timestamp.epoch
  }

  struct KeeperUse {
    var cpu: Duration = .zero
    var memoryBytes: UInt64 = 0
  }

  private let settings: WorkerSettings
  let link: KeeperLink
  private let outbox: RecordOutbox
  private let clock: any WallClock
  private let logger: Logger
  private let onTrust: @Sendable (TrustBundle) -> Void
  let state: Mutex<State>

  /// - Parameters:
  ///   - restored: what behaviour learned before the restart.
  ///   - memory: what had been seen before the restart.
  ///   - progress: what had been taken in of audit trails before it; nil where that is lost.
  ///   - onTrust: called with each trust bundle that the keeper has verified.
  package init(
    settings: WorkerSettings, link: KeeperLink, outbox: RecordOutbox, clock: any WallClock, logger: Logger,
    restored: BehaviourStore.Restored = BehaviourStore.Restored(), memory: WorkerMemory = WorkerMemory(),
    progress: [UInt8]? = [], onTrust: @escaping @Sendable (TrustBundle) -> Void = { _ in }
  ) {
    self.onTrust = onTrust
    state = Mutex(
      State(
        behaviour: restored.stage, memory: memory, progress: progress, shelf: restored.shelf,
        recorded: settings.isRecorded ? RecordedTime() : nil))
    self.settings = settings
    self.link = link
    self.outbox = outbox
    self.clock = clock
    self.logger = logger
  }

  /// Takes in one message of the keeper; a malformed one is counted and passed over.
  package func take(_ message: Cordon_V1_KeeperMessage) {
    switch message.body {
    case .sensorBytes(let bytes): ingest(bytes)
    case .sensorState(let sensor): note(sensor)
    case .state(let keeper): follow(keeper)
    case .recording(let recording):
      state.withLock { $0.accounts = RecordedAccounts(passwd: [UInt8](recording.accounts)) }
    case .verdict(let verdict): link.settle(verdict)
    case .nameQuestion(let question): answer(question)
    case .outcome(let outcome):
      do throws(CordonError) {
        outbox.add([.outcome(try outcome.domain())])
      } catch {
        logger.error("The keeper sent an outcome that cannot be read", metadata: ["error": "\(error)"])
      }
    case nil: logger.warning("The keeper sent a message that this version does not know")
    }
  }

  /// Moves time on; call once a second. `offset`: how far the collector's clock is ahead, where known.
  package func tick(offset: Duration?) {
    let now = clock.now
    emit(
      state.withLock { state in
        if let offset {
          let isSkewed = abs(offset.milliseconds) > state.policy.clockTolerance.milliseconds
          state.pipeline?.setSkewed(isSkewed)
        }
        return state.pipeline?.tick(at: state.recorded?.now ?? now)
      })
    tellKeeper(at: now)
  }

  /// Closes everything that is open, as the worker's last work.
  package func finish() {
    let now = clock.now
    emit(state.withLock { $0.pipeline?.finish(at: $0.recorded?.now ?? now) })
  }

  /// Records that are on disk now: the keeper may forget their outcomes.
  package static func spooled(_ records: [Record], tell link: KeeperLink) {
    for case .outcome(let outcome) in records {
      var message = Cordon_V1_WorkerMessage()
      message.outcomeSpooled.commandID = Data(outcome.commandID.bytes)
      message.outcomeSpooled.state = Cordon_V1_OutcomeState(rawValue: Int(outcome.state.rawValue)) ?? .unspecified
      link.send(message)
    }
  }

  /// What was seen until now, for the next start.
  package var memory: WorkerMemory { state.withLock { $0.pipeline?.memory ?? $0.memory } }

  package var pulse: AgentPulse {
    state.withLock { AgentPulse(period: $0.policy.heartbeat, changes: $0.changes) }
  }

  package var status: AgentStatus {
    get async {
      let own = ProcessUse.current
      return state.withLock { state in
        var status = state.status
        let counters = state.pipeline?.counters ?? WorkerCounters()
        status.models = ModelReport.uses(state.shelf, state.stage)
        status.sensors = state.sensors.values.sorted { $0.name < $1.name }
        status.cpu = state.keeper.cpu + own.cpu
        status.memoryBytes = state.keeper.memoryBytes + own.memoryBytes
        status.drops = [
          "kernel-or-queue": counters.lost, "malformed": counters.malformed, "abandoned": counters.abandoned,
          "before-keys": state.early, "outbox": outbox.dropped, "keeper-link": link.dropped,
          "patient-unnamed": counters.unnamed, "late": counters.windows.late,
          "window-overflow": counters.windows.overflow, "unscored": counters.unscored,
          "past-unsaved": state.stage.dropped, "sigma-rules-refused": counters.refusedRules,
          "sigma-searches-given-up": counters.expressionsGivenUp, "devices-not-opened": counters.unopened,
        ].filter { $0.value > 0 }
        return status
      }
    }
  }

  package func saw(checkpoint: String) async {
    let (contradiction, isNew) = state.withLock { state in
      let contradiction = state.checkpoints.take(checkpoint)
      let isNew = state.status.checkpoint != state.checkpoints.newest
      state.status.checkpoint = state.checkpoints.newest
      return (contradiction, isNew)
    }
    guard let contradiction, isNew || contradiction.isFirst else { return }
    logger.error("The collector's ledger contradicts an earlier checkpoint", metadata: ["why": "\(contradiction.why)"])
    var randomness = SystemRandomNumberGenerator()
    outbox.add([.detection(contradiction.detection(host: settings.host, at: clock.now, randomness: &randomness))])
  }
}

extension WorkerDesk.State {
  /// Takes in recorded lines or pieces of a capture, and what waits of them at once: the next may be long in coming.
  mutating func replay(_ batch: SensorBatch) -> [WorkerOutput] {
    guard var pipeline, var time = recorded else { return [] }
    self.pipeline = nil
    var outputs: [WorkerOutput] = []
    if batch.sensor == RecordedCapture.sensor {
      for piece in batch.records { outputs += time.take(piece: piece, into: &pipeline) }
      sensors[batch.sensor]?.dropped = time.lost
    } else {
      for line in batch.records { outputs += time.take(line, into: &pipeline) }
    }
    outputs += time.step(&pipeline)
    self.pipeline = pipeline
    recorded = time
    return outputs
  }
}

extension WorkerDesk {
  /// Between two looks at whether the spool has caught up; on the seam's own thread, which may block.
  private static func pause() {
    var length = timespec(tv_sec: 0, tv_nsec: 10_000_000)
    nanosleep(&length, nil)
  }

  private func ingest(_ bytes: Cordon_V1_SensorBytes) {
    ingest(
      SensorBatch(
        sensor: bytes.sensor, records: bytes.records.map { [UInt8]($0) }, dropped: bytes.dropped,
        progress: [UInt8](bytes.progress)))
  }

  /// Takes in what was read, here or by the keeper.
  func ingest(_ batch: SensorBatch) {
    let now = clock.now
    // A recording can be read faster than the spool writes; the kernel cannot be asked to wait.
    while settings.isRecorded, outbox.isHalfFull { Self.pause() }
    let outputs = state.withLock { state -> [WorkerOutput] in
      guard state.pipeline != nil else {
        state.early += UInt64(batch.records.count) + batch.dropped
        return []
      }
      state.sensors[batch.sensor]?.observed += UInt64(batch.records.count)
      state.sensors[batch.sensor]?.dropped += batch.dropped
      guard settings.isRecorded else { return [state.pipeline!.ingest(batch, at: now)] }
      return state.replay(batch)
    }
    outputs.forEach(emit)
  }

  private func note(_ sensor: Cordon_V1_SensorState) {
    let now = clock.now
    emit(
      state.withLock { state in
        var known = state.sensors[sensor.sensor] ?? AgentStatus.Sensor(name: sensor.sensor, isRunning: false)
        if known.isRunning != sensor.running { state.changes += 1 }
        known.isRunning = sensor.running
        known.reason = sensor.reason
        state.sensors[sensor.sensor] = known
        return state.pipeline?.sensor(
          sensor.sensor, isRunning: sensor.running, at: state.recorded?.now ?? now)
      })
  }

  /// Says whom this worker has met of those that an order to unseal asks for; sealed, as all names.
  private func answer(_ question: Cordon_V1_NameQuestion) {
    let asked = question.entities.prefix(UnsealOrder.mostNames).compactMap { try? $0.domain() }
    var message = Cordon_V1_WorkerMessage()
    message.nameAnswer.orderID = question.orderID
    message.nameAnswer.names = state.withLock { $0.pipeline?.names(of: asked) ?? [] }.map(Cordon_V1_SealedEntity.init)
    link.send(message)
  }

  /// Keys first, then the policy: a pipeline without keys cannot name anyone.
  private func follow(_ keeper: Cordon_V1_KeeperState) {
    do throws(CordonError) {
      try followTrust([UInt8](keeper.trust))
      let policy: Policy = keeper.policy.isEmpty ? .observeOnly : try Policy(payload: [UInt8](keeper.policy))
      let keys = try Self.keys(of: keeper)
      var addresses: [EntityRef] = []
      for address in keeper.addresses { addresses.append(try address.domain()) }
      let wallClock = clock.now
      let outputs = state.withLock { state in
        let now = state.recorded?.now ?? wallClock
        let isChange =
          state.status.policySerial != keeper.policySerial || state.status.rosterSerial != keeper.rosterSerial
          || state.status.held != keeper.held
        if isChange { state.changes += 1 }
        state.status.policySerial = keeper.policySerial
        state.status.rosterSerial = keeper.rosterSerial
        state.status.held = keeper.held
        state.status.addresses = addresses
        state.keeper = KeeperUse(cpu: .milliseconds(Int64(clamping: keeper.cpuMs)), memoryBytes: keeper.memoryBytes)
        var outputs: [WorkerOutput] = []
        if state.pipeline == nil {
          state.pipeline = WorkerPipeline(
            settings: settings, policy: policy, keys: keys, behaviour: state.behaviour, memory: state.memory,
            progress: state.progress ?? [],
            directory: settings.isRecorded ? state.accounts : SystemAccounts())
          state.behaviour = BehaviourStage()
          state.memory = WorkerMemory()
          askForRest(of: state.progress)
          state.progress = nil
        } else {
          if state.keyEpochs != keys.epochs, let output = state.pipeline?.use(keys, at: now) {
            outputs.append(output)
          }
          if state.policy != policy, let output = state.pipeline?.use(policy, at: now) { outputs.append(output) }
        }
        state.keyEpochs = keys.epochs
        state.status.keyEpoch = keeper.keyEpoch
        state.policy = policy
        return outputs
      }
      outputs.forEach(emit)
    } catch {
      logger.error("The keeper's state cannot be followed", metadata: ["error": "\(error)"])
    }
  }

  /// From here on what comes is taken in: sources that can go back read on where this agent had got.
  private func askForRest(of progress: [UInt8]?) {
    var message = Cordon_V1_WorkerMessage()
    message.resumption.sensor = EHRSensor.name
    if let progress { message.resumption.progress = Data(progress) }
    link.send(message)
  }

  private func followTrust(_ payload: [UInt8]) throws(CordonError) {
    guard !payload.isEmpty, state.withLock({ $0.trust != payload }) else { return }
    let bundle = try TrustBundle(payload: payload)
    state.withLock { state in
      state.trust = payload
      state.status.trustSerial = bundle.serial
    }
    onTrust(bundle)
  }

  private static func keys(of keeper: Cordon_V1_KeeperState) throws(CordonError) -> PseudonymKeys {
    guard keeper.pathKey.count == EpochKey.length else {
      throw CordonError(.invalid, "keys", "The keeper handed over a key for paths that is not 32 bytes.")
    }
    var current = Cordon_V1_EpochKeys()
    current.epoch = keeper.keyEpoch
    current.kStaff = keeper.kStaff
    current.kPatient = keeper.kPatient
    var epochs = [try current.domain()]
    for other in keeper.earlier { epochs.append(try other.domain()) }
    return try KeySchedule(epochs, using: keeper.keyEpoch).keys(path: SymmetricKey(data: keeper.pathKey))
  }

  /// Reflexes before records: a file encrypted meanwhile does not come back.
  private func emit(_ output: WorkerOutput?) {
    guard let output, !output.isEmpty else { return }
    // The processes of a recording are not this machine's.
    guard !settings.isRecorded else { return outbox.add(output.records, intake: output.intake) }
    for lineage in output.lineages {
      var message = Cordon_V1_WorkerMessage()
      message.lineage.process = Cordon_V1_ProcessRef(lineage.process)
      message.lineage.kin = lineage.kin.map { kin in
        .with {
          $0.pid = kin.pid
          $0.seenMs = kin.seen.milliseconds
        }
      }
      link.send(message)
    }
    for reflex in output.reflexes {
      var message = Cordon_V1_WorkerMessage()
      message.reflex.detection = Cordon_V1_Detection(reflex.detection)
      message.reflex.action = Cordon_V1_Action(reflex.action)
      message.reflex.address = Data(reflex.address?.bytes ?? [])
      link.send(message)
    }
    outbox.add(output.records, intake: output.intake)
  }
}
