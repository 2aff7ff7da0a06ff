import CordonCore
import CordonStore
import CordonTestSupport

/// Every kind of store that the one conformance suite runs over.
enum StoreKind: String, CaseIterable {
  case sqlite

  /// Runs a body with an empty store of this kind.
  func withStore(
    _ settings: CollectorStore.Settings = .init(), _ body: (StoreUnderTest) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let subject = try StoreUnderTest(path: "\(folder)/store.sqlite", settings: settings)
      try await body(subject)
      try subject.store.close()
    }
  }
}

/// A store that a test can close and open again.
final class StoreUnderTest {
  let path: String
  let settings: CollectorStore.Settings
  private(set) var store: CollectorStore

  init(path: String, settings: CollectorStore.Settings = .init()) throws {
    self.path = path
    self.settings = settings
    self.store = try CollectorStore(path: path, settings: settings)
  }

  func reopen() throws {
    try store.close()
    store = try CollectorStore(path: path, settings: settings)
  }
}
