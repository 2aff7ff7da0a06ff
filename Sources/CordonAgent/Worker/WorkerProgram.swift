package import CordonCore
import CordonTelemetry
package import CordonTrust
package import GRPCCore
package import Logging
package import ServiceLifecycle

/// The worker's body: everything between the seam and the uplink, as services for one group.
package struct WorkerProgram<Transport: ClientTransport>: Sendable {
  /// What the worker is built from; the network comes in through `connector`.
  package struct Parts: Sendable {
    package var paths: AgentPaths
    package var seam: WorkerSeam
    package var machine: MachineID
    package var bootID: String
    package var version: String
    package var isRecorded: Bool
    /// Reads the sockets that come over the channel; nil: none are read.
    package var reception: (receiver: any ByteReceiver, channel: DescriptorChannel)?
    package var clock: any WallClock
    package var logger: Logger

    package init(
      paths: AgentPaths, seam: WorkerSeam, machine: MachineID, bootID: String, version: String,
      isRecorded: Bool = false, reception: (receiver: any ByteReceiver, channel: DescriptorChannel)? = nil,
      clock: any WallClock, logger: Logger
    ) {
      self.paths = paths
      self.seam = seam
      self.machine = machine
      self.bootID = bootID
      self.version = version
      self.isRecorded = isRecorded
      self.reception = reception
      self.clock = clock
      self.logger = logger
    }
  }

  /// Where the worker finds its end of the seam.
  package static var seamDescriptor: Int32 { WorkerProcess.seamDescriptor }
  /// Where it finds the way on which sockets come.
  package static var channelDescriptor: Int32 { WorkerProcess.channelDescriptor }

  /// In the order of their start.
  package private(set) var services: [any Service]

  /// Opens the spool and wires the services; throws where the identity or the spool's folder is unusable.
  ///
  /// - Parameters:
  ///   - trust: what the connector verifies collectors against; it follows the keeper's trust bundle from here on.
  ///   - connector: given the agent's identity, opens a connection for the time of a body.
  package init(
    _ parts: Parts, identity: AgentIdentity, live: LiveIdentity, trust: TrustStore,
    connector: @escaping UplinkService<Transport>.Connector
  ) throws(CordonError) {
    let lock = try SpoolLock(path: parts.paths.spool)
    let spool = try Spool(path: parts.paths.spool, clock: parts.clock, lock: lock)
    if case .replaced(let moved, let reason) = spool.found {
      parts.logger.error(
        "The spool was unusable and is replaced by an empty one",
        metadata: ["why": "\(reason.message)", "kept": "\(moved)"])
    }
    let link = KeeperLink(seam: parts.seam)
    let outbox = RecordOutbox(spool: spool, logger: parts.logger) { WorkerDesk.spooled($0, tell: link) }
    let settings = WorkerSettings(
      machine: parts.machine, host: identity.label, bootID: parts.bootID,
      isRecorded: parts.isRecorded)
    let store = BehaviourStore(path: parts.paths.behaviour, at: parts.clock.now)
    if let problem = store.restored.problem {
      parts.logger.error("What behaviour had learned is lost", metadata: ["why": "\(problem)"])
    }
    let memory = WorkerMemoryFiles(folder: parts.paths.worker, logger: parts.logger)
    let desk = WorkerDesk(
      settings: settings, link: link, outbox: outbox, clock: parts.clock, logger: parts.logger,
      restored: store.restored, memory: memory.load(), progress: spool.intake?.progress,
      onTrust: { [logger = parts.logger] bundle in
        do throws(CordonError) {
          try trust.follow(bundle)
          logger.notice("trust bundle followed", metadata: ["serial": "\(bundle.serial)"])
        } catch {
          logger.error("The trust bundle cannot be followed", metadata: ["why": "\(error)"])
        }
      })
    let intake = ModelIntake(keeper: link, desk: desk, store: store, group: identity.group, logger: parts.logger)
    let uplink = UplinkService<Transport>(
      parts: .init(
        agent: AgentDescription(version: parts.version, bootID: parts.bootID, schemas: WorkerPipeline.schemas),
        spool: spool, status: desk, directives: intake, clock: parts.clock, logger: parts.logger,
        companion: { await intake.serve($0) }),
      connector: connector)
    let renewal = CertificateRenewal(
      connector: connector, identity: live, trust: trust, chainPath: parts.paths.identityChain, clock: parts.clock,
      logger: parts.logger)
    let reception = parts.reception.map {
      TrailReception(channel: $0.channel, receiver: $0.receiver, desk: desk, logger: parts.logger)
    }
    services = [
      outbox, BehaviourSaver(desk: desk, store: store, intake: intake),
      WorkerMemorySaver(desk: desk, files: memory), uplink, renewal,
      SeamReader(seam: parts.seam, link: link, desk: desk, logger: parts.logger),
      WorkerClock(desk: desk, offset: { uplink.clockOffset }),
    ]
    if let reception { services.append(reception) }
  }
}

/// Reads what the keeper says on a thread of its own; when the keeper goes, the worker ends.
struct SeamReader: Service {
  let seam: WorkerSeam
  let link: KeeperLink
  let desk: WorkerDesk
  let logger: Logger

  func run() async throws {
    let (ended, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let thread = try BlockingThread(name: "seam") { [seam, desk, logger] _ in
      do throws(CordonError) {
        while let message = try seam.receive() { desk.take(message) }
      } catch {
        logger.error("The seam to the keeper broke", metadata: ["error": "\(error)"])
      }
      signal.finish()
    }
    await withGracefulShutdownHandler {
      for await _ in ended {}
    } onGracefulShutdown: {
      link.end()
    }
    link.end()
    thread.stop()
    desk.finish()
  }
}

/// Moves the worker's time on, once a second.
struct WorkerClock: Service {
  let desk: WorkerDesk
  let offset: @Sendable () -> Duration?

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        desk.tick(offset: offset())
      }
    }
  }
}
