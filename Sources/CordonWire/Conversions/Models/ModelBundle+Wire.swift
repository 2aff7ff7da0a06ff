package import CordonCore
package import CordonLearning
import FoundationEssentials

extension Cordon_V1_ModelBundle {
  /// The only meaning of the message so far; another is refused.
  static let knownFormat: UInt32 = 1

  package init(_ bundle: ModelBundle) {
    self.init()
    format = Self.knownFormat
    schema = bundle.schema
    features = bundle.features.map { Cordon_V1_ModelFeature($0) }
    model = Cordon_V1_ModelMember(bundle.model)
    thresholds = bundle.thresholds.map { Cordon_V1_ScaleThreshold($0) }
    lineage = Cordon_V1_ModelLineage(bundle.lineage)
    purpose = bundle.purpose
    onnxSha256 = Data(bundle.onnxDigest)
    seed = bundle.seed
    readsSurprises = bundle.readsSurprises
    peers = Data(bundle.peers?.encoded ?? [])
    groupPeers = bundle.groupPeers.sorted { $0.key < $1.key }.map { group, peers in
      var message = Cordon_V1_GroupPeers()
      message.group = group
      message.peers = Data(peers.encoded)
      return message
    }
  }

  /// The bundle; every shape, range and limit is checked, because it may come from anywhere.
  package func domain() throws(CordonError) -> ModelBundle {
    guard format == Self.knownFormat else {
      throw CordonError(
        .invalid, "unknown-format", "The model bundle is of format \(format); this version knows \(Self.knownFormat).",
        remedy: "Update this machine's Cordon, or make the model with the version installed here.")
    }
    var features: [ModelBundle.Feature] = []
    for feature in try Bounded.list(self.features, "features", most: ModelBundle.featureLimit) {
      features.append(try feature.domain())
    }
    var thresholds: [ScaleThreshold] = []
    for threshold in try Bounded.list(self.thresholds, "thresholds", most: ModelBundle.thresholdLimit) {
      thresholds.append(try threshold.domain())
    }
    return try ModelBundle(
      schema: schema, features: features, readsSurprises: readsSurprises, model: try model.domain(),
      thresholds: thresholds, lineage: try lineage.domain(),
      purpose: try Bounded.text(purpose, "purpose", most: WireLimits.sentence),
      onnxDigest: try Bounded.optionalDigest(onnxSha256, "ONNX digest"), seed: seed,
      peers: peers.isEmpty ? nil : try PeerBaseline(encoded: [UInt8](peers)), groupPeers: try groups())
  }

  private func groups() throws(CordonError) -> [String: PeerBaseline] {
    var groups: [String: PeerBaseline] = [:]
    for group in try Bounded.list(groupPeers, "peer groups", most: ModelBundle.groupLimit) {
      let name = try Bounded.text(group.group, "peer group")
      guard groups.updateValue(try PeerBaseline(encoded: [UInt8](group.peers)), forKey: name) == nil else {
        throw CordonError(.invalid, "group-twice", "A model bundle names a peer group twice.")
      }
    }
    return groups
  }
}

extension ModelBundle {
  /// From hostile bytes: `oversized` past `byteLimit`, before anything is decoded; then as strict as an envelope's payload.
  package init(encoded bytes: [UInt8]) throws(CordonError) {
    guard bytes.count <= Self.byteLimit else { throw Self.tooLarge(bytes.count) }
    self = try Cordon_V1_ModelBundle(strictly: bytes, of: "model bundle").domain()
  }

  /// The bytes of a `ModelBundle` message; `oversized` where they would pass `byteLimit`.
  package func encoded() throws(CordonError) -> [UInt8] {
    let bytes = try Cordon_V1_ModelBundle(self).strictBytes(of: "model bundle")
    guard bytes.count <= Self.byteLimit else { throw Self.tooLarge(bytes.count) }
    return bytes
  }

  private static func tooLarge(_ count: Int) -> CordonError {
    CordonError(
      .invalid, "oversized", "A model bundle of \(count) bytes passes the limit of \(byteLimit) bytes.",
      remedy: "Train with fewer or smaller trees, or a smaller network.")
  }
}

extension Cordon_V1_ModelFeature {
  package init(_ feature: ModelBundle.Feature) {
    self.init()
    id = feature.id
    digest = feature.digest
    transform = Cordon_V1_FeatureTransform(feature.transform)
    name = feature.name
  }

  package func domain() throws(CordonError) -> ModelBundle.Feature {
    ModelBundle.Feature(
      id: id, digest: digest, transform: try transform.domain(), name: try Bounded.text(name, "feature name"))
  }
}

extension Cordon_V1_FeatureTransform {
  package init(_ transform: FeatureTransform) {
    switch transform {
    case .identity: self = .identity
    case .log1p: self = .log1P
    case .asinh: self = .asinh
    case .ratio: self = .ratio
    }
  }

  package func domain() throws(CordonError) -> FeatureTransform {
    switch self {
    case .identity: return .identity
    case .log1P: return .log1p
    case .asinh: return .asinh
    case .ratio: return .ratio
    case .unspecified, .UNRECOGNIZED: throw Bounded.unknown(rawValue, "transform")
    }
  }
}
