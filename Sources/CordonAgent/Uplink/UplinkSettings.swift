import CordonCore

/// How an agent's uplink behaves in time.
package struct UplinkSettings: Hashable, Sendable {
  /// The first pause is anything up to this; each further one up to twice the one before.
  package var backOffFirst: Duration
  package var backOffMost: Duration
  /// A stream that lived so long was a good one: back-off begins anew after it.
  package var stableAfter: Duration
  /// How long a Welcome is waited for.
  package var greeting: Duration
  /// How long an acknowledgement is waited for; nothing is lost by connecting again.
  package var acknowledgement: Duration
  package var heartbeat: Duration
  /// A batch never shrinks below so many records.
  package var leastBatchRecords: Int

  package init(
    backOffFirst: Duration = .seconds(2), backOffMost: Duration = .seconds(300), stableAfter: Duration = .seconds(60),
    greeting: Duration = .seconds(20), acknowledgement: Duration = .seconds(30), heartbeat: Duration = .seconds(30),
    leastBatchRecords: Int = 16
  ) {
    self.backOffFirst = backOffFirst
    self.backOffMost = backOffMost
    self.stableAfter = stableAfter
    self.greeting = greeting
    self.acknowledgement = acknowledgement
    self.heartbeat = heartbeat
    self.leastBatchRecords = leastBatchRecords
  }

  /// What a collector may ask for, at most: its limits are a stranger's numbers.
  package static let mostBatchRecords = 10_000
  package static let mostBatchBytes = 3 << 20
  package static let mostInFlight = 64
  package static let mostRecordsPerSecond = 1_000_000
}
