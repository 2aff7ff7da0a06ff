package import CordonCore
import CordonTelemetry
import CordonWire
import FoundationEssentials
package import Logging
import ServiceLifecycle
import SwiftProtobuf
import Synchronization

/// What hands records to the worker: this machine's sensors, or a recording.
protocol SensorFeed: Service {
  /// Does as a policy says.
  func follow(_ policy: Policy)
  /// A worker has started; `processes` are Cordon's own.
  func attach(_ seam: KeeperSeam, ignoring processes: Set<UInt32>)
  func detach()
  /// Tells the worker of sensors whose state changed.
  func report()
}

/// The kernel sources of this machine: started and stopped as the policy says, their records handed to the worker.
///
/// A source that cannot run is reported with its reason, and the agent goes on without it.
package final class SensorSet: SensorFeed {
  /// Records in one message.
  private static let mostRecords = 512
  /// Bytes of their records: a quarter of what the seam carries in one message.
  private static let mostBytes = 1 << 20

  private struct State {
    var policy: Policy?
    var canaries: [String] = []
    var problems: [String] = []
    var seam: KeeperSeam?
    var reported: [String: Cordon_V1_SensorState] = [:]
  }

  private let audit = AuditSource()
  private let file = FileSource()
  private let ehr = EHRSource()
  private let planter: CanaryPlanter
  private let auditJournal: String
  private let trailPositions: String
  private let holdsPatientKey: Bool
  private let clock: any WallClock
  private let logger: Logger
  private let state = Mutex(State())
  /// Sources are started and stopped one at a time.
  private let switching = Mutex(())

  /// - Parameter holdsPatientKey: whether this is a gateway, which may read of patients.
  package init(paths: AgentPaths, holdsPatientKey: Bool, clock: any WallClock, logger: Logger) {
    trailPositions = paths.trailPositions
    self.holdsPatientKey = holdsPatientKey
    planter = CanaryPlanter(journal: paths.canaries)
    auditJournal = paths.auditBefore
    self.clock = clock
    self.logger = logger
  }

  /// Starts and stops sources, and plants canaries, as a policy says.
  package func follow(_ policy: Policy) {
    switching.withLock { _ in
      let before = state.withLock { state in
        defer { state.policy = policy }
        return state.policy
      }
      if before?.audit != policy.audit { switchAudit(policy.audit) }
      if before?.file != policy.file || before?.tripwires.canaryFolders != policy.tripwires.canaryFolders {
        switchFile(policy)
      }
      if before?.ehr != policy.ehr { switchEHR(policy.ehr) }
    }
    report()
  }

  /// A worker has started; its doings are Cordon's own.
  package func attach(_ seam: KeeperSeam, ignoring processes: Set<UInt32>) {
    audit.ignore(processes: processes)
    file.ignore(processes: processes)
    state.withLock { state in
      state.seam = seam
      state.reported = [:]
    }
    // What came while there was no worker has been told of once, to nobody.
    for queue in [audit.queue, file.queue, ehr.queue] { queue.wake() }
    report()
  }

  package func detach() { state.withLock { $0.seam = nil } }

  /// Tells the worker of sensors whose state changed; says nothing in the middle of a change.
  ///
  /// A source that a new policy restarts does not run for a moment: told of then, it would look like tampering.
  package func report() {
    _ = switching.withLockIfAvailable { _ in tell() }
  }

  private func tell() {
    let problems = state.withLock { $0.problems }
    // Few machines read an audit trail: of the others it is not worth saying that they do not.
    let readsTrail = state.withLock { $0.policy?.ehr.isEnabled ?? false || $0.reported[ehr.name] != nil }
    let sources: [any SensorSource] = readsTrail ? [audit, file, ehr] : [audit, file]
    let messages = sources.map { source in
      let (name, health) = (source.name, source.health)
      var sensor = Cordon_V1_SensorState()
      sensor.sensor = name
      sensor.running = health.isRunning
      sensor.reason = String(
        (name == file.name ? ([health.reason] + problems) : [health.reason]).joined(separator: " ").prefix(512))
      return sensor
    }
    let (seam, changed) = state.withLock { state in
      let changed = messages.filter { state.seam != nil && state.reported[$0.sensor] != $0 }
      for sensor in changed { state.reported[sensor.sensor] = sensor }
      return (state.seam, changed)
    }
    for sensor in changed { try? seam?.send(.with { $0.sensorState = sensor }) }
  }

  /// Hands on records until the program stops, then stops the sources and undoes what they changed.
  package func run() async throws {
    await cancelWhenGracefulShutdown { [audit, file, ehr] in
      await withDiscardingTaskGroup { group in
        for queue in [audit.queue, file.queue, ehr.queue] {
          let pump = SensorPump(queue: queue) { self.state.withLock { $0.seam } }
          group.addTask { await pump.run() }
        }
      }
    }
    switching.withLock { _ in
      audit.stop()
      file.stop()
      ehr.stop()
    }
  }

  private func switchEHR(_ policy: Policy.EHRSensor) {
    ehr.stop()
    guard policy.isEnabled else { return }
    do throws(CordonError) {
      try ehr.use(
        EHRSourceSettings(policy: policy, holdsPatientKey: holdsPatientKey, positions: trailPositions))
      try ehr.start()
    } catch {
      logger.warning("The sensor cannot run", metadata: ["sensor": "ehr", "why": "\(error)"])
    }
  }

  private func switchAudit(_ policy: Policy.AuditSensor) {
    audit.stop()
    guard policy.isEnabled else { return }
    do throws(CordonError) {
      try audit.use(AuditSourceSettings(policy: policy, journal: auditJournal))
      try audit.start()
    } catch {
      logger.warning("The sensor cannot run", metadata: ["sensor": "audit", "why": "\(error)"])
    }
  }

  private func switchFile(_ policy: Policy) {
    var randomness = SystemRandomNumberGenerator()
    var problems: [CordonError] = []
    var canaries: [String] = []
    do throws(CordonError) {
      let planted = try planter.plant(in: policy.tripwires.canaryFolders, at: clock.now, randomness: &randomness)
      canaries = planted.canaries.map(\.path)
      problems = planted.problems
    } catch { problems.append(error) }
    for problem in problems { logger.warning("A canary folder is not guarded", metadata: ["why": "\(problem)"]) }
    state.withLock { state in
      state.canaries = canaries
      state.problems = problems.map(\.message)
    }
    file.stop()
    guard policy.file.isEnabled else { return }
    do throws(CordonError) {
      try file.use(FileSourceSettings(policy: policy.file, canaries: canaries))
      try file.start()
    } catch {
      logger.warning("The sensor cannot run", metadata: ["sensor": "file", "why": "\(error)"])
    }
  }

  /// Moves one queue's records to the worker, on a thread of its own because the seam may be full.
  private actor SensorPump {
    private nonisolated let executor = BlockingExecutor(label: "cordon.sensor-pump")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let queue: RecordQueue
    private let seam: @Sendable () -> KeeperSeam?

    init(queue: RecordQueue, seam: @escaping @Sendable () -> KeeperSeam?) {
      self.queue = queue
      self.seam = seam
    }

    func run() async {
      for await _ in queue.wakeups { drain() }
    }

    private func drain() {
      // Without a worker the queue itself is the buffer, and counts what it drops.
      guard let seam = seam(), let batch = queue.drain(most: SensorSet.mostRecords, bytes: SensorSet.mostBytes)
      else { return }
      var message = Cordon_V1_KeeperMessage()
      message.sensorBytes.sensor = batch.sensor
      message.sensorBytes.records = batch.records.map { Data($0) }
      message.sensorBytes.dropped = batch.dropped
      do { try seam.send(message) } catch { queue.countDropped(UInt64(batch.records.count) + batch.dropped) }
    }
  }
}
