package import CordonCore

/// Where a spool's records and numbers are kept.
///
/// `commit` is atomic and durable: all of it, or none of it where it throws. Reads see what was committed. One caller at
/// a time, and it blocks: the caller has a thread of its own.
package protocol SpoolStorage {
  /// The state as of the last commit, with nothing leased.
  func load() throws(CordonError) -> SpoolState

  /// Makes one change durable; `before` is the state as of the last commit.
  func commit(_ change: SpoolChange, before: SpoolState) throws(CordonError)

  /// The oldest kept records of a lane beyond a number, without their bytes.
  func heads(_ lane: SpoolPlace, after: UInt64, most: Int) throws(CordonError) -> [RecordHead]

  /// How many records are kept with numbers in a range, and their bytes.
  func extent(_ lane: SpoolPlace, _ range: ClosedRange<UInt64>) throws(CordonError) -> (records: Int, bytes: Int)

  /// Kept records of a lane beyond a number, in order; one that cannot be read back whole is passed over.
  ///
  /// At least one record is given where there is one, even where it alone passes `mostBytes`.
  func records(_ lane: SpoolPlace, after: UInt64, most: Int, mostBytes: Int) throws(CordonError) -> [StoredRecord]

  /// Records that were set aside, oldest first.
  func setAside() throws(CordonError) -> [SetAsideRecord]
}

/// A lane of an epoch.
package struct SpoolPlace: Hashable, Sendable {
  package var epoch: SpoolEpoch
  package var lane: Lane

  package init(_ epoch: SpoolEpoch, _ lane: Lane) {
    self.epoch = epoch
    self.lane = lane
  }
}

/// What is known of a kept record without reading it.
package struct RecordHead: Hashable, Sendable {
  package var sequence: UInt64
  package var bytes: Int
  package var appended: Timestamp

  package init(sequence: UInt64, bytes: Int, appended: Timestamp) {
    self.sequence = sequence
    self.bytes = bytes
    self.appended = appended
  }
}

/// A kept record, as it will be sent.
package struct StoredRecord: Hashable, Sendable {
  package var sequence: UInt64
  package var bytes: [UInt8]

  package init(sequence: UInt64, bytes: [UInt8]) {
    self.sequence = sequence
    self.bytes = bytes
  }
}

/// A record that the collector refused, kept for people to look at.
package struct SetAsideRecord: Hashable, Sendable {
  package var place: SpoolPlace
  package var sequence: UInt64
  package var code: String
  package var message: String
  package var bytes: [UInt8]

  package init(place: SpoolPlace, sequence: UInt64, code: String, message: String, bytes: [UInt8]) {
    self.place = place
    self.sequence = sequence
    self.code = code
    self.message = message
    self.bytes = bytes
  }
}

/// One atomic change of a spool.
package struct SpoolChange: Sendable {
  /// A record that enters.
  package struct Insertion: Hashable, Sendable {
    package var place: SpoolPlace
    package var record: StoredRecord
    package var appended: Timestamp
  }

  /// Records that leave.
  package struct Deletion: Hashable, Sendable {
    package var place: SpoolPlace
    package var range: ClosedRange<UInt64>
  }

  /// All records of a lane move to another epoch, their numbers less by an offset.
  package struct Move: Hashable, Sendable {
    package var lane: Lane
    package var from: SpoolEpoch
    package var to: SpoolEpoch
    package var offset: UInt64
  }

  /// Made in this order: deletions, moves, insertions.
  package var deletions: [Deletion] = []
  package var moves: [Move] = []
  package var insertions: [Insertion] = []
  package var setAside: SetAsideRecord?
  /// How many of the oldest set aside give way.
  package var forgottenAside = 0
  package var forgottenEpochs: [SpoolEpoch] = []
  /// The state once the change is made.
  package var after: SpoolState

  package init(to after: SpoolState) { self.after = after }

  /// Epochs whose numbers differ, or that are new; in order.
  package func changedEpochs(since before: SpoolState) -> [(ordinal: Int, epoch: SpoolState.Epoch)] {
    let known = Dictionary(uniqueKeysWithValues: before.epochs.map { ($0.id, $0) })
    return after.epochs.enumerated().filter { known[$1.id] != $1 }.map { ($0, $1) }
  }
}
