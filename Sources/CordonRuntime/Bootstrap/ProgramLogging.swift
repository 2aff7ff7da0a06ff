package import Logging
import Synchronization

/// Where a program's logs go: standard error, which systemd carries to the journal.
package enum ProgramLogging {
  private static let level = Mutex(Logger.Level.info)

  /// Call once, first in `main`. Messages are constant; what varies is in the metadata.
  package static func start(level: Logger.Level = .info) {
    change(to: level)
    LoggingSystem.bootstrap { Handler(stream: StreamLogHandler.standardError(label: $0)) }
  }

  /// From now on, for every logger that has no level of its own.
  package static func change(to level: Logger.Level) { self.level.withLock { $0 = level } }

  package static var current: Logger.Level { level.withLock { $0 } }

  /// Asks for the level at each message, so that it can change while the program runs.
  private struct Handler: LogHandler {
    var stream: StreamLogHandler
    private var own: Logger.Level?

    init(stream: StreamLogHandler) {
      self.stream = stream
      // It writes whatever it is handed: the level is decided here.
      self.stream.logLevel = .trace
    }

    var logLevel: Logger.Level {
      get { own ?? ProgramLogging.current }
      set { own = newValue }
    }

    var metadata: Logger.Metadata {
      get { stream.metadata }
      set { stream.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { stream[metadataKey: key] }
      set { stream[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { stream.log(event: event) }
  }
}
