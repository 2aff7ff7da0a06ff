package import CordonCore
import Synchronization

/// A source that reads on one thread: it says how it opens, and the rest is the same for each.
package protocol ThreadedSource: SensorSource where Settings: Sendable {
  var running: SourceRun<Settings> { get }

  /// Opens what the settings name and starts the thread that reads it, with what is to be said of it at once.
  ///
  /// Called by one caller at a time, never while the source runs, and never to touch `running`, which waits for it.
  func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String])
}

extension ThreadedSource {
  package var health: SensorHealth { running.health(of: queue) }

  package func start() throws(CordonError) {
    try running.start { (settings) throws(CordonError) in try open(settings) }
  }

  package func stop() { running.stop() }

  /// Takes other settings; a source that runs starts again with them.
  package func use(_ settings: Settings) throws(CordonError) {
    guard running.take(settings) else { return }
    stop()
    try start()
  }
}

/// Whether a source runs, with which settings, and what is to be said of it.
package final class SourceRun<Settings: Sendable>: Sendable {
  private struct State {
    var settings: Settings
    var thread: BlockingThread?
    var notes: [String] = []
    var failure: CordonError?
  }

  private let state: Mutex<State>

  package init(_ settings: Settings) { state = Mutex(State(settings: settings)) }

  var settings: Settings { state.withLock { $0.settings } }

  func health(of queue: RecordQueue) -> SensorHealth {
    state.withLock { state in
      SensorHealth(of: queue, failure: state.failure, notes: state.thread == nil ? nil : state.notes)
    }
  }

  /// What is said of the source from now on.
  func say(_ notes: [String]) { state.withLock { $0.notes = notes } }

  func say(also note: String) { state.withLock { $0.notes.append(note) } }

  /// The thread has ended by itself: the source was lost.
  func fail(_ failure: CordonError) { state.withLock { $0.failure = failure } }

  /// Does nothing where it runs already; a failure is remembered until the next start.
  func start(
    _ open: (Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String])
  ) throws(CordonError) {
    let outcome: Result<Void, CordonError> = state.withLock { state in
      guard state.thread == nil else { return .success(()) }
      do throws(CordonError) {
        let opened = try open(state.settings)
        (state.thread, state.notes, state.failure) = (opened.thread, opened.notes, nil)
        return .success(())
      } catch {
        state.failure = error
        return .failure(error)
      }
    }
    try outcome.get()
  }

  /// Waits for the thread's end.
  func stop() {
    let thread = state.withLock { state in
      defer { state.thread = nil }
      return state.thread
    }
    thread?.stop()
  }

  /// Keeps settings for the next start; true where the source runs with others.
  func take(_ settings: Settings) -> Bool {
    state.withLock { state in
      state.settings = settings
      return state.thread != nil
    }
  }
}
