package import CordonCore
import Glibc
import Synchronization

/// Files of one kind that a sensor of logs follows.
package struct LogFiles: Hashable, Sendable {
  /// Absolute files, and folders whose files are all read.
  package var paths: [String]
  package var head: LineFramer.Head
  /// A first line of every record, by which a parser knows whose it is; empty for none.
  package var tag: String
  /// No machine has all of these files: those that it has not are waited for, and told of only where all are missing.
  package var isAwaited: Bool

  package init(paths: [String], head: LineFramer.Head = .none, tag: String = "", isAwaited: Bool = false) {
    self.paths = paths
    self.head = head
    self.tag = tag
    self.isAwaited = isAwaited
  }

  /// Of a folder's files that are read beside those that every log may have.
  var endings: [String] { head == .firstLine ? [".csv", ".tsv", ".txt"] : [] }
}

/// What the privileged half of a sensor of logs is told.
package struct LogSourceSettings: Hashable, Sendable {
  package var files: [LogFiles]
  /// Where it is kept how far each file has been read; nil: a restart reads them from the beginning.
  package var positions: String?
  /// Between two looks at files that did not grow.
  package var interval: Duration
  /// The first time, files are read from their ends: what they hold was before Cordon's time.
  package var beginsAtEnd: Bool
  /// Read where none of the files is written any more; nil: never.
  package var journal: JournalSettings?

  package init(
    files: [LogFiles] = [], positions: String? = nil, interval: Duration = .milliseconds(500),
    beginsAtEnd: Bool = false, journal: JournalSettings? = nil
  ) {
    self.files = files
    self.positions = positions
    self.interval = interval
    self.beginsAtEnd = beginsAtEnd
    self.journal = journal
  }
}

/// Follows files of lines that another program writes; hands on records, changes nothing.
///
/// A file waits for the worker rather than the other way round: while the queue is half full, nothing is read. What was
/// handed on is remembered every few seconds, so that a restart goes on there.
package final class LogSource: ThreadedSource {
  package typealias Settings = LogSourceSettings

  /// Between two writings of the positions.
  private static let savingInterval = Duration.seconds(2)

  package let name: String
  package let queue: RecordQueue

  package let running: SourceRun<Settings>

  /// - Parameter name: the sensor's, as in `sensors.<name>` of a policy.
  package init(name: String, settings: LogSourceSettings = LogSourceSettings()) {
    self.name = name
    queue = RecordQueue(sensor: name, sizeLimit: LineFramer.limit)
    running = SourceRun(settings)
  }

  deinit { stop() }

  package func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    if let journal = settings.journalInstead { return try open(journal, settings.positions) }
    guard settings.files.contains(where: { !$0.paths.isEmpty }) else {
      throw CordonError(
        .invalid, "log-paths-missing", "No log is named.",
        remedy: "Name its files or folders in sensors.\(name).paths of the policy.")
    }
    // Settled here, so that what is written after `start()` is read.
    let positions = Self.positions(settings)
    return (try BlockingThread(name: name) { [weak self] stop in self?.run(settings, positions, stop) }, [])
  }

  private func open(
    _ journal: JournalSettings, _ positions: String?
  ) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    let (now, note) = (FileWatcher.now, "No log is written: the journal is read instead.")
    let thread = try BlockingThread(name: name) { [weak self, queue] stop in
      var follower = JournalFollower(journal, positions: positions.map { "\($0).journal" }, since: now)
      follower.run(into: queue, stop: stop) { self?.running.say([note] + [$0].compactMap(\.self)) }
    }
    return (thread, [note])
  }

  /// What a process of this machine does is in no log of others.
  package func ignore(processes: Set<UInt32>) {}

  private static func positions(_ settings: LogSourceSettings) -> LogPositions {
    var positions = settings.positions.map { LogPositions(loadedFrom: $0) } ?? LogPositions()
    // Positions of an earlier run tell a log that is new since then from one that was always there.
    if settings.beginsAtEnd, positions.encoded.isEmpty {
      for files in settings.files {
        var follower = LogFollower(paths: files.paths, framer: LineFramer())
        follower.skip(&positions)
      }
    }
    return positions
  }

  private func run(_ settings: LogSourceSettings, _ known: LogPositions, _ stop: Int32) {
    var positions = known
    var followers = settings.files.flatMap(AwaitedLog.logs)
    var saved = ContinuousClock.now
    var goesOn = true
    while goesOn {
      var isMore = false
      for index in followers.indices where followers[index].step(into: queue, &positions) { isMore = true }
      let notes = followers.flatMap(\.notes) + AwaitedLog.missing(followers)
      running.say(notes)
      if positions.isChanged, ContinuousClock.now - saved >= Self.savingInterval { saved = save(&positions, settings) }
      goesOn = BlockingThread.rest(stop: stop, for: isMore && queue.hasRoom ? .zero : settings.interval)
    }
    if positions.isChanged { _ = save(&positions, settings) }
    for index in followers.indices { followers[index].close() }
  }

  private func save(_ positions: inout LogPositions, _ settings: LogSourceSettings) -> ContinuousClock.Instant {
    if let path = settings.positions, (try? SmallFile.replace(path, with: positions.encoded)) == nil {
      running.say(also: "How far the logs were read cannot be written down.")
    }
    positions.isChanged = false
    return .now
  }
}

extension LineFramer {
  /// A whole file, cut as a source would have.
  package static func records(of bytes: [UInt8], head: Head, tag: String = "", sensor: String) -> SensorBatch {
    var framer = LineFramer(head: head, tag: tag)
    var batch = SensorBatch(sensor: sensor, records: framer.take(bytes[...]))
    if let last = framer.finish() { batch.records.append(last) }
    batch.dropped = framer.dropped
    return batch
  }
}
