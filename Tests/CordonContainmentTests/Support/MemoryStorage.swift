import CordonContainment
import CordonCore
import Synchronization

/// A disk in memory that may fail, or lose power, at the n-th write.
final class MemoryStorage: JournalStorage {
  enum Fault: Sendable {
    /// Nothing of the write is kept, and it throws.
    case fail
    /// Part of the write is kept, and nothing works any more.
    case powerCut(kept: Int)
  }

  private struct State {
    var bytes: [UInt8] = []
    var writes = 0
    var faultAt: Int?
    var fault: Fault = .fail
    var isDead = false
  }

  private let state = Mutex(State())

  init(_ bytes: [UInt8] = []) { state.withLock { $0.bytes = bytes } }

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var writes: Int { state.withLock { $0.writes } }

  /// The write of that number from now, 1 being the next, goes wrong.
  func fail(at write: Int, _ fault: Fault = .fail) {
    state.withLock {
      $0.faultAt = $0.writes + write; $0.fault = fault
    }
  }

  func load() throws(CordonError) -> [UInt8] { bytes }

  func append(_ new: [UInt8]) throws(CordonError) {
    try change {
      $0 + new
    } addition: {
      new
    }
  }

  func replace(with new: [UInt8]) throws(CordonError) {
    try change { _ in
      new
    } addition: {
      []
    }
  }

  private func change(
    _ next: ([UInt8]) -> [UInt8], addition: () -> [UInt8]
  ) throws(CordonError) {
    let isWritten = state.withLock { state in
      guard !state.isDead else { return false }
      state.writes += 1
      guard state.writes == state.faultAt else {
        state.bytes = next(state.bytes)
        return true
      }
      if case .powerCut(let kept) = state.fault {
        state.bytes += addition().prefix(kept)
        state.isDead = true
      }
      return false
    }
    guard isWritten else { throw CordonError(.inputOutput, "journal-io", "The disk failed, as the test wanted.") }
  }
}
