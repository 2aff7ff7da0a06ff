package import CordonCore

/// A model with all that is needed to run it, to judge it, and to say where it came from.
///
/// A value that exists fits together: as many features as the model reads, each once, and one threshold a scale.
package struct ModelBundle: Hashable, Sendable {
  /// Bytes of an encoded bundle; champion and shadow together stay under twice this in an agent.
  package static let byteLimit = 2 << 20
  package static let featureLimit = 4096
  package static let thresholdLimit = 16
  /// Peer groups that a bundle speaks of: half a mebibyte.
  package static let groupLimit = 16

  /// One column that the model reads.
  package struct Feature: Hashable, Sendable {
    /// Permanent feature id; 0 for a column of a file.
    package var id: UInt32
    /// First 8 bytes of SHA-256 of the feature's definition, as agents declare it; 0 for a column of a file.
    package var digest: UInt64
    package var transform: FeatureTransform
    /// The feature's or the column's name.
    package var name: String

    package init(id: UInt32, digest: UInt64, transform: FeatureTransform, name: String) {
      self.id = id
      self.digest = digest
      self.transform = transform
      self.name = name
    }

    /// A column of a file, as `cordon lab` reads it.
    package static func column(_ name: String) -> Feature {
      Feature(id: 0, digest: 0, transform: .identity, name: name)
    }
  }

  /// Permanent id of the feature schema; 0 for a model over columns of a file.
  package let schema: UInt32
  /// In the order of the model's columns.
  package let features: [Feature]
  /// After the features the model reads each one's surprise, in the same order: twice as many columns.
  package let readsSurprises: Bool
  package let model: FlatModel
  package let thresholds: [ScaleThreshold]
  package let lineage: ModelLineage
  /// What the model may be used for, in words.
  package let purpose: String
  /// SHA-256 of the ONNX file kept beside the bundle, 32 bytes; empty where there is none.
  package let onnxDigest: [UInt8]
  /// What its trainer drew random numbers from.
  package let seed: UInt64
  /// What is usual for all entities of the schema, over all its features; nil where the bundle says nothing of it.
  package let peers: PeerBaseline?
  /// What is usual for peer groups that are large enough to say, by name.
  package let groupPeers: [String: PeerBaseline]

  /// Refuses features that are not the model's columns (`bundle-shape`), a feature twice (`feature-twice`), a scale
  /// twice (`scale-twice`), and more of either, or of groups, than the limits (`oversized`).
  package init(
    schema: UInt32, features: [Feature], readsSurprises: Bool = false, model: FlatModel,
    thresholds: [ScaleThreshold] = [], lineage: ModelLineage, purpose: String, onnxDigest: [UInt8] = [], seed: UInt64,
    peers: PeerBaseline? = nil, groupPeers: [String: PeerBaseline] = [:]
  ) throws(CordonError) {
    guard features.count <= Self.featureLimit, thresholds.count <= Self.thresholdLimit,
      groupPeers.count <= Self.groupLimit
    else {
      throw CordonError(
        .invalid, "oversized",
        "A model bundle has more than \(Self.featureLimit) features, \(Self.thresholdLimit) thresholds or "
          + "\(Self.groupLimit) peer groups.")
    }
    guard features.count * (readsSurprises ? 2 : 1) == model.columns else {
      throw CordonError(
        .invalid, "bundle-shape",
        "A model of \(model.columns) columns is bundled with \(features.count) features\(readsSurprises ? " and their surprises" : "")."
      )
    }
    let ids = features.map(\.id).filter { $0 != 0 }
    guard Set(ids).count == ids.count else {
      throw CordonError(.invalid, "feature-twice", "A model bundle names a feature twice.")
    }
    guard Set(thresholds.map(\.scale)).count == thresholds.count else {
      throw CordonError(.invalid, "scale-twice", "A model bundle has two thresholds of one scale.")
    }
    self.schema = schema
    self.features = features
    self.readsSurprises = readsSurprises
    self.model = model
    self.thresholds = thresholds
    self.lineage = lineage
    self.purpose = purpose
    self.onnxDigest = onnxDigest
    self.seed = seed
    self.peers = peers
    self.groupPeers = groupPeers
  }

  /// What is usual for the peers of a group's members: the group's own, or where it is too small to say, everyone's.
  package func peers(of group: String) -> PeerBaseline? { groupPeers[group] ?? peers }
}
