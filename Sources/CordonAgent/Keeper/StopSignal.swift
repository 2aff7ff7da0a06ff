import Synchronization

/// Raised once, when the keeper is told to stop; what was registered is called then, or at once if it is late.
final class StopSignal: Sendable {
  private struct State {
    var isRaised = false
    var action: (@Sendable () -> Void)?
    var waiting: AsyncStream<Void>.Continuation?
  }

  private let state = Mutex(State())

  var isRaised: Bool { state.withLock { $0.isRaised } }

  func raise() {
    let (action, waiting) = state.withLock { state in
      state.isRaised = true
      return (state.action, state.waiting)
    }
    action?()
    waiting?.finish()
  }

  /// Replaces what is called; the latest only.
  func onRaise(_ action: @escaping @Sendable () -> Void) {
    let isLate = state.withLock { state in
      state.action = action
      return state.isRaised
    }
    if isLate { action() }
  }

  /// Waits for a time, or until it is raised.
  func wait(atMost pause: Duration) async {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let isRaised = state.withLock { state in
      state.waiting = continuation
      return state.isRaised
    }
    if isRaised { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in stream {} }
      group.addTask { try? await Task.sleep(for: pause) }
      await group.next()
      group.cancelAll()
    }
  }
}
