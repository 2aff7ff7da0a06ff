package import CordonCore
package import CordonStore
package import CordonTrust
package import Logging

/// What every service of a collector shares.
package struct CollectorContext: Sendable {
  package let name: String
  package let version: String
  package let identity: CollectorIdentity
  package let trust: TrustStore
  package let store: CollectorStore
  package let clock: any WallClock
  /// Goes on evenly when somebody sets the wall clock: for how long ago something was, not for when.
  package let steady: any WallClock
  package let ids: IdentifierSource
  package let logger: Logger
  /// End of the certificate that the collector shows now.
  package let certificateNotAfter: @Sendable () -> Timestamp

  package init(
    name: String, version: String, identity: CollectorIdentity, trust: TrustStore, store: CollectorStore,
    clock: any WallClock, steady: any WallClock, ids: IdentifierSource, logger: Logger,
    certificateNotAfter: (@Sendable () -> Timestamp)? = nil
  ) {
    self.name = name
    self.version = version
    self.identity = identity
    self.trust = trust
    self.store = store
    self.clock = clock
    self.steady = steady
    self.ids = ids
    self.logger = logger
    let granted = identity.grant.identityChain.notAfter
    self.certificateNotAfter = certificateNotAfter ?? { granted }
  }

  var now: Timestamp { clock.now }

  /// The collector as the ledger names it.
  var actor: String { "collector/\(name)" }

  /// A decision of this collector or of an operator, at this moment.
  func record(
    _ kind: LedgerRecord.Kind, by actor: String? = nil, on subject: String, _ details: [String: String] = [:]
  ) -> LedgerRecord {
    LedgerRecord(kind, at: now, actor: actor ?? self.actor, subject: subject, details: details)
  }
}

/// Who asks: an operator's name, as the ledger writes it.
package struct OperatorName: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package var ledgerActor: String { "operator/\(text)" }

  var actor: String { ledgerActor }
}
