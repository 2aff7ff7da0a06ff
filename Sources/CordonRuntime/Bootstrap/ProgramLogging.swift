package import Logging

/// Where a program's logs go: standard error, which systemd carries to the journal.
package enum ProgramLogging {
  /// Call once, first in `main`. Messages are constant; what varies is in the metadata.
  package static func start(level: Logger.Level = .info) {
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
  }
}
