package import CordonCore
import CordonLearning
package import CordonStore

/// One window of a user from the parts that the agents sent: users roam, and one over twenty machines is one user.
///
/// The store holds the parts; nothing is kept here, so that a part which comes days late is in the next answer.
package struct UserWindowMerger: Sendable {
  /// Entities and starts that one call looks at.
  package static let mostWindows = 10_000

  private let store: CollectorStore

  package init(store: CollectorStore) { self.store = store }

  /// The whole window of an entity; nil where no agent sent a part.
  ///
  /// Throws what `WindowMerge.merge` and the store throw.
  package func window(of entity: EntityRef, start: Timestamp, schema: UInt32) async throws -> EntityWindow? {
    let parts = try await store.parts(of: entity, start: start, schema: schema).map(\.window)
    return parts.isEmpty ? nil : try WindowMerge.merge(parts)
  }

  /// Every user's whole windows that begin in a span of event time, by start and entity.
  package func windows(schema: UInt32, from: Timestamp, to: Timestamp) async throws -> [EntityWindow] {
    var merged: [EntityWindow] = []
    let named = try await store.partialWindows(schema: schema, from: from, to: to, most: Self.mostWindows)
    for (entity, start) in named {
      if let window = try await window(of: entity, start: start, schema: schema) { merged.append(window) }
    }
    return merged
  }
}
