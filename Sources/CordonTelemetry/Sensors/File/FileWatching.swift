import CordonCore
import Synchronization

/// What the kernel tells a file source by: its bytes in, records out.
protocol FileWatching: AnyObject, Sendable {
  /// As a detection of its loss names it.
  static var name: String { get }
  /// Readable when there is something to take.
  var descriptor: Int32 { get }
  /// What is not seen, in words for people.
  var notes: [String] { get }

  /// Queues what bytes of the kernel's mean, in the order in which it happened; false where they make no sense.
  func take(_ bytes: [UInt8], into queue: RecordQueue) -> Bool
}

/// Processes whose own doings are not reported.
final class IgnoredProcesses: Sendable {
  private let processes: Mutex<Set<UInt32>>

  init(_ processes: Set<UInt32>) { self.processes = Mutex(processes) }

  func contains(_ process: UInt32) -> Bool { processes.withLock { $0.contains(process) } }

  func replace(by others: Set<UInt32>) { processes.withLock { $0 = others } }
}

/// Bounds how many files' contents are sampled in a second.
struct SampleBudget: Sendable {
  /// Samples; further files have no entropy.
  static let perSecond = 2000

  private var second: Int64 = 0
  private var taken = 0

  mutating func allows(at now: Timestamp) -> Bool {
    if second != now.milliseconds / 1000 { (second, taken) = (now.milliseconds / 1000, 0) }
    guard taken < Self.perSecond else { return false }
    taken += 1
    return true
  }
}
