package import CordonCore

/// A source of raw records on one machine, cut in two at the seam between keeper and worker.
///
/// Contract, held by one conformance suite over every sensor:
/// - *Two halves.* The source is privileged: it opens what the kernel offers and hands on bytes, without looking into
///   them further than routing needs. The parser is pure and unprivileged: bytes to observations, no input or output.
/// - *Live and replay.* `records(inReplay:)` cuts a file into the records that the source would have handed on, so that
///   a file and the kernel go through the same parser.
/// - *Bounded.* A source's queue is a `RecordQueue`; a parser holds a bounded number of unfinished events. What either
///   drops is counted, never hidden.
/// - *Restartable.* `stop()` undoes what `start()` changed on the machine; a source may be started again. A parser may
///   begin in the middle of a stream: what belongs to no event it knows is counted, and does no harm.
/// - *Says what it needs.* A source that cannot run throws from `start()` with the reason and the remedy; the agent goes
///   on without it.
package protocol Sensor: Sendable {
  associatedtype Source: SensorSource
  associatedtype Parser: SensorParser

  /// Permanent; policies and heartbeats name the sensor by it.
  static var name: String { get }
  /// What the source needs of the machine, in words for people.
  static var needs: [SensorNeed] { get }

  /// A source that is not started yet.
  func makeSource() -> Source
  /// A parser in its first state.
  func makeParser() -> Parser
  /// Cuts a recorded file into records; an unfinished one at the end is left out and counted as dropped.
  static func records(inReplay bytes: [UInt8]) -> SensorBatch
}

/// One thing that a sensor needs before it can run.
package struct SensorNeed: Hashable, Sendable {
  /// Such as `CAP_AUDIT_CONTROL`.
  package var what: String
  /// Why, and how to give it.
  package var why: String

  package init(_ what: String, _ why: String) {
    self.what = what
    self.why = why
  }
}

/// The privileged half: opens the kernel's source and queues raw records on a thread of its own.
package protocol SensorSource: AnyObject, Sendable {
  /// What a policy and the machine say of it.
  associatedtype Settings: Hashable, Sendable

  /// The sensor's name.
  var name: String { get }
  /// Where records wait to be read; the same queue over restarts.
  var queue: RecordQueue { get }
  var health: SensorHealth { get }

  /// Opens, changes what it must on the machine, and starts reading; does nothing where it runs already.
  ///
  /// Throws where the machine does not offer what it needs; nothing stays changed then.
  func start() throws(CordonError)
  /// Stops reading and undoes what `start()` changed; does nothing where it does not run. Never throws: what could not
  /// be undone is in `health`.
  func stop()
  /// Takes other settings; a running source starts again with them.
  func use(_ settings: Settings) throws(CordonError)
  /// Processes whose own doings are not reported: Cordon's.
  func ignore(processes: Set<UInt32>)
}

/// A source that can go back: its queue says how far it has read, and it reads on from where its reader has got.
///
/// So each record has its effect once, whichever process dies when. Between `pause` and `resume` nothing is read.
package protocol ResumableSource: SensorSource {
  /// The reader is gone: what waits for it is forgotten, because it will be read again.
  func pause()
  /// A reader says what it has taken in for good, in the words of the queue's marks; nil: it has lost its memory, and
  /// the source goes on where it believes that it was.
  func resume(from progress: [UInt8]?)
}

/// The unprivileged half: bytes to observations. A pure value.
package protocol SensorParser: Sendable {
  /// What went in and did not come out.
  var counters: ParserCounters { get }

  /// Takes what a policy says of the sensor; most parsers need nothing of it.
  mutating func use(_ policy: Policy)
  /// Reads one record; hands on the observations that it completes.
  mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation])
  /// Reads records in their order.
  mutating func parse(_ records: [[UInt8]], arrived: Timestamp, into observations: inout [Observation])
  /// Completes what has waited too long, given that no older record will come.
  mutating func advance(to now: Timestamp, into observations: inout [Observation])
  /// Completes everything, as at the end of a file.
  mutating func finish(into observations: inout [Observation])
}

extension SensorParser {
  package mutating func use(_ policy: Policy) {}

  package mutating func parse(_ records: [[UInt8]], arrived: Timestamp, into observations: inout [Observation]) {
    for record in records { parse(record, arrived: arrived, into: &observations) }
  }
}

/// What became of a parser's records.
package struct ParserCounters: Hashable, Sendable {
  package var records: UInt64 = 0
  /// Not readable as what they claim to be.
  package var malformed: UInt64 = 0
  /// Readable, and of no interest to any feature or tripwire.
  package var ignored: UInt64 = 0
  /// Unfinished events that were given up because too many were open.
  package var abandoned: UInt64 = 0
  package var observations: UInt64 = 0

  package init() {}

  package static func += (sum: inout ParserCounters, other: ParserCounters) {
    sum.records += other.records
    sum.malformed += other.malformed
    sum.ignored += other.ignored
    sum.abandoned += other.abandoned
    sum.observations += other.observations
  }
}

/// Whether a source runs, and if not, why.
package struct SensorHealth: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    case stopped
    /// Notes: what it does not see, or has to share, in words for people.
    case running(notes: [String])
    /// Did not start, or was lost.
    case failed(CordonError)
  }

  package var state: State
  /// Records read from the kernel since the source was made.
  package var read: UInt64
  /// Dropped by the kernel or the queue since the source was made.
  package var dropped: UInt64

  package init(state: State = .stopped, read: UInt64 = 0, dropped: UInt64 = 0) {
    self.state = state
    self.read = read
    self.dropped = dropped
  }

  /// Of a source as it stands: what failed comes first.
  ///
  /// - Parameter notes: nil where it does not run.
  package init(of queue: RecordQueue, failure: CordonError?, notes: [String]?) {
    (read, dropped) = queue.totals
    state = failure.map(State.failed) ?? notes.map { .running(notes: $0) } ?? .stopped
  }

  package var isRunning: Bool {
    if case .running = state { return true }
    return false
  }

  /// Empty while all is well; otherwise what a heartbeat says.
  package var reason: String {
    switch state {
    case .stopped: "stopped"
    case .running(let notes): notes.joined(separator: " ")
    case .failed(let error): error.description
    }
  }
}
