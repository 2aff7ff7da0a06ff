import CordonCore
import CordonLearning
import CordonTrust
import CordonWire
import Crypto
import FoundationEssentials

/// What an operator signs to put a model in force, read from the bytes themselves and not from what the collector says.
struct ModelSigning {
  let bundle: ModelBundle
  private let payload: [UInt8]
  private let signed: Envelope?
  private let rings: [Cordon_V1_RingTarget]
  private let nextSerial: UInt64

  /// Codes: those of the bundle, and `payload-differs` where the signed envelope holds another one.
  init(_ plan: Cordon_V1_PlanPromotionResponse) throws {
    payload = [UInt8](plan.payload)
    bundle = try ModelBundle(encoded: payload)
    signed = plan.hasEnvelope ? try plan.envelope.domain() : nil
    rings = plan.rings
    nextSerial = plan.nextSerial
    if let signed, signed.payload != payload {
      throw CordonError(
        .denied, "payload-differs", "The collector's signed envelope holds another model than it names.",
        remedy: "Do not sign; look into the collector.")
    }
  }

  /// Lineage, metrics and thresholds, for the operator to read before anything is signed.
  var summary: String { ModelPage.lineage(bundle) }

  /// The bundle in an envelope and an offer a ring, signed with the operator's key.
  func promotion(as role: ModelOffer.Role, in session: AdminSession) async throws -> Cordon_V1_PromoteModelRequest {
    let key = try session.home.authorityKey()
    try Authority.requireRole(.model, of: key, in: try await RosterInForce.of(session).roster)
    var request = Cordon_V1_PromoteModelRequest()
    request.id = Data(bundle.lineage.modelID.bytes)
    request.role = Cordon_V1_ModelRole(rawValue: Int(role.rawValue)) ?? .unspecified
    var envelope = signed ?? Envelope(type: .model, payload: payload)
    if signed == nil {
      try envelope.sign(with: key)
      request.envelope = Cordon_V1_Envelope(envelope)
    }
    let bytes = try envelope.serialized()
    let digest = Array(SHA256.hash(data: bytes))
    request.offers = try rings.enumerated().map { index, target in
      let offer = ModelOffer(
        digest: digest, size: UInt32(bytes.count), role: role, ring: UInt32(index), serial: nextSerial + UInt64(index),
        schema: bundle.schema)
      var message = Cordon_V1_SignedOffer()
      message.envelope = Cordon_V1_Envelope(try offer.sealed(by: [key]))
      message.target = target
      return message
    }
    return request
  }
}
