import CordonCore
package import CordonStore
import Logging
import ServiceLifecycle

/// What a store needs from time to time: hours and training's sample written behind ingest, retention, proposals that nobody
/// approved.
package struct StoreUpkeep: Service {
  /// How often windows are folded into hours and old proposals are looked at.
  package static let interval: Duration = .seconds(60)
  /// How often retention runs.
  package static let retentionInterval: Duration = .seconds(3600)
  /// Proposals looked at in one round.
  private static let mostProposals = 1_000

  private let context: CollectorContext
  private let retention: RetentionSettings

  package init(context: CollectorContext, retention: RetentionSettings = RetentionSettings()) {
    self.context = context
    self.retention = retention
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var sinceRetention = Self.retentionInterval
      while !Task.isCancelled {
        do {
          while try await context.store.foldHours() > 0 {}
          try await TrainingSample.takeUp(context.store)
          try await lapseProposals()
          if sinceRetention >= Self.retentionInterval {
            sinceRetention = .zero
            try await retain()
          }
        } catch {
          context.logger.error("store not maintained", metadata: ["error": "\(error)"])
        }
        try? await ContinuousClock().sleep(for: Self.interval)
        sinceRetention += Self.interval
      }
    }
  }

  /// Marks proposals whose validity ended before enough had signed.
  package func lapseProposals() async throws {
    let now = context.now
    for record in try await context.store.commands(
      in: [CommandState.proposed.rawValue], most: Self.mostProposals)
    where record.command.notAfter <= now {
      var lapsed = record
      lapsed.state = CommandState.lapsed.rawValue
      lapsed.updatedAt = now
      try await context.store.saveCommand(
        lapsed, at: now,
        Consequences(ledger: [
          context.record(
            .commandOutcome, on: "command/\(record.command.id)",
            [
              "state": CommandState.lapsed.rawValue, "signatures": "\(record.signatures)",
              "needed": "\(record.signaturesNeeded)",
            ])
        ]))
    }
  }

  private func retain() async throws {
    let report = try await context.store.applyRetention(retention, at: context.now)
    guard report.days > 0 || report.outbound > 0 else { return }
    context.logger.info(
      "retention applied", metadata: ["days": "\(report.days)", "windows": "\(report.windows)"])
  }
}
