import CordonCore
import CordonStore
import CordonTestSupport
import Glibc
import Testing

@Suite struct CollectorStoreTests {
  private static func mode(_ path: String) throws -> mode_t {
    var facts = stat()
    try #require(stat(path, &facts) == 0, "\(path)")
    return facts.st_mode & 0o777
  }

  /// New files, and those that an earlier version left open to the group.
  @Test(arguments: [false, true]) func itsFilesAreItsOwnersAlone(isOlder: Bool) async throws {
    try await withTemporaryFolder { folder in
      let path = "\(folder)/store.sqlite"
      if isOlder {
        let older = try CollectorStore(path: path)
        for file in [path, path + "-wal", path + "-shm"] { chmod(file, 0o644) }
        try older.close()
      }
      let store = try CollectorStore(path: path)
      try await store.commit([Samples.batch(1, after: 0, [.window(Samples.window())])], at: Samples.now)
      for file in [path, path + "-wal", path + "-shm"] { #expect(try Self.mode(file) == 0o600, "\(file)") }
      try store.close()
    }
  }
}
