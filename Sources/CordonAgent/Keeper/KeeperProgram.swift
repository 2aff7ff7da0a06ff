package import CordonContainment
package import CordonCore
import CordonTelemetry
import CordonTrust
import Glibc
package import Logging
package import ServiceLifecycle

/// The keeper's body, as services for one group: sensors, containment, and a worker that is kept running.
package struct KeeperProgram: Sendable {
  /// In the order of their start.
  package let services: [any Service]
  package let core: KeeperCore
  private let worker = RunningWorker()

  /// Reads what IT installed and what was followed before, undoes or finishes what a crash left, and wires the services.
  ///
  /// The journal's lock is taken by the caller and held as long as the services run.
  /// Codes: those of `SiteBundle`, `AgentIdentity`, `Journal`; `not-enrolled`.
  package init(
    _ config: AgentConfig, workerArguments: [String], clock: any WallClock, logger: Logger
  ) throws(CordonError) {
    let paths = config.paths
    let bundle = try SiteBundle.load(from: config.bundle)
    let identity = try AgentIdentity.load(from: paths.identity)
    let names = try SiteNames(bundle: bundle, paths: paths, sealingKey: identity.sealingKey, at: clock.now)
    let authority = try KeeperAuthority(bundle: bundle, group: identity.group, paths: paths, at: clock.now)
    for problem in authority.problems {
      logger.error("What was kept on disk is not followed", metadata: ["why": "\(problem)"])
    }
    let kin = KinMemory()
    let executor = try Self.executor(
      config, identity: identity, names: names, kin: kin, policy: authority.policy,
      onDamage: {
        logger.error(
          "The journal was damaged; what could be read is reconciled and written anew", metadata: ["bytes": "\($0)"])
      })
    let sensors: any SensorFeed =
      if let recording = config.recording {
        try RecordingFeed(path: recording, logger: logger)
      } else {
        SensorSet(
          paths: paths, account: config.user, holdsPatientKey: names.holdsPatientKey, clock: clock, logger: logger)
      }
    let core = KeeperCore(
      authority: authority, executor: executor, names: names, kin: kin, agentID: identity.id,
      label: identity.label, isRecorded: config.recording != nil, accounts: try RecordedAccounts.read(config.accounts),
      clock: clock, logger: logger,
      onPolicy: { sensors.follow($0) }, onResumption: { sensors.resume($0, from: $1) })
    core.reconcile()
    self.core = core
    services = [
      sensors, try ControlSocket(path: paths.controlSocket, answer: { core.answer($0) }),
      WorkerSupervisor(
        core: core, sensors: sensors, arguments: workerArguments, running: worker, logger: logger),
      KeeperClock(core: core, sensors: sensors),
    ]
  }

  /// Has the worker read its configuration again; false where none runs now.
  package func reloadWorker() -> Bool { worker.signal(SIGHUP) }

  /// What carries out orders on this machine, with the journal of what is held.
  ///
  /// - Parameter onDamage: called with the bytes of the journal that could not be read, where there are any.
  package static func executor(
    _ config: AgentConfig, identity: AgentIdentity, names: SiteNames, kin: KinMemory = KinMemory(), policy: Policy,
    onDamage: (Int) -> Void = { _ in }
  ) throws(CordonError) -> CommandExecutor {
    let journal = try Journal(storage: JournalFile(folder: config.paths.journal))
    if journal.damagedBytes > 0 { onDamage(journal.damagedBytes) }
    let bootID = try KernelFile.bootID()
    let collector = CollectorAddresses(config.collector)
    let machine = LinuxMachine(bootID: bootID, kin: kin, collectors: { Set(collector.endpoints.map(\.address)) })
    return CommandExecutor(
      .init(
        agentID: identity.id, label: identity.label, machine: machine,
        effects: .linux(machine: machine, groups: FreezerGroups.find()), clock: SystemMomentClock(bootID: bootID),
        opener: names, management: CollectorProbe(endpoints: { collector.endpoints })),
      journal: journal, policy: policy,
      ownProcesses: [UInt32(getpid())])
  }
}

/// Moves the keeper's time on, twice a second.
struct KeeperClock: Service {
  let core: KeeperCore
  let sensors: any SensorFeed

  func run() async throws {
    sensors.follow(core.policy)
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        core.look()
        sensors.report()
        try? await Task.sleep(for: .milliseconds(500))
      }
    }
  }
}

/// Keeps one worker running: a new one, after a growing pause, whenever it ends.
struct WorkerSupervisor: Service {
  let core: KeeperCore
  let sensors: any SensorFeed
  let arguments: [String]
  let running: RunningWorker
  let logger: Logger

  /// How long a worker may take to spool what it has, once its seam is closed.
  private static let patience = Duration.seconds(15)
  private static let longestPause = Duration.seconds(30)
  /// A worker that ran this long did not fail at its start.
  private static let healthyAfter = Duration.seconds(60)

  func run() async throws {
    let stop = StopSignal()
    try await withGracefulShutdownHandler {
      var pause = Duration.milliseconds(500)
      while !stop.isRaised {
        let started = ContinuousClock.now
        try await runOnce(stop)
        guard !stop.isRaised else { return }
        pause =
          ContinuousClock.now - started > Self.healthyAfter ? .milliseconds(500) : min(pause * 2, Self.longestPause)
        await stop.wait(atMost: pause)
      }
    } onGracefulShutdown: {
      stop.raise()
    }
  }

  private func runOnce(_ stop: StopSignal) async throws {
    let ends = try KeeperSeam.pair()
    let seam = KeeperSeam(descriptor: ends.keeper)
    let handing = try DescriptorChannel.pair()
    let descriptors = DescriptorChannel(descriptor: handing.keeper)
    let worker: WorkerProcess
    do {
      worker = try WorkerProcess.start(arguments: arguments, seam: ends.worker, descriptors: handing.worker)
    } catch {
      logger.error("The worker does not start", metadata: ["why": "\(error)"])
      return
    }
    logger.info("Worker started", metadata: ["pid": "\(worker.pid)"])
    running.replace(with: worker.pid)
    let own: Set<UInt32> = [UInt32(getpid()), UInt32(worker.pid)]
    let (ended, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let thread = try BlockingThread(name: "keeper-seam") { [core, logger] _ in
      do throws(CordonError) {
        while let message = try seam.receive() { core.take(message) }
      } catch {
        logger.warning("The seam to the worker broke", metadata: ["why": "\(error)"])
      }
      signal.finish()
    }
    core.attach(seam, worker: own)
    sensors.attach(seam, descriptors, ignoring: own)
    stop.onRaise {
      descriptors.end()
      seam.end()
    }
    for await _ in ended {}
    running.replace(with: nil)
    descriptors.end()
    seam.end()
    core.detach()
    sensors.detach()
    thread.stop()
    let how = await worker.reap(patience: Self.patience)
    logger.info("Worker ended", metadata: ["how": "\(how)"])
  }
}
