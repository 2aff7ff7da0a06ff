import CLinux
package import CordonCore
import Glibc
import Synchronization

/// A thread of its own for reads that block, with a descriptor that tells it to end.
///
/// The body polls `stopDescriptor` beside its own descriptor and returns once it is readable.
package final class BlockingThread: Sendable {
  private final class Job: Sendable {
    let body: @Sendable (Int32) -> Void
    let stopDescriptor: Int32

    init(stopDescriptor: Int32, body: @escaping @Sendable (Int32) -> Void) {
      self.stopDescriptor = stopDescriptor
      self.body = body
    }
  }

  private let stopDescriptor: Int32
  private let handle: Mutex<pthread_t?>

  /// Starts the thread; throws where the machine has no descriptor or thread left.
  package init(name: String, body: @escaping @Sendable (_ stopDescriptor: Int32) -> Void) throws(CordonError) {
    stopDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard stopDescriptor >= 0 else {
      throw CordonError(.exhausted, "no-descriptor", "No descriptor is left for the sensor thread \(name).")
    }
    let job = Unmanaged.passRetained(Job(stopDescriptor: stopDescriptor, body: body))
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let job = Unmanaged<Job>.fromOpaque(argument).takeRetainedValue()
        job.body(job.stopDescriptor)
        return nil
      }, job.toOpaque())
    guard failure == 0 else {
      job.release()
      close(stopDescriptor)
      throw CordonError(.exhausted, "no-thread", "The sensor thread \(name) could not be started (error \(failure)).")
    }
    handle = Mutex(thread)
  }

  /// Tells the body to end and waits for it; the second call does nothing.
  package func stop() {
    let thread = handle.withLock { handle in
      defer { handle = nil }
      return handle
    }
    guard let thread else { return }
    eventfd_write(stopDescriptor, 1)
    pthread_join(thread, nil)
    close(stopDescriptor)
  }

  deinit { stop() }

  /// Waits until a descriptor is readable; false once the thread is to end.
  package static func waitReadable(
    _ descriptor: Int32, stop: Int32, timeout: Duration
  ) -> (isReadable: Bool, goesOn: Bool) {
    waitReadable(any: [descriptor], stop: stop, timeout: timeout)
  }

  /// Waits until one of several descriptors is readable; negative ones are none.
  package static func waitReadable(
    any descriptors: [Int32], stop: Int32, timeout: Duration
  ) -> (isReadable: Bool, goesOn: Bool) {
    var polled = (descriptors + [stop]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let ready = poll(&polled, nfds_t(polled.count), Int32(clamping: timeout.milliseconds))
    guard ready >= 0 else { return (false, errno == EINTR) }
    return (polled.dropLast().contains { $0.revents != 0 }, polled[descriptors.count].revents == 0)
  }

  /// Waits for a time; false once the thread is to end.
  package static func rest(stop: Int32, for time: Duration) -> Bool {
    var polled = pollfd(fd: stop, events: Int16(POLLIN), revents: 0)
    return poll(&polled, 1, Int32(clamping: time.milliseconds)) <= 0
  }
}
