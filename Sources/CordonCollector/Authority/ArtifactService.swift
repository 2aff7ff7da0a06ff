import CordonCore
import CordonStore
import Crypto

/// Signed models and policies by the digest of their envelope, for agents that fetch instead of being sent.
package struct ArtifactService: Sendable {
  /// Bytes that one chunk carries.
  package static let chunkBytes = 64 << 10
  package static let digestLength = 32
  /// Policies that are looked at, newest first.
  private static let mostLookedAt = 200

  private let context: CollectorContext

  package init(context: CollectorContext) { self.context = context }

  /// The envelope whose SHA-256 is given. Codes: `digest`, `artifact-unknown`.
  package func artifact(_ sha256: [UInt8]) async throws -> [UInt8] {
    guard sha256.count == Self.digestLength else {
      throw CordonError(.invalid, "digest", "A digest has \(Self.digestLength) bytes, not \(sha256.count).")
    }
    if let model = try await context.store.modelEnvelope(sha256) { return model }
    for record in try await context.store.authority(.policy, most: Self.mostLookedAt)
    where Array(SHA256.hash(data: record.envelope)) == sha256 {
      return record.envelope
    }
    throw CordonError(.missing, "artifact-unknown", "There is no artifact \(Hex.encode(sha256.prefix(8)))….")
  }
}
