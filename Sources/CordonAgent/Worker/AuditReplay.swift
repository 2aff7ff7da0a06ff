package import CordonCore
import CordonTelemetry
import Crypto
import Glibc

/// Runs a recorded audit.log, or a capture of the network, through the worker's own pipeline, in the recording's own time.
///
/// Names are pseudonymised under a key that is thrown away, so that what is shown is what would leave a machine.
package struct AuditReplay: Sendable {
  /// Bytes read from the file at a time.
  static let chunk = 1 << 20
  /// Windows and detections that are kept for showing; all are counted.
  package static let keptLimit = 10_000

  var pipeline: WorkerPipeline
  var summary = ReplaySummary()
  private var time = RecordedTime()
  private var lines = LineCutter()

  /// Bytes at a recording's beginning in which names of its users are looked for.
  static let namingLimit = 16 << 20

  private init(host: String, windowLength: Duration, accounts: RecordedAccounts) throws(CordonError) {
    var randomness = SystemRandomNumberGenerator()
    let bytes = (0..<EpochKey.length).map { _ in UInt8.random(in: .min ... .max, using: &randomness) }
    guard let key = EpochKey(epoch: 1, bytes: bytes), let machine = MachineID(String(repeating: "0", count: 32)) else {
      throw CordonError(.defect, "replay-key", "No key for the replay could be made.")
    }
    var policy = Policy.observeOnly
    policy.windows.length = windowLength
    policy.windows.wireLength = windowLength
    // Of a recording nobody says which network is the site's.
    policy.wire.networks = ["0.0.0.0/0", "::/0"]
    pipeline = WorkerPipeline(
      settings: WorkerSettings(machine: machine, host: host, bootID: "replay"), policy: policy,
      keys: PseudonymKeys(staff: KeyRing(current: key), path: SymmetricKey(size: .bits256)),
      directory: accounts)
    pipeline.behaviour.tellsLearning = true
  }

  /// What a file becomes. Throws where it cannot be read.
  package static func run(
    file: String, host: String = "replayed", windowLength: Duration = .seconds(60)
  ) throws(CordonError) -> ReplaySummary {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CordonError(
        errno == ENOENT ? .missing : .inputOutput, "replay-unreadable",
        "\(file) cannot be opened: \(String(cString: strerror(errno))).",
        remedy: "Name an audit.log that you may read, such as /var/log/audit/audit.log.")
    }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: chunk)
    var naming = Naming()
    for offset in stride(from: 0, to: namingLimit, by: chunk) {
      let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
      guard count > 0 else { break }
      naming.take(buffer[..<count])
    }
    var replay = try AuditReplay(host: host, windowLength: windowLength, accounts: naming.accounts)
    var capture = CaptureReplay()
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw CordonError(
          .inputOutput, "replay-unreadable", "\(file) cannot be read: \(String(cString: strerror(errno))).")
      }
      guard count > 0 else { break }
      if capture.isCapture(beginning: buffer[..<count]) {
        try capture.add(buffer[..<count])
      } else {
        replay.take(buffer[..<count])
      }
    }
    capture.run(into: &replay)
    return replay.finish()
  }

  /// What bytes become, as `run(file:)` does; for measuring without a disk.
  package static func run(
    bytes: [UInt8], host: String = "replayed", windowLength: Duration = .seconds(60)
  ) throws(CordonError) -> ReplaySummary {
    var naming = Naming()
    naming.take(bytes.prefix(namingLimit))
    var replay = try AuditReplay(host: host, windowLength: windowLength, accounts: naming.accounts)
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      replay.take(bytes[start..<min(start + chunk, bytes.count)])
    }
    return replay.finish()
  }

  /// Gathers who the users of a recording are, as far as it says so.
  private struct Naming {
    var accounts = RecordedAccounts()
    private var lines = LineCutter()

    mutating func take(_ bytes: ArraySlice<UInt8>) {
      for line in lines.take(bytes) { accounts.learn(from: line) }
    }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>) {
    for line in lines.take(bytes) { takeLine(line) }
  }

  private mutating func takeLine(_ line: [UInt8]) {
    summary.records += 1
    for output in time.take(line, into: &pipeline) { keep(output) }
  }

  private mutating func finish() -> ReplaySummary {
    if let line = lines.rest() { takeLine(line) }
    for output in time.step(&pipeline) { keep(output) }
    keep(pipeline.finish(at: time.now))
    summary.malformed += pipeline.counters.malformed
    summary.observed = pipeline.counters.observed
    summary.late = pipeline.counters.windows.late
    return summary
  }

  mutating func keep(_ output: WorkerOutput) {
    for record in output.records {
      switch record {
      case .window(let window):
        summary.windowCount += 1
        let until = pipeline.behaviour.learningUntil(schema: window.schema)
        summary.weigh(window, isLearned: until.map { window.start >= $0 } ?? false)
        if summary.windows.count < Self.keptLimit { summary.windows.append(.init(window)) }
      case .detection(let detection):
        summary.detectionCount += 1
        if summary.detections.count < Self.keptLimit { summary.detections.append(.init(detection)) }
      case .outcome: break
      }
    }
  }
}
