import CordonCore
import CordonTelemetry
import Logging
import ServiceLifecycle

/// Who has used whose record before, on the worker's disk: hashes under the agent's own key, which never leave.
struct PatientHistoryFile {
  let path: String
  let logger: Logger

  /// Empty where there is none yet, and where it cannot be read: then patients are new to people once more.
  func load() -> [UInt8] {
    do throws(CordonError) {
      return try SmallFile.read(path, most: PatientHistory.encodedLimit) ?? []
    } catch {
      logger.error("Who had opened whose record before is lost", metadata: ["why": "\(error)"])
      return []
    }
  }

  /// Nothing is written where nothing was ever seen, as on every machine that is no gateway.
  func save(_ history: [UInt8]) {
    guard !history.isEmpty else { return }
    do throws(CordonError) {
      try SmallFile.replace(path, with: history)
    } catch {
      logger.error("Who has opened whose record cannot be kept", metadata: ["why": "\(error)"])
    }
  }
}

/// Keeps the history every few minutes and at the end.
struct PatientHistorySaver: Service {
  /// What a power loss may cost.
  private static let period = Duration.seconds(180)

  let desk: WorkerDesk
  let file: PatientHistoryFile

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.period) } catch { return }
        file.save(desk.patientHistory)
      }
    }
    file.save(desk.patientHistory)
  }
}
