import CordonAgent
import CordonCollector
import CordonCore

/// The collector: the product's intake machine over a simulated store.
final class SimulatedCollector {
  /// Nil while the collector is down.
  var machine: IngestMachine?
  var store = SimulatedStore()
  var snapshot: SimulatedStore?
  /// Events of an earlier life are void.
  var life = 0
  var connections: [Int: Connection] = [:]
  var tickets: [UInt64: Connection] = [:]
  /// The commit that the disk is working on.
  var underWay: [NumberedBatch] = []
  var limits = UplinkLimits(batchRecords: 8, batchBytes: 1 << 16, recordsPerSecond: 200, inFlight: 3)

  /// What the intake accepts is wider than what a Welcome grants, as it is while limits change.
  static let settings = IngestSettings(
    limits: UplinkLimits(batchRecords: 64), groupRecords: 20, groupDelay: .milliseconds(5))
}
