import CordonTestSupport
import Glibc
import Logging
import Testing

@testable import CordonAgent

@Suite struct WorkerMemoryFilesTests {
  private static func files(_ folder: String) -> WorkerMemoryFiles {
    WorkerMemoryFiles(folder: folder, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test func `what is saved is loaded, and what is empty is no file`() throws {
    try withTemporaryFolder { folder in
      let files = Self.files(folder)
      #expect(files.load() == WorkerMemory())
      var memory = WorkerMemory()
      memory[.machine] = [1, 2, 3]
      memory[.network] = [4]
      files.save(memory, after: WorkerMemory())
      #expect(files.load() == memory)
      #expect(access("\(folder)/novelty.network", F_OK) == 0 && access("\(folder)/patient.history", F_OK) != 0)
    }
  }

  @Test func `what is too long to be ours is passed over`() throws {
    try withTemporaryFolder { folder in
      var memory = WorkerMemory()
      memory[.machine] = [UInt8](repeating: 1, count: WorkerMemory.Part.machine.limit + 1)
      memory[.patients] = [7]
      Self.files(folder).save(memory, after: WorkerMemory())
      let loaded = Self.files(folder).load()
      #expect(loaded[.machine].isEmpty && loaded[.patients] == [7])
    }
  }
}
