import CordonCore
import CordonLearning
import CordonWire
import Foundation
import Testing

/// A bundle survives the way to bytes and back, and whatever it should not be is refused by name.
@Suite struct ModelBundleWireTests {
  @Test(arguments: ModelSamples.all) func bundleSurvives(_ model: FlatModel) throws {
    let bundle = try ModelSamples.bundle(model)
    #expect(try ModelBundle(encoded: bundle.encoded()) == bundle)
  }

  @Test func surprisesAndPeersSurvive() throws {
    var peers = PeerBaseline(featureCount: 16)
    peers.learn([Float](repeating: 2, count: 16), at: HourOfWeek(.epoch))
    let bundle = try ModelBundle(
      schema: 1, features: [.init(id: 101, digest: 7, transform: .log1p, name: "process_starts")],
      readsSurprises: true, model: ModelSamples.ensemble, lineage: ModelSamples.lineage, purpose: "", seed: 1,
      peers: peers, groupPeers: ["ward": peers, "": PeerBaseline(featureCount: 16)])
    #expect(try ModelBundle(encoded: bundle.encoded()) == bundle)
    var message = Cordon_V1_ModelBundle(bundle)
    message.peers.removeLast()
    #expect(#expect(throws: CordonError.self) { try message.domain() }?.code == "malformed-state")
    message = Cordon_V1_ModelBundle(bundle)
    message.groupPeers.append(message.groupPeers[0])
    #expect(#expect(throws: CordonError.self) { try message.domain() }?.code == "group-twice")
    var group = message.groupPeers[0]
    message.groupPeers = (0...ModelBundle.groupLimit).map { number in
      group.group = "g\(number)"
      return group
    }
    #expect(#expect(throws: CordonError.self) { try message.domain() }?.code == "oversized")
  }

  @Test func aColumnOfAFileNeedsNoId() throws {
    let bundle = try ModelBundle(
      schema: 0, features: [.column("bytes"), .column("logons")], model: ModelSamples.singles[0],
      lineage: ModelLineage(modelID: ModelSamples.id, codeVersion: "0.1.0", created: .epoch), purpose: "", seed: 0)
    #expect(try ModelBundle(encoded: bundle.encoded()) == bundle)
  }

  @Test(arguments: ModelOffer.Role.allCases) func offerSurvives(_ role: ModelOffer.Role) throws {
    let offer = ModelOffer(
      digest: [UInt8](repeating: 1, count: 32), size: 100, role: role, ring: 2, serial: 9, schema: 1)
    #expect(try Cordon_V1_ModelOffer(offer).domain() == offer)
  }

  @Test func anOfferIsBounded() throws {
    let offer = ModelOffer(
      digest: [UInt8](repeating: 1, count: 32), size: Cordon_V1_ModelOffer.mostBytes, role: .shadow, ring: 0, serial: 1,
      schema: 1)
    var message = Cordon_V1_ModelOffer(offer)
    _ = try message.domain()
    message.size += 1
    #expect(throws: CordonError.self) { try message.domain() }
    message.size = 0
    #expect(throws: CordonError.self) { try message.domain() }
    message = Cordon_V1_ModelOffer(offer)
    message.role = .UNRECOGNIZED(9)
    #expect(#expect(throws: CordonError.self) { try message.domain() }?.code == "unknown-value")
    message = Cordon_V1_ModelOffer(offer)
    message.sha256.removeLast()
    #expect(#expect(throws: CordonError.self) { try message.domain() }?.code == "malformed")
  }

  @Test func whatHasNoShapeIsNotBundled() throws {
    let lineage = ModelSamples.lineage
    func refusal(_ features: [ModelBundle.Feature], _ thresholds: [ScaleThreshold] = []) -> String? {
      #expect(throws: CordonError.self) {
        try ModelBundle(
          schema: 1, features: features, model: ModelSamples.singles[0], thresholds: thresholds, lineage: lineage,
          purpose: "", seed: 1)
      }?.code
    }
    let feature = ModelBundle.Feature(id: 101, digest: 1, transform: .log1p, name: "process_starts")
    let other = ModelBundle.Feature(id: 102, digest: 1, transform: .log1p, name: "distinct_executables")
    #expect(refusal([feature]) == "bundle-shape")
    #expect(refusal([feature, feature]) == "feature-twice")
    #expect(refusal([feature, other], ModelSamples.thresholds + ModelSamples.thresholds) == "scale-twice")
  }

  @Test func aBundlePastTheLimitIsRefusedBeforeItIsRead() {
    let bytes = [UInt8](repeating: 0xff, count: ModelBundle.byteLimit + 1)
    #expect(#expect(throws: CordonError.self) { try ModelBundle(encoded: bytes) }?.code == "oversized")
    #expect(#expect(throws: CordonError.self) { try ModelBundle(encoded: bytes.dropLast()) }?.code == "malformed")
  }

  @Test func unknownFieldsAreRefused() throws {
    let later: [UInt8] = [0xfa, 0x07, 0x01, 0x00]  // field 127, one byte
    let bytes = try ModelSamples.bundle(ModelSamples.ensemble).encoded() + later
    #expect(#expect(throws: CordonError.self) { try ModelBundle(encoded: bytes) }?.code == "unknown-field")
  }
}

extension ModelBundle {
  fileprivate init(encoded bytes: ArraySlice<UInt8>) throws { try self.init(encoded: [UInt8](bytes)) }
}
