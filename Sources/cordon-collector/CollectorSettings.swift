import CordonCollector
import CordonCore
import CordonRuntime
import FoundationEssentials
import Logging

/// What a collector is told by command line, environment (`CORDON_…`) and file, in that order.
struct CollectorSettings: Sendable {
  /// `state`: the collector's folder. Default /var/lib/cordon-collector.
  var state: String
  /// `uplink.address`: where agents and operators connect. Default 0.0.0.0:7443.
  var uplink: NetworkEndpoint
  /// `enrolment.address`: where machines with a token connect. Default 0.0.0.0:7444.
  var enrolment: NetworkEndpoint
  /// `log.level`: trace, debug, info, notice, warning, error. Default info.
  var logLevel: LogLevel
  var ingest: IngestSettings
  /// `connections`: of all peers at a time, 1 to 200,000. Default 20,000.
  var connections: Int
  /// `retention.window-days`: 1 to 3,650, default 30. `retention.hour-days`: 1 to 3,650, default 400.
  var windowDays: Int
  var hourDays: Int

  enum LogLevel: String, CaseIterable, Sendable {
    case trace, debug, info, notice, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
  }

  /// Reads all, and refuses with everything that is wrong at once.
  static func load(arguments: [String], file: String?) async throws(CordonError) -> CollectorSettings {
    var settings = try await ProgramSettings.load(
      arguments: arguments, environment: ProcessInfo.processInfo.environment,
      file: file ?? CollectorProgram.defaultConfiguration,
      fileIsOptional: file == nil)
    var ingest = IngestSettings()
    // `ingest.batch-records`: records a batch, 1 to 5,000.
    ingest.limits.batchRecords = settings.integer(
      "ingest.batch-records", default: ingest.limits.batchRecords, in: 1...5_000)
    // `ingest.records-per-second`: windows a second from one agent, 1 to 1,000,000.
    ingest.limits.recordsPerSecond = settings.integer(
      "ingest.records-per-second", default: ingest.limits.recordsPerSecond, in: 1...1_000_000)
    let loaded = CollectorSettings(
      state: settings.text("state", default: CollectorProgram.defaultState),
      uplink: settings.endpoint("uplink.address", default: "0.0.0.0:7443"),
      enrolment: settings.endpoint("enrolment.address", default: "0.0.0.0:7444"),
      logLevel: settings.choice("log.level", default: LogLevel.info), ingest: ingest,
      connections: settings.integer("connections", default: 20_000, in: 1...200_000),
      windowDays: settings.integer("retention.window-days", default: 30, in: 1...3_650),
      hourDays: settings.integer("retention.hour-days", default: 400, in: 1...3_650))
    try settings.check()
    return loaded
  }
}
