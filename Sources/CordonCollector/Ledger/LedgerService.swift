package import CordonCore
import CordonStore

/// The ledger as it is exported: entries in order, and the checkpoints that were signed over them.
package struct LedgerService: Sendable {
  /// Entries that one page holds.
  package static let page = 500
  /// Checkpoints that an export ends with, the oldest first.
  package static let mostCheckpoints = 10_000

  /// NAME+HASH+KEY.
  package let publicKey: String
  private let context: CollectorContext

  package init(context: CollectorContext, publicKey: String) {
    self.context = context
    self.publicKey = publicKey
  }

  /// The next page from an index on; empty past the end.
  package func entries(from index: UInt64) async throws -> [LedgerEntry] {
    try await context.store.ledgerEntries(from: index, most: Self.page)
  }

  /// The newest signed note; empty before the first.
  package func newestCheckpoint() async throws -> String { try await context.store.newestCheckpoint() ?? "" }

  package func checkpoints() async throws -> [String] {
    try await context.store.checkpoints(most: Self.mostCheckpoints)
  }
}
