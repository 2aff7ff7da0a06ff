extension TokenRecord {
  /// Refuses a token that may not be used now: the one rule, whoever keeps the record.
  ///
  /// It is good before its end, and no more at it. Codes: `token-revoked`, `token-expired`, `token-used`.
  package func check(at now: Timestamp) throws(CordonError) {
    guard !isRevoked else { throw refusal("token-revoked", "was revoked") }
    guard now < notAfter else { throw refusal("token-expired", "has expired") }
    guard usesLeft > 0 else { throw refusal("token-used", "has no uses left") }
  }

  private func refusal(_ code: String, _ why: String) -> CordonError {
    CordonError(
      .denied, code, "The enrolment token \(id) \(why).", remedy: "Ask an admin for a new one: cordon token create.")
  }
}
