import CordonCore
import CordonTelemetry
import CordonWire
import FoundationEssentials
import Glibc
import Logging
import ServiceLifecycle
import SwiftProtobuf
import Synchronization

/// A recorded audit.log or capture of the network, or a pipe that one is written to, in place of this machine's sensors.
///
/// Read as fast as the worker takes it, and waiting while there is no worker: a recording can wait, so nothing of it is
/// dropped. Its bytes are not looked into here, but for the first four, which tell a capture from lines. A worker that
/// starts anew goes on where the one before stopped reading; of a capture it lacks the head then, and counts the rest lost.
final class RecordingFeed: SensorFeed {
  private static let chunk = 1 << 16
  /// Between two looks at whether a worker is there, or more was written.
  private static let pause = Duration.milliseconds(100)

  private struct State {
    var seam: KeeperSeam?
    var lines: UInt64 = 0
    var isAtEnd = false
    var reported: Cordon_V1_SensorState?
    /// Under which records come.
    var sensor: String
  }

  private let path: String
  private let descriptor: Int32
  private let logger: Logger
  private let state: Mutex<State>

  /// Opens the recording. Code: `recording-unreadable`.
  init(path: String, logger: Logger) throws(CordonError) {
    self.path = path
    self.logger = logger
    // Without waiting: a pipe that nobody writes to yet would hold up the start.
    descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CordonError(
        errno == ENOENT ? .missing : .inputOutput, "recording-unreadable",
        "\(path) cannot be opened: \(String(cString: strerror(errno))).",
        remedy: "Name an audit.log, a capture (pcap), or a pipe, that you may read.")
    }
    state = Mutex(State(sensor: Self.begins(descriptor)))
  }

  deinit { close(descriptor) }

  /// Of a file at once; of a pipe with its first bytes.
  private static func begins(_ descriptor: Int32) -> String {
    var head = [UInt8](repeating: 0, count: 4)
    let isCapture = pread(descriptor, &head, head.count, 0) == head.count && RecordedCapture.begins(head[...])
    return isCapture ? RecordedCapture.sensor : AuditSensor.name
  }

  func follow(_ policy: Policy) {}

  func attach(_ seam: KeeperSeam, _ descriptors: DescriptorChannel, ignoring processes: Set<UInt32>) {
    state.withLock { state in
      state.seam = seam
      state.reported = nil
    }
    report()
  }

  func detach() { state.withLock { $0.seam = nil } }

  func resume(_ sensor: String, from progress: [UInt8]?) {}

  func report() {
    let (seam, message) = state.withLock { state -> (KeeperSeam?, Cordon_V1_SensorState) in
      var message = Cordon_V1_SensorState()
      message.sensor = state.sensor
      message.running = true
      // Leaves the machine: the file's name stays here.
      message.reason = "reads a recording" + (state.isAtEnd ? ", which has ended" : "")
      defer { if state.seam != nil { state.reported = message } }
      return (state.reported == message ? nil : state.seam, message)
    }
    try? seam?.send(.with { $0.sensorState = message })
  }

  func run() async throws {
    let thread = try BlockingThread(name: "recording") { [self] stop in read(until: stop) }
    try? await gracefulShutdown()
    thread.stop()
  }

  private func read(until stop: Int32) {
    var buffer = [UInt8](repeating: 0, count: Self.chunk)
    var lines = LineCutter()
    var hasBegun = false
    while BlockingThread.rest(stop: stop, for: .zero) {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      switch count {
      case 1...:
        if !hasBegun, RecordedCapture.begins(buffer[..<count]) {
          state.withLock { $0.sensor = RecordedCapture.sensor }
          report()
        }
        hasBegun = true
        let isCapture = state.withLock { $0.sensor == RecordedCapture.sensor }
        let records = isCapture ? [Array(buffer[..<count])] : lines.take(buffer[..<count])
        guard hand(records, stop: stop) else { return }
      case 0 where hasBegun || !isPipe:
        if let line = lines.rest() { _ = hand([line], stop: stop) }
        return end()
      case 0:
        // Nobody has opened the pipe for writing yet.
        guard BlockingThread.rest(stop: stop, for: Self.pause) else { return }
      default:
        guard errno == EAGAIN || errno == EINTR else {
          logger.error(
            "The recording cannot be read further",
            metadata: ["file": "\(path)", "why": "\(String(cString: strerror(errno)))"])
          return end()
        }
        guard BlockingThread.waitReadable(descriptor, stop: stop, timeout: Self.pause).goesOn else { return }
      }
    }
  }

  private var isPipe: Bool {
    var facts = stat()
    return fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFIFO
  }

  /// Hands lines or a piece to the worker, waiting for one; false once the thread is to end.
  private func hand(_ lines: [[UInt8]], stop: Int32) -> Bool {
    guard !lines.isEmpty else { return true }
    var message = Cordon_V1_KeeperMessage()
    message.sensorBytes.sensor = state.withLock { $0.sensor }
    message.sensorBytes.records = lines.map { Data($0) }
    while true {
      if let seam = state.withLock({ $0.seam }), (try? seam.send(message)) != nil {
        state.withLock { $0.lines += UInt64(lines.count) }
        return true
      }
      guard BlockingThread.rest(stop: stop, for: Self.pause) else { return false }
    }
  }

  private func end() {
    let lines = state.withLock { state in
      state.isAtEnd = true
      return state.lines
    }
    logger.notice("The recording has ended", metadata: ["file": "\(path)", "lines": "\(lines)"])
    report()
  }
}
