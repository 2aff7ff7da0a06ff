package import CordonCore
package import CordonLearning
import CordonTrust

/// A model that scores on this agent.
package struct ModelInForce: Hashable, Sendable {
  /// SHA-256 of the bundle's envelope.
  package let digest: [UInt8]
  package let model: BoundModel
  /// One a scale of `Scale.onAgent`; +∞ where a scale is silent.
  package let thresholds: [Double]
  /// What is usual for this machine's peers.
  package let peers: PeerBaseline?
  /// Whether it passed this machine's own gate; until then it scores and alerts never.
  package var isGated: Bool
  /// What keeps some scale silent, in words; empty where all have thresholds.
  package let silence: String

  /// Whether it raises detections.
  package var canAlert: Bool { isGated && thresholds.contains { $0 < .infinity } }

  /// First 8 bytes of the digest, as windows carry it.
  package var shortDigest: UInt64 { digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  /// Binds a bundle to the schema whose windows it scores. Codes: those of `BoundModel`.
  ///
  /// - Parameter group: this machine's.
  package init(
    _ bundle: ModelBundle, digest: [UInt8], schema: FeatureSchema, group: String = "", isGated: Bool
  ) throws(CordonError) {
    self.digest = digest
    model = try BoundModel(bundle, to: schema) { $0.digest }
    thresholds = bundle.thresholds(of: Scale.onAgent)
    peers = bundle.peers(of: group)
    self.isGated = isGated
    silence = Self.silence(of: bundle)
  }

  private static func silence(of bundle: ModelBundle) -> String {
    let silent = Scale.onAgent.compactMap { scale -> String? in
      guard let known = bundle.thresholds.first(where: { $0.scale == scale.code }) else {
        return "\(scale.name): not calibrated"
      }
      guard known.threshold == nil else { return nil }
      // The k-th greatest of N entity-days needs a rate of at least 1 / (N + 1).
      let least = 1 / Double(known.entityDays + 1)
      return
        "\(scale.name): \(known.entityDays) clean entity-days allow no fewer than \(plain(least)) alerts a day and "
        + "entity, the budget is \(plain(known.budgetShare))"
    }
    return silent.joined(separator: "; ")
  }

  private static func plain(_ rate: Double) -> String { "\((rate * 100_000).rounded() / 100_000)" }
}
