package import CordonCore
import FoundationEssentials

extension Cordon_V1_ModelUse {
  package init(_ use: ModelUse) {
    self.init()
    schema = use.schema
    sha256 = Data(use.digest)
    purpose = use.purpose
    state = use.state.rawValue
    code = use.code
    message = use.message
    learningUntilMs = use.learningUntil?.milliseconds ?? 0
  }

  /// What an agent reports; nil where it names no state that this version knows, or a digest or a time that is none.
  package var domain: ModelUse? {
    guard let state = ModelUse.State(rawValue: state), sha256.isEmpty || sha256.count == 32,
      (0...WireLimits.latestTime).contains(learningUntilMs)
    else { return nil }
    return ModelUse(
      schema: schema, digest: [UInt8](sha256), purpose: String(purpose.prefix(WireLimits.name)), state: state,
      code: String(code.prefix(WireLimits.name)), message: String(message.prefix(WireLimits.sentence)),
      learningUntil: learningUntilMs == 0 ? nil : Timestamp(milliseconds: learningUntilMs))
  }
}
