import Synchronization

/// Raw records of one sensor, handed from its thread to whoever reads them.
package struct SensorBatch: Hashable, Sendable {
  /// The sensor's name.
  package var sensor: String
  package var records: [[UInt8]]
  /// Dropped since the batch before, by the kernel or the queue.
  package var dropped: UInt64
  /// How far the source has read once the batch is taken in, in the source's own words; empty where it cannot go back.
  package var progress: [UInt8]

  package init(sensor: String, records: [[UInt8]] = [], dropped: UInt64 = 0, progress: [UInt8] = []) {
    self.sensor = sensor
    self.records = records
    self.dropped = dropped
    self.progress = progress
  }
}

/// A bounded queue between a sensor's thread and its reader.
///
/// Overflow rule: the newest record is dropped and counted, as the kernel itself does. Limits: `recordLimit` records and
/// `byteLimit` bytes; a record over the queue's own size limit is dropped and counted.
package final class RecordQueue: Sendable {
  package static let recordLimit = 16_384
  package static let byteLimit = 4 << 20
  /// Bytes; above the longest record of the kernel's audit (8,970) and of a file event with two paths.
  package static let recordSizeLimit = 16 << 10

  private struct State {
    var records: [[UInt8]] = []
    /// What is said of the source's progress, each behind so many records.
    var marks: [(behind: Int, words: [UInt8])] = []
    var bytes = 0
    var dropped: UInt64 = 0
    var read: UInt64 = 0
    var droppedEver: UInt64 = 0

    var isWaiting: Bool { !records.isEmpty || !marks.isEmpty || dropped > 0 }

    /// Adds a record, or drops and counts it; true where its reader is to be woken.
    mutating func add(_ record: [UInt8], sizeLimit: Int) -> Bool {
      read += 1
      let fits =
        record.count <= sizeLimit && records.count < RecordQueue.recordLimit
        && bytes + record.count <= RecordQueue.byteLimit
      guard fits else {
        dropped += 1
        droppedEver += 1
        return dropped == 1
      }
      records.append(record)
      bytes += record.count
      return records.count == 1
    }

    /// How many of the oldest records leave in one batch: what one mark is said of stays together, so that a reader
    /// which dies behind a batch has not taken in what will be read again.
    func due(most: Int, bytes limit: Int) -> Int {
      var (count, taken) = (0, 0)
      while count < min(most, records.count), count == 0 || taken + records[count].count <= limit {
        taken += records[count].count
        count += 1
      }
      if let last = marks.last(where: { $0.behind <= count && $0.behind > 0 }) { return last.behind }
      guard let first = marks.first(where: { $0.behind > 0 }), first.behind <= RecordQueue.recordLimit / 2 else {
        return count
      }
      let together = records[..<first.behind].reduce(0) { $0 + $1.count }
      return together <= RecordQueue.byteLimit / 2 ? first.behind : count
    }

    /// Of the `count` records that leave.
    mutating func takeMarks(of count: Int) -> [UInt8] {
      let due = marks.prefix { $0.behind <= count }
      marks.removeFirst(due.count)
      for index in marks.indices { marks[index].behind -= count }
      return due.flatMap(\.words)
    }
  }

  package let sensor: String
  /// Bytes of one record.
  private let sizeLimit: Int
  /// Yields once after records or drops have come since the last drain; at most one signal waits.
  package let wakeups: AsyncStream<Void>

  private let state = Mutex(State())
  private let signal: AsyncStream<Void>.Continuation

  package init(sensor: String, sizeLimit: Int = recordSizeLimit) {
    self.sensor = sensor
    self.sizeLimit = sizeLimit
    (wakeups, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Forgets what waits, which the source will read again: nothing of it counts as dropped.
  package func clear() {
    state.withLock { state in
      state.records = []
      state.marks = []
      state.bytes = 0
    }
  }

  /// Adds a record, or drops and counts it.
  package func offer(_ record: [UInt8]) {
    if state.withLock({ $0.add(record, sizeLimit: sizeLimit) }) { signal.yield() }
  }

  /// Adds records, and says how far the source has read once they have been taken in: no reader sees the one without the
  /// other.
  package func offer(_ records: [[UInt8]], mark words: [UInt8]) {
    let isFirst = state.withLock { state in
      var isFirst = state.records.isEmpty
      for record in records where state.add(record, sizeLimit: sizeLimit) { isFirst = true }
      state.marks.append((state.records.count, words))
      return isFirst
    }
    if isFirst { signal.yield() }
  }

  /// Counts records that were lost before they could be offered.
  package func countDropped(_ count: UInt64) {
    guard count > 0 else { return }
    state.withLock { state in
      state.dropped += count
      state.droppedEver += count
    }
    signal.yield()
  }

  /// Whether the queue is at most half full: a source that can wait, as one of files can, reads on only then.
  package var hasRoom: Bool {
    state.withLock { $0.records.count <= Self.recordLimit / 2 && $0.bytes <= Self.byteLimit / 2 }
  }

  /// Takes at most so many of the oldest records and so many bytes of them, but one at least, and all drops; nil where
  /// there is neither. What one mark is said of is not parted, up to half of what the queue holds.
  package func drain(most: Int = recordLimit, bytes limit: Int = byteLimit) -> SensorBatch? {
    let (batch, isMore): (SensorBatch?, Bool) = state.withLock { state in
      guard state.isWaiting else { return (nil, false) }
      var batch = SensorBatch(sensor: sensor, dropped: state.dropped)
      state.dropped = 0
      if state.records.count <= most, state.bytes <= limit {
        swap(&batch.records, &state.records)
        state.bytes = 0
        batch.progress = state.marks.flatMap(\.words)
        state.marks = []
      } else {
        let count = state.due(most: most, bytes: limit)
        batch.records = Array(state.records[..<count])
        state.records.removeFirst(count)
        state.bytes -= batch.records.reduce(0) { $0 + $1.count }
        batch.progress = state.takeMarks(of: count)
      }
      return (batch, !state.records.isEmpty)
    }
    if isMore { signal.yield() }
    return batch
  }

  /// Yields where something waits: for a reader that could not take it when it came.
  package func wake() {
    if state.withLock({ $0.isWaiting }) { signal.yield() }
  }

  /// Records offered and records dropped since the queue was made.
  package var totals: (read: UInt64, dropped: UInt64) { state.withLock { ($0.read, $0.droppedEver) } }

  /// Ends `wakeups`, so that its reader's loop ends.
  package func close() { signal.finish() }
}
