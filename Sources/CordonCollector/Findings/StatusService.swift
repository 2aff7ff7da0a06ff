package import CordonCore
import CordonStore
import CordonTrust
import Glibc

/// How a collector is, and what is wrong with its installation.
package struct StatusService: Sendable {
  /// What `cordon status` shows.
  package struct Status: Sendable {
    package var collector: String
    package var version: String
    package var now: Timestamp
    package var startedAt: Timestamp
    package var agentsEnrolled: UInt64
    package var windowsStored: UInt64
    package var detectionsStored: UInt64
    package var incidentsOpen: UInt64
    package var ledgerSize: UInt64
    package var storeBytes: UInt64
    package var connected: Int
    package var held: Int
    package var rosterSerial: UInt64
    package var policySerial: UInt64
    /// The newest signed note; empty before the first.
    package var checkpoint: String
    package var findings: [Finding]
    package var recordsRefused: UInt64
    package var learning: [LearningReport.Line]
  }

  private let context: CollectorContext
  private let authority: AuthorityBook
  private let hub: UplinkHub
  private let ingest: IngestService
  private let learning: LearningReport
  private let startedAt: Timestamp
  private static let mostHeld = 100_000

  package init(
    context: CollectorContext, authority: AuthorityBook, hub: UplinkHub, ingest: IngestService,
    learning: LearningReport
  ) {
    self.context = context
    self.authority = authority
    self.hub = hub
    self.ingest = ingest
    self.learning = learning
    startedAt = context.clock.now
  }

  package func status() async throws -> Status {
    let counters = ingest.counters
    let refused = UInt64(clamping: counters.refusedRecords + counters.refusedBatches)
    let totals = try await context.store.totals()
    return Status(
      collector: context.name, version: context.version, now: context.now, startedAt: startedAt,
      agentsEnrolled: totals.agentsEnrolled, windowsStored: totals.windows, detectionsStored: totals.detections,
      incidentsOpen: totals.incidentsOpen, ledgerSize: totals.ledgerSize, storeBytes: totals.bytes,
      connected: hub.connected.count,
      held: try await context.store.commands(in: [CommandState.held.rawValue], most: Self.mostHeld).count,
      rosterSerial: authority.roster.serial, policySerial: authority.siteSerial,
      checkpoint: try await context.store.newestCheckpoint() ?? "",
      findings: trouble + Doctor.examine(try await snapshot(refused: refused)), recordsRefused: refused,
      learning: try await learning.lines())
  }

  /// What keeps agents' records from being stored now comes before all else.
  private var trouble: [Finding] {
    ingest.trouble.map { [Finding(.critical, $0.code, $0.message, remedy: $0.remedy)] } ?? []
  }

  private func snapshot(refused: UInt64) async throws -> InstallationSnapshot {
    let connected = hub.connected
    let agents = try await context.store.agents().map { agent in
      InstallationSnapshot.Agent(
        id: agent.id, label: agent.label, state: agent.state.rawValue, isConnected: connected.contains(agent.id),
        lastSeen: agent.lastSeen, policySerial: agent.policySerial, rosterSerial: agent.rosterSerial,
        clockOffset: agent.clockOffset, certificateNotAfter: agent.certificateNotAfter,
        sensors: agent.heartbeat?.sensors.map {
          InstallationSnapshot.Sensor(
            name: $0.name, isRunning: $0.isRunning, reason: $0.reason, observed: $0.observed, dropped: $0.dropped)
        } ?? [], drops: agent.heartbeat?.drops.map { ($0.cause, $0.count) } ?? [],
        wantedPolicy: authority.applied(to: agent.group)?.policy.serial ?? 0, keyEpoch: agent.heartbeat?.keyEpoch ?? 0)
    }
    let backlog = try await context.store.pendingLedgerBacklog()
    let identity = context.identity
    return InstallationSnapshot(
      now: context.now, agents: agents, heartbeat: authority.longestHeartbeat,
      clockTolerance: authority.policy(of: "").clockTolerance, rosterNotAfter: authority.roster.notAfter,
      rosterSerial: authority.roster.serial, policySerial: authority.siteSerial,
      collectorCertificateNotAfter: context.certificateNotAfter(),
      intermediateNotAfter: identity.grant.authorityChain.notAfter, diskFree: Self.freeBytes(at: context.store.path),
      ledgerPending: Int(clamping: backlog.count), ledgerOldestPending: backlog.oldest, recordsRefused: refused)
  }

  private static func freeBytes(at path: String) -> UInt64? {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return nil }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }
}
