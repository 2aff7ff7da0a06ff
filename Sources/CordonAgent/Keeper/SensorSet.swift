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
  func attach(_ seam: KeeperSeam, _ descriptors: DescriptorChannel, ignoring processes: Set<UInt32>)
  func detach()
  /// The worker says what it has taken in of a sensor that can go back.
  func resume(_ sensor: String, from progress: [UInt8]?)
  /// Tells the worker of sensors whose state changed.
  func report()
}

/// The sources of this machine: started and stopped as the policy says, their records handed to the worker.
///
/// A source that cannot run is reported with its reason, and the agent goes on without it. A new sensor is one line in
/// `switches(file:paths:account:holdsPatientKey:canaries:receivers:)`.
package final class SensorSet: SensorFeed {
  /// Records in one message.
  private static let mostRecords = 512
  /// Bytes of their records: a quarter of what the seam carries in one message.
  private static let mostBytes = 1 << 20

  private struct State {
    var seam: KeeperSeam?
    var descriptors: DescriptorChannel?
    /// The present worker has its keys and may take sockets over; it can say so before `attach` has been called.
    var isReady = false
    var reported: [String: Cordon_V1_SensorState] = [:]
  }

  /// Changed by one policy at a time.
  private struct Following {
    var policy: Policy?
    var switches: [any SensorSwitching]
  }

  private let sources: [any SensorSource]
  private let file = FileSource()
  private let canaries: CanaryKeeper
  private let receivers: ReceiverSet
  private let holdsPatientKey: Bool
  private let logger: Logger
  private let state = Mutex(State())
  private let following: Mutex<Following>

  /// - Parameters:
  ///   - account: the worker's, which reads the journal.
  ///   - holdsPatientKey: whether this is a gateway, which may read of patients.
  package init(paths: AgentPaths, account: String, holdsPatientKey: Bool, clock: any WallClock, logger: Logger) {
    self.logger = logger
    canaries = CanaryKeeper(journal: paths.canaries, clock: clock, logger: logger)
    receivers = ReceiverSet(logger: logger)
    self.holdsPatientKey = holdsPatientKey
    let switches = Self.switches(
      file: file, paths: paths, account: account, holdsPatientKey: holdsPatientKey, canaries: canaries,
      receivers: receivers)
    sources = switches.map(\.source)
    following = Mutex(Following(switches: switches))
  }

  /// Every source, and what a policy says of it.
  private static func switches(
    file: FileSource, paths: AgentPaths, account: String, holdsPatientKey: Bool, canaries: CanaryKeeper,
    receivers: ReceiverSet
  ) -> [any SensorSwitching] {
    [
      SensorSwitch(AuditSource(), isReportedOff: true) {
        $0.audit.isEnabled ? AuditSourceSettings(policy: $0.audit, journal: paths.auditBefore) : nil
      },
      SensorSwitch(file, isReportedOff: true, notes: { canaries.problems }) {
        $0.file.isEnabled ? FileSourceSettings(policy: $0.file, canaries: canaries.paths) : nil
      },
      SensorSwitch(SDKSource()) {
        $0.sdk.isEnabled ? SDKSourceSettings(users: $0.sdk.users, path: paths.sensorSocket) : nil
      },
      SensorSwitch(EHRSource(settings: EHRSourceSettings(awaitsReader: true)), notes: { receivers.problems }) {
        $0.ehr.isEnabled
          ? EHRSourceSettings(
            policy: $0.ehr, holdsPatientKey: holdsPatientKey, positions: paths.trailPositions, awaitsReader: true) : nil
      },
      SensorSwitch(WireSource()) { $0.wire.isEnabled ? WireSourceSettings(policy: $0.wire) : nil },
      SensorSwitch(LogSource(name: AuthSensor.name)) {
        $0.auth.isEnabled
          ? AuthSensor.settings($0.auth, positions: paths.logPositions(AuthSensor.name), journalAs: account) : nil
      },
      SensorSwitch(DataSensor().makeSource()) {
        DataSensor.settings($0.data, positions: paths.logPositions(DataSensor.name))
      },
      SensorSwitch(SocketSource()) { policy in
        // Audit tells of connections as they begin: told twice, they would count twice.
        let isAudited = policy.audit.isEnabled && policy.audit.connect
        return policy.socket.isEnabled ? SocketSourceSettings(reportsConnections: !isAudited) : nil
      },
      SensorSwitch(PersistenceSource()) {
        $0.persistence.isEnabled
          ? PersistenceSourceSettings(
            policy: $0.persistence, state: paths.persistenceState, ability: $0.profile == .passive ? .none : .renames)
          : nil
      },
    ] + logSwitches(paths: paths)
  }

  /// Logs of other programs and machines, each followed from where it was left.
  private static func logSwitches(paths: AgentPaths) -> [any SensorSwitching] {
    @Sendable func settings(_ logs: Policy.Logs.Followed, _ name: String, head: LineFramer.Head) -> LogSourceSettings? {
      guard logs.isEnabled else { return nil }
      return LogSourceSettings(
        files: [LogFiles(paths: logs.paths, head: head)], positions: paths.logPositions(name))
    }
    return [
      SensorSwitch(WindowsSensor().makeSource()) { settings($0.logs.windows, WindowsSensor.name, head: .none) },
      SensorSwitch(ZeekSensor().makeSource()) { settings($0.logs.zeek, ZeekSensor.name, head: .marked) },
      SensorSwitch(SuricataSensor().makeSource()) { settings($0.logs.suricata, SuricataSensor.name, head: .none) },
      SensorSwitch(MappedSensor().makeSource()) { policy in
        let mappings = policy.logs.mappings
        guard !mappings.isEmpty else { return nil }
        return LogSourceSettings(
          files: mappings.map { MappedSensor.files(of: $0) }, positions: paths.logPositions(MappedSensor.name))
      },
    ]
  }

  /// Starts and stops sources, and plants canaries, as a policy says.
  package func follow(_ policy: Policy) {
    following.withLock { following in
      let before = following.policy
      following.policy = policy
      if before?.file != policy.file || before?.tripwires.canaryFolders != policy.tripwires.canaryFolders {
        file.unwatched { canaries.plant(in: policy.tripwires.canaryFolders) }
      }
      for index in following.switches.indices { following.switches[index].follow(policy, logger: logger) }
      receivers.follow(policy.ehr, holdsPatientKey: holdsPatientKey)
    }
    report()
  }

  /// A worker has started; its doings are Cordon's own.
  package func attach(_ seam: KeeperSeam, _ descriptors: DescriptorChannel, ignoring processes: Set<UInt32>) {
    for source in sources { source.ignore(processes: processes) }
    let isReady = state.withLock { state in
      state.seam = seam
      state.descriptors = descriptors
      state.reported = [:]
      return state.isReady
    }
    if isReady { receivers.attach(descriptors) }
    // What came while there was no worker has been told of once, to nobody.
    for source in sources { source.queue.wake() }
    report()
  }

  package func detach() {
    state.withLock { ($0.seam, $0.descriptors, $0.isReady) = (nil, nil, false) }
    receivers.detach()
    for case let source as any ResumableSource in sources { source.pause() }
  }

  package func resume(_ sensor: String, from progress: [UInt8]?) {
    for case let source as any ResumableSource in sources where source.name == sensor {
      source.resume(from: progress)
    }
    // Not before: what a worker without keys takes in is lost.
    guard sensor == EHRSensor.name else { return }
    let channel = state.withLock { state in
      state.isReady = true
      return state.descriptors
    }
    if let channel { receivers.attach(channel) }
  }

  /// Tells the worker of sensors whose state changed; says nothing in the middle of a change.
  ///
  /// A source that a new policy restarts does not run for a moment: told of then, it would look like tampering.
  package func report() {
    let drops = receivers.look()
    for source in sources where source.name == EHRSensor.name { source.queue.countDropped(drops) }
    _ = following.withLockIfAvailable { tell(of: $0.switches) }
  }

  private func tell(of switches: [any SensorSwitching]) {
    let known = state.withLock { Set($0.reported.keys) }
    let messages = switches.filter { $0.isWanted || $0.isReportedOff || known.contains($0.source.name) }.map { entry in
      let health = entry.source.health
      var sensor = Cordon_V1_SensorState()
      sensor.sensor = entry.source.name
      sensor.running = health.isRunning
      sensor.reason = String(([health.reason] + entry.notes).joined(separator: " ").prefix(512))
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
    await cancelWhenGracefulShutdown { [sources] in
      await withDiscardingTaskGroup { group in
        for source in sources {
          let pump = SensorPump(queue: source.queue, readsAgain: source is any ResumableSource) {
            self.state.withLock { $0.seam }
          }
          group.addTask { await pump.run() }
        }
      }
    }
    following.withLock { _ in
      for source in sources { source.stop() }
    }
  }

  /// Moves one queue's records to the worker, on a thread of its own because the seam may be full.
  private actor SensorPump {
    private nonisolated let executor = BlockingExecutor(label: "cordon.sensor-pump")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let queue: RecordQueue
    /// Whether what does not arrive is read again, and so is not lost.
    private let readsAgain: Bool
    private let seam: @Sendable () -> KeeperSeam?

    init(queue: RecordQueue, readsAgain: Bool, seam: @escaping @Sendable () -> KeeperSeam?) {
      self.queue = queue
      self.readsAgain = readsAgain
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
      message.sensorBytes.progress = Data(batch.progress)
      do { try seam.send(message) } catch {
        queue.countDropped((readsAgain ? 0 : UInt64(batch.records.count)) + batch.dropped)
      }
    }
  }
}
