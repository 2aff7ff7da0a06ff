import CordonCore
package import CordonLedger
import CordonStore
import Logging
import ServiceLifecycle
import Synchronization

/// The one sequencer of a ledger: gives decisions their numbers and signs a checkpoint over them.
///
/// A decision is durable before this sees it; a crash here loses nothing, and the lease keeps a second collector from
/// numbering the same decisions.
package final class LedgerScribe: Service, Sendable {
  /// How often waiting decisions are looked for.
  package static let interval: Duration = .milliseconds(250)
  /// How long the lease lasts; it is renewed with every look.
  package static let lease: Duration = .seconds(30)

  private let context: CollectorContext
  private let sequencer: LedgerSequencer
  private let newest: Mutex<String>

  /// Reads the newest checkpoint, so that agents hear of it from the first moment.
  package static func open(_ context: CollectorContext, signer: LedgerSigner) async throws -> LedgerScribe {
    LedgerScribe(
      context: context, sequencer: LedgerSequencer(signer: signer),
      newest: try await context.store.newestCheckpoint() ?? "")
  }

  private init(context: CollectorContext, sequencer: LedgerSequencer, newest: String) {
    self.context = context
    self.sequencer = sequencer
    self.newest = Mutex(newest)
  }

  /// The newest signed note; empty before the first.
  package var checkpoint: String { newest.withLock { $0 } }

  /// The ledger's public key, NAME+HASH+KEY.
  package var publicKey: String { sequencer.verifierKey.text }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await ContinuousClock().sleep(for: Self.interval)
        await self.catchUp()
      }
    }
    await catchUp()
    do {
      try await context.store.releaseLease(CollectorStore.sequencerLease, holder: context.name)
    } catch {
      context.logger.warning("ledger lease not released", metadata: ["error": "\(error)"])
    }
  }

  /// Numbers all that waits; false where another collector holds the lease or nothing waited.
  @discardableResult
  package func sequence() async throws -> Bool {
    let pending = try await context.store.pendingLedger(most: LedgerSequencer.mostRecords)
    guard !pending.isEmpty else { return false }
    let now = context.now
    let isHeld = try await context.store.acquireLease(
      CollectorStore.sequencerLease, holder: context.name, until: now.advanced(by: Self.lease), at: now)
    guard isHeld else { return false }
    let tree = try await context.store.ledgerTree()
    let step = try context.ids.withRandomness { randomness in
      Result { () throws(CordonError) in try sequencer.step(pending, tree: tree, randomness: &randomness) }
    }.get()
    guard let step else { return false }
    try await context.store.appendLedger(
      step.entries, through: step.through, from: step.before, to: step.after, checkpoint: step.checkpoint,
      holder: context.name, at: now)
    newest.withLock { $0 = step.checkpoint }
    return true
  }

  private func catchUp() async {
    do {
      while try await sequence() {}
    } catch {
      context.logger.error("ledger not brought up to date", metadata: ["error": "\(error)"])
    }
  }
}
