package import CordonCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Holds records between the thread that makes them and the spool, which may be as slow as the disk.
///
/// Overflow rule: detections and outcomes are always kept; a window is dropped and counted when `windowLimit` wait.
package final class RecordOutbox: Service {
  package static let windowLimit = 8192
  /// Between two tries after the disk refused.
  private static let retryPause = Duration.seconds(1)

  private struct State {
    var records: [Record] = []
    var windows = 0
    var dropped: UInt64 = 0
    /// What was taken in for the records up to the last one; goes with them or not at all.
    var intake: Intake?
  }

  private let spool: Spool
  private let logger: Logger
  private let state = Mutex(State())
  private let added = WakeSignal()
  private let onSpooled: @Sendable ([Record]) -> Void

  /// - Parameter onSpooled: told of records once they are on disk.
  package init(spool: Spool, logger: Logger, onSpooled: @escaping @Sendable ([Record]) -> Void) {
    self.spool = spool
    self.logger = logger
    self.onSpooled = onSpooled
  }

  /// Windows that were dropped because the spool did not keep up.
  package var dropped: UInt64 { state.withLock { $0.dropped } }

  /// Whether so many windows wait that who can wait should.
  var isHalfFull: Bool { state.withLock { $0.windows > Self.windowLimit / 2 } }

  /// - Parameter intake: what was taken in of sources for these records and all before them.
  package func add(_ records: [Record], intake: Intake? = nil) {
    guard !records.isEmpty || intake != nil else { return }
    state.withLock { state in
      for record in records {
        if case .window = record {
          guard state.windows < Self.windowLimit else {
            state.dropped += 1
            continue
          }
          state.windows += 1
        }
        state.records.append(record)
      }
      state.intake = intake ?? state.intake
    }
    added.raise()
  }

  /// Moves records to the spool until the program stops; what waits then is moved before it returns.
  package func run() async throws {
    let wakeups = added.listen()
    await cancelWhenGracefulShutdown {
      await self.flush()
      for await _ in wakeups { await self.flush() }
    }
    await flush()
  }

  private func flush() async {
    while true {
      let (records, intake) = state.withLock { state in
        defer { (state.records, state.windows, state.intake) = ([], 0, nil) }
        return (state.records, state.intake)
      }
      guard !records.isEmpty || intake != nil else { return }
      do {
        _ = try await spool.append(records, intake: intake)
        onSpooled(records)
      } catch {
        logger.error("Records wait because the spool cannot be written", metadata: ["error": "\(error)"])
        putBack(records, intake)
        do { try await Task.sleep(for: Self.retryPause) } catch { return }
      }
    }
  }

  private func putBack(_ records: [Record], _ intake: Intake?) {
    state.withLock { state in
      state.intake = state.intake ?? intake
      state.records = records + state.records
      state.windows = state.records.count { if case .window = $0 { true } else { false } }
    }
  }
}
