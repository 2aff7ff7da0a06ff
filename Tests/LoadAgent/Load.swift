import CordonAgent
import CordonCore
import CordonRuntime
import Glibc

/// Appends numbered records to a spool at a rate, in groups of a tenth of a second.
struct Load {
  let spool: Spool
  let journal: Journal
  let host: String
  let rate: Int

  /// A detection comes after so many windows.
  private static let windowsADetection = 50

  /// Until it is cancelled.
  func run(from first: UInt32) async throws {
    var number = first
    let start = ContinuousClock.now
    while !Task.isCancelled {
      let due = first + UInt32((ContinuousClock.now - start) / .seconds(1) * Double(rate)) + 1
      if number < due, try await add(number..<min(due, number + 1_000)) { number = min(due, number + 1_000) }
      try await ContinuousClock().sleep(for: .milliseconds(100))
    }
  }

  /// False where the disk is full: the same numbers come again.
  private func add(_ numbers: Range<UInt32>) async throws -> Bool {
    do {
      try await spool.append(numbers.map(record))
    } catch {
      guard error.code == "sqlite-full" else { throw error }
      try journal.say("full \(error.message)")
      return false
    }
    try journal.note(numbers)
    return true
  }

  private func record(_ number: UInt32) -> Record {
    number.isMultiple(of: UInt32(Self.windowsADetection)) ? .detection(detection(number)) : .window(window(number))
  }

  /// Its number is its count of observations.
  private func window(_ number: UInt32) -> EntityWindow {
    let schema = FeatureSchema.hostAtHost
    let now = SystemClock().now.milliseconds
    return EntityWindow(
      entity: EntityRef(kind: .host, label: host), schema: schema.id,
      start: Timestamp(milliseconds: now / 60_000 * 60_000), length: 60_000, observations: number,
      features: schema.features.indices.map { Float((UInt32($0) &* number) % 97) })
  }

  /// Its number is the end of its summary.
  private func detection(_ number: UInt32) -> Detection {
    var randomness = SystemRandomNumberGenerator()
    let now = SystemClock().now
    return Detection(
      id: UniqueID(at: now, randomness: &randomness), kind: .tripwire, rule: "canary-touched", technique: "T1486",
      severity: .low, eventTime: now, raisedAt: now, summary: "Made up for a test, number \(number)")
  }
}

/// A file of lines that survive this process's death: each is handed to the kernel whole.
struct Journal: Sendable {
  private let descriptor: Int32

  init(path: String) throws(CordonError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CordonError(.inputOutput, "journal", "\(path) cannot be opened.") }
  }

  func note(_ numbers: Range<UInt32>) throws(CordonError) {
    try put(numbers.map { "\($0)\n" }.joined())
  }

  func say(_ line: String) throws(CordonError) { try put("\(line)\n") }

  private func put(_ text: String) throws(CordonError) {
    let bytes = Array(text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw CordonError(.inputOutput, "journal", "The journal cannot be written.")
    }
  }
}
