package import CordonCore
package import CordonTrust
package import Logging
import ServiceLifecycle
import UnixSignals

/// Reads a program's configuration again at each SIGHUP, and says in the log what came of it.
///
/// What cannot be taken over leaves everything as it was: a mistake in a file must not stop a running program.
package struct ReloadService: Service {
  /// One thing that was read again, and what is in force now; or what needs a restart.
  package struct Change: Hashable, Sendable {
    package var what: String
    package var now: String

    package init(_ what: String, _ now: String) {
      self.what = what
      self.now = now
    }

    /// A certificate that is in use from now on.
    package static func certificate(_ chain: CertificateChain, at now: Timestamp) -> Change {
      Change("certificate", "for \(max(0, chain.notAfter.since(now).milliseconds / 86_400_000)) days")
    }
  }

  private let logger: Logger
  /// Listens from the start: a hangup that comes while the other services begin is not lost.
  private let hangups: UnixSignalsSequence
  private let reload: @Sendable () async throws -> [Change]

  /// - Parameter reload: reads again and takes over; returns what changed, throws where nothing did.
  package init(logger: Logger, _ reload: @escaping @Sendable () async throws -> [Change]) async {
    self.logger = logger
    hangups = await UnixSignalsSequence(trapping: .sighup)
    self.reload = reload
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in hangups {
        do {
          let changes = try await reload()
          logger.notice(
            "configuration reloaded",
            metadata: Dictionary(changes.map { ($0.what, "\($0.now)") }) { $1 })
        } catch {
          logger.error("configuration not reloaded: everything stays as it was", metadata: ["error": "\(error)"])
        }
      }
    }
  }
}
