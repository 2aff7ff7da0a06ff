package import CordonCore

/// What follows from a decision and becomes durable in the transaction that decides.
package struct Consequences: Sendable {
  /// Written to the ledger's queue.
  package var ledger: [LedgerRecord]
  /// Put on the way to agents.
  package var outbound: [OutboundDraft]
  package var timeline: [TimelineEntry]
  /// Values of this site that the decision changes, by name: what a service remembers of what it decided.
  package var meta: [String: [UInt8]]

  package static let none = Consequences()

  package init(
    ledger: [LedgerRecord] = [], outbound: [OutboundDraft] = [], timeline: [TimelineEntry] = [],
    meta: [String: [UInt8]] = [:]
  ) {
    self.ledger = ledger
    self.outbound = outbound
    self.timeline = timeline
    self.meta = meta
  }
}

/// An envelope that agents shall get; the store numbers it for each.
package struct OutboundDraft: Hashable, Sendable {
  /// Who gets it; revoked agents never do.
  package enum Target: Hashable, Sendable {
    case agent(AgentID)
    case group(String)
    case everyone
  }

  package var target: Target
  /// The envelope's type.
  package var type: String
  /// The whole envelope.
  package var envelope: [UInt8]
  /// Whether unanswered envelopes of the same type to the same agent are of no use any more.
  package var supersedesType: Bool

  package init(to target: Target, type: String, envelope: [UInt8], supersedesType: Bool = false) {
    self.target = target
    self.type = type
    self.envelope = envelope
    self.supersedesType = supersedesType
  }
}
