import CLinux
import CordonTelemetry
import Glibc
import Testing

@Suite struct BlockingThreadTests {
  /// A rest goes on to its end, and ends at once when the thread is told to.
  @Test func restEndsEarlyWhenToldToStop() {
    let stop = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    defer { close(stop) }
    let start = ContinuousClock.now
    #expect(BlockingThread.rest(stop: stop, for: .milliseconds(20)))
    #expect(ContinuousClock.now - start >= .milliseconds(19))
    eventfd_write(stop, 1)
    #expect(!BlockingThread.rest(stop: stop, for: .seconds(60)))
    #expect(ContinuousClock.now - start < .seconds(30))
  }
}
