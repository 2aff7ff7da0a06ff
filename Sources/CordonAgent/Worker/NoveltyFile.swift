import CordonCore
import CordonTelemetry
import Logging
import ServiceLifecycle

/// What was seen on this machine before, on the worker's disk: hashes under the agent's own key, which never leave.
struct NoveltyFile {
  let path: String
  let logger: Logger

  /// Empty where there is none yet, and where it cannot be read: then everything is new once more.
  func load() -> [UInt8] {
    do throws(CordonError) {
      return try SmallFile.read(path, most: NoveltyMemory.encodedLimit) ?? []
    } catch {
      logger.error("What this machine had seen before is lost", metadata: ["why": "\(error)"])
      return []
    }
  }

  func save(_ novelty: [UInt8]) {
    guard !novelty.isEmpty else { return }
    do throws(CordonError) {
      try SmallFile.replace(path, with: novelty)
    } catch {
      logger.error("What this machine has seen cannot be kept", metadata: ["why": "\(error)"])
    }
  }
}

/// Keeps what was seen every few minutes and at the end.
struct NoveltySaver: Service {
  /// What a power loss may cost.
  private static let period = Duration.seconds(180)

  let desk: WorkerDesk
  let file: NoveltyFile

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var saved: [UInt8] = []
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.period) } catch { return }
        let novelty = desk.novelty
        if novelty != saved { file.save(novelty) }
        saved = novelty
      }
    }
    file.save(desk.novelty)
  }
}
