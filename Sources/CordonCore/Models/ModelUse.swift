/// What became of a model on an agent, as its heartbeats tell.
package struct ModelUse: Hashable, Sendable, Codable {
  /// Raw values are the wire's, and stored.
  package enum State: String, Sendable, CaseIterable, Codable {
    case fetching
    case running
    case refused
  }

  /// Permanent id of the feature schema.
  package var schema: UInt32
  /// SHA-256 of the bundle's envelope; empty: the baseline alone.
  package var digest: [UInt8]
  /// "champion" or "shadow".
  package var purpose: String
  package var state: State
  /// Why it was refused; empty otherwise.
  package var code: String
  package var message: String
  /// Event time from which the schema can raise behavioural detections; nil: not known yet.
  package var learningUntil: Timestamp?

  package init(
    schema: UInt32, digest: [UInt8] = [], purpose: String, state: State, code: String = "", message: String = "",
    learningUntil: Timestamp? = nil
  ) {
    self.schema = schema
    self.digest = digest
    self.purpose = purpose
    self.state = state
    self.code = code
    self.message = message
    self.learningUntil = learningUntil
  }
}

extension ModelOffer.Role {
  /// As heartbeats and people call it.
  package var name: String {
    switch self {
    case .champion: "champion"
    case .shadow: "shadow"
    }
  }
}
