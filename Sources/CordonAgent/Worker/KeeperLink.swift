import CordonCore
package import CordonTrust
package import CordonWire
import Dispatch
import FoundationEssentials
import Synchronization

/// The worker's way to its keeper: what it offers, asks and tells, in order, without ever holding a shared thread.
///
/// Messages wait on a queue of their own, at most `mostWaiting`; what comes while it is full is dropped and counted.
package final class KeeperLink: DirectiveHandler {
  package static let mostWaiting = 1024

  private struct State {
    var waiting = 0
    var dropped: UInt64 = 0
    var isEnded = false
    var verdicts: [UInt64: CheckedContinuation<DirectiveVerdict, Never>] = [:]
  }

  private let seam: WorkerSeam
  private let queue = DispatchQueue(label: "cordon.keeper-link")
  private let state = Mutex(State())

  package init(seam: WorkerSeam) { self.seam = seam }

  /// Messages that found the queue full.
  package var dropped: UInt64 { state.withLock { $0.dropped } }

  /// Hands an envelope to the keeper, which alone verifies and obeys; answers with its verdict.
  package func obey(_ envelope: Envelope, directive id: UInt64) async -> DirectiveVerdict {
    await withCheckedContinuation { continuation in
      let refusal: DirectiveVerdict? = state.withLock { state in
        guard !state.isEnded else { return .refused(Self.ended) }
        guard state.verdicts[id] == nil else {
          return .refused(CordonError(.conflict, "repeated", "The directive is being judged already."))
        }
        state.verdicts[id] = continuation
        return nil
      }
      if let refusal { return continuation.resume(returning: refusal) }
      var message = Cordon_V1_WorkerMessage()
      message.offer.directiveID = id
      message.offer.envelope = Cordon_V1_Envelope(envelope)
      send(message)
    }
  }

  /// The keeper has judged an envelope.
  package func settle(_ verdict: Cordon_V1_EnvelopeVerdict) {
    let continuation = state.withLock { $0.verdicts.removeValue(forKey: verdict.directiveID) }
    guard let continuation else { return }
    let refusal = CordonError(.denied, verdict.code, verdict.message)
    continuation.resume(returning: verdict.accepted ? .accepted : .refused(refusal))
  }

  /// Queues a message for the keeper.
  package func send(_ message: Cordon_V1_WorkerMessage) {
    let isQueued = state.withLock { state in
      guard !state.isEnded, state.waiting < Self.mostWaiting else {
        state.dropped += 1
        return false
      }
      state.waiting += 1
      return true
    }
    guard isQueued else { return }
    queue.async { [self] in
      // A seam that broke is noticed by its reader, which ends the worker.
      try? seam.send(message)
      state.withLock { $0.waiting -= 1 }
    }
  }

  /// The keeper is gone: whoever waits for a verdict hears so, and whoever reads the seam returns.
  package func end() {
    let waiting = state.withLock { state in
      state.isEnded = true
      defer { state.verdicts = [:] }
      return state.verdicts.values
    }
    for continuation in waiting { continuation.resume(returning: .refused(Self.ended)) }
    seam.end()
  }

  private static var ended: CordonError {
    CordonError(.unavailable, "keeper-gone", "The agent's keeper is restarting; the directive will come again.")
  }
}
