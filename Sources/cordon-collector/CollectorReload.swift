import CordonCollector
import CordonCore
import CordonRuntime
import CordonTrust

/// What SIGHUP changes of a running collector.
struct CollectorReload: Sendable {
  private let collector: CollectorAssembly
  private let started: CollectorSettings
  private let read: @Sendable () async throws -> CollectorSettings

  /// - Parameter read: command line, environment and file, as at the start.
  init(
    _ collector: CollectorAssembly, started: CollectorSettings,
    read: @escaping @Sendable () async throws -> CollectorSettings
  ) {
    self.collector = collector
    self.started = started
    self.read = read
  }

  /// Reads everything first and takes over then: a mistake in any of it leaves all as it was.
  func run() async throws -> [ReloadService.Change] {
    let settings = try await read()
    let identity = try CollectorIdentity.load(from: started.state)
    let chain = try CollectorIdentity.currentChain(in: started.state)
    let current = try LiveIdentity.Current(chain: chain, key: identity.identityKey)
    let revoked = try await collector.domain.reloadRevocations()
    try collector.domain.context.trust.replaceRoots(identity.grant.roots)
    collector.live.replace(with: current)
    ProgramLogging.change(to: settings.logLevel.level)
    collector.domain.ingest.replaceLimits(settings.ingest.limits)
    var changes: [ReloadService.Change] = [
      .init("log.level", settings.logLevel.rawValue),
      .init("ingest.records-per-second", "\(settings.ingest.limits.recordsPerSecond)"),
      .certificate(chain, at: collector.domain.context.clock.now),
      .init("roots", "\(identity.grant.roots.count)"),
      .init("revoked", "\(revoked)"),
    ]
    let fixed = fixed(in: settings)
    if !fixed.isEmpty { changes.append(.init("needs-a-restart", fixed.joined(separator: ", "))) }
    return changes
  }

  /// What differs from what runs, and is only read at the start.
  private func fixed(in settings: CollectorSettings) -> [String] {
    var names: [String] = []
    func compare<Value: Equatable>(_ name: String, _ value: KeyPath<CollectorSettings, Value>) {
      if settings[keyPath: value] != started[keyPath: value] { names.append(name) }
    }
    compare("state", \.state)
    compare("uplink.address", \.uplink)
    compare("enrolment.address", \.enrolment)
    compare("connections", \.connections)
    compare("ingest.batch-records", \.ingest.limits.batchRecords)
    compare("retention.window-days", \.windowDays)
    compare("retention.hour-days", \.hourDays)
    return names
  }
}
