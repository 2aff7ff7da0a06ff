/// Somebody used data that a server keeps, as the server's own audit tells it: what kind and how much of it, never the
/// statement, and no value.
package struct DataAccess: Hashable, Sendable {
  /// What keeps the data.
  package enum Store: UInt8, Sendable, CaseIterable { case database, fileShare, directory }

  package enum Act: UInt8, Sendable, CaseIterable {
    case read, write, remove
    /// The store's own structure, accounts and rights were changed.
    case administer
  }

  package var store: Store
  package var act: Act
  /// A table, a file or a directory's entry as the server names it; empty where it does not say. Counted hashed alone.
  package var object: [UInt8]
  /// Rows or entries; 0 where the server does not say.
  package var rows: UInt64

  package init(store: Store, act: Act, object: [UInt8] = [], rows: UInt64 = 0) {
    self.store = store
    self.act = act
    self.object = object
    self.rows = rows
  }
}
