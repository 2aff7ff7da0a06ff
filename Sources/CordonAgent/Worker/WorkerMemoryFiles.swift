import CordonCore
import CordonTelemetry
import Logging
import ServiceLifecycle

/// A worker's memory on its disk, a file each part.
struct WorkerMemoryFiles {
  /// The worker's own.
  let folder: String
  let logger: Logger

  /// A part that is not there yet, or cannot be read, is empty: then everything is new once more.
  func load() -> WorkerMemory {
    var memory = WorkerMemory()
    for part in WorkerMemory.Part.allCases {
      do throws(CordonError) {
        memory[part] = try SmallFile.read(path(of: part), most: part.limit) ?? []
      } catch {
        logger.error("What was seen before is lost", metadata: ["part": "\(part)", "why": "\(error)"])
      }
    }
    return memory
  }

  /// Writes the parts that differ from what was saved last; nothing for what was never seen, as on most machines.
  func save(_ memory: WorkerMemory, after saved: WorkerMemory) {
    for part in WorkerMemory.Part.allCases where !memory[part].isEmpty && memory[part] != saved[part] {
      do throws(CordonError) {
        try SmallFile.replace(path(of: part), with: memory[part])
      } catch {
        logger.error("What was seen cannot be kept", metadata: ["part": "\(part)", "why": "\(error)"])
      }
    }
  }

  private func path(of part: WorkerMemory.Part) -> String { "\(folder)/\(part.rawValue)" }
}

/// Keeps what was seen every minute, where it changed, and at the end.
struct WorkerMemorySaver: Service {
  /// What a kill or a power loss may cost: what was seen in it is new once more.
  private static let period = Duration.seconds(60)

  let desk: WorkerDesk
  let files: WorkerMemoryFiles

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var saved = WorkerMemory()
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.period) } catch { return }
        let memory = desk.memory
        files.save(memory, after: saved)
        saved = memory
      }
    }
    files.save(desk.memory, after: WorkerMemory())
  }
}
