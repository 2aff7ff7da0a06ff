import CordonAgent
import CordonContainment
import CordonCore
import CordonRuntime
import CordonTrust
import FoundationEssentials
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import ServiceLifecycle

/// The daemon's two processes, with the real network.
struct Daemon: AgentDaemon {
  func runKeeper(_ config: AgentConfig) async throws {
    let logger = start(config, "cordon-agent")
    _ = try config.required("COLLECTOR", config.collector)
    try AgentFolders.prepare(config.paths, state: config.state, workerAccount: config.user)
    let lock = try JournalLock.take(folder: config.paths.journal)
    let keeper = try KeeperProgram(
      config,
      workerArguments: WorkerConfinement.arguments(account: config.user)
        + (config.file.map { ["--config", $0] } ?? [])
        + (config.recording.map { ["--recording", $0] } ?? []), clock: SystemClock(), logger: logger)
    let notifier = SystemdNotifier(environment: ProcessInfo.processInfo.environment)
    logger.notice("agent runs", metadata: ["state": "\(config.state)", "collector": "\(config.collector)"])
    let reload = await ReloadService(logger: logger) {
      try await AgentReload.run(config) { [.init("worker", keeper.reloadWorker() ? "reloads" : "does not run")] }
    }
    try await ProgramGroup.run(keeper.services + [reload, notifier], logger: logger)
    // Held until here: `release --all` on a stopped agent takes it next.
    extendLifetime(lock)
  }

  func runWorker(_ config: AgentConfig) async throws {
    let logger = start(config, "cordon-agent-worker")
    // Entered before the first thread; what is read from here on may be hostile.
    try WorkerConfinement.prove()
    let identity = try AgentIdentity.load(from: config.paths.identity)
    let live = try LiveIdentity(chain: identity.chain, key: identity.key)
    let endpoint = try NetworkEndpoint(try config.required("COLLECTOR", config.collector))
    let trust = try TrustStore(domain: identity.domain, roots: identity.roots.certificates)
    let guardian = ConnectionGuardian(
      trust: trust, clock: SystemClock(), accepting: [.collector], usage: .server,
      onRefusal: { logger.warning("Connection refused", metadata: ["why": "\($0)"]) })
    let program = try WorkerProgram<HTTP2ClientTransport.Posix>(
      .init(
        paths: config.paths, seam: WorkerSeam(descriptor: WorkerProgram<HTTP2ClientTransport.Posix>.seamDescriptor),
        machine: try Self.machineID(), bootID: try KernelFile.bootID(), version: CordonVersion.text,
        isRecorded: config.recording != nil,
        reception: (
          SocketReceiver(logger: logger),
          DescriptorChannel(descriptor: WorkerProgram<HTTP2ClientTransport.Posix>.channelDescriptor)
        ), clock: SystemClock(), logger: logger),
      identity: identity, live: live, trust: trust,
      connector: { body in
        try await withGRPCClient(
          transport: try ClientTransports.mutual(to: endpoint, as: live, guardian: guardian), handleClient: body)
      })
    let reload = await ReloadService(logger: logger) {
      try await AgentReload.run(config) {
        let identity = try AgentIdentity.load(from: config.paths.identity)
        live.replace(with: try LiveIdentity.Current(chain: identity.chain, key: identity.key))
        try trust.replaceRoots(identity.roots.certificates)
        return [.certificate(identity.chain, at: SystemClock().now)]
      }
    }
    try await ProgramGroup.run(program.services + [reload], logger: logger)
  }

  private func start(_ config: AgentConfig, _ label: String) -> Logger {
    ProgramLogging.start(level: Logger.Level(rawValue: config.logLevel) ?? .info)
    return Logger(label: label)
  }

  private static func machineID() throws(CordonError) -> MachineID {
    guard let text = KernelFile.text("/etc/machine-id"), let id = MachineID(text) else {
      throw CordonError(
        .missing, "machine-id", "/etc/machine-id does not hold a machine's id.",
        remedy: "Run systemd-machine-id-setup, or dbus-uuidgen --ensure=/etc/machine-id.")
    }
    return id
  }
}
