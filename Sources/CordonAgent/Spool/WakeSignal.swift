import Synchronization

/// Wakes one listener; raises while nobody looked become one.
package final class WakeSignal: Sendable {
  private let listener = Mutex<AsyncStream<Void>.Continuation?>(nil)

  package init() {}

  /// Wake-ups from now on; whoever listened before hears no more.
  package func listen() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let previous = listener.withLock { listener in
      defer { listener = continuation }
      return listener
    }
    previous?.finish()
    return stream
  }

  package func raise() { _ = listener.withLock { $0?.yield() } }
}
