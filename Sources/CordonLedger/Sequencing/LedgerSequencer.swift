package import CordonCore

/// Numbers pending decisions: a value that turns records and a tree into entries, a larger tree and a checkpoint.
package struct LedgerSequencer: Sendable {
  private let signer: LedgerSigner

  package init(signer: LedgerSigner) { self.signer = signer }

  /// Pending records taken at once, at most.
  package static let mostRecords = 1_000

  /// What one transaction stores.
  package struct Step: Hashable, Sendable {
    package var entries: [LedgerEntry]
    /// Order of the last pending record that was taken.
    package var through: Int64
    package var before: LedgerTreeState
    package var after: LedgerTreeState
    /// The signed note over `after`.
    package var checkpoint: String
  }

  package var verifierKey: LedgerVerifierKey { signer.verifierKey }

  /// Nil where nothing is pending. Records keep their order; each gets a salt of its own.
  ///
  /// - Throws: `ledger-frontier` where the stored tree is damaged.
  package func step(
    _ pending: [PendingLedgerRecord], tree: LedgerTreeState, randomness: inout some RandomNumberGenerator
  ) throws(CordonError) -> Step? {
    let taken = pending.prefix(Self.mostRecords)
    guard let last = taken.last else { return nil }
    var frontier = try MerkleFrontier(tree)
    var entries: [LedgerEntry] = []
    for record in taken {
      let salt = (0..<LedgerEntry.saltLength).map { _ in UInt8.random(in: .min ... .max, using: &randomness) }
      let leaf = MerkleHash.commitment(salt: salt, record: record.record)
      entries.append(LedgerEntry(index: frontier.size, salt: salt, record: record.record, leaf: leaf))
      frontier.append(leaf)
    }
    let checkpoint = Checkpoint(origin: signer.verifierKey.name, size: frontier.size, root: frontier.root)
    return Step(
      entries: entries, through: last.order, before: tree, after: frontier.state,
      checkpoint: try checkpoint.signed(by: signer))
  }
}
