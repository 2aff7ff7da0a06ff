package import CordonCore
import Glibc
import Synchronization

/// What the privileged half of the EHR sensor is told.
package struct EHRSourceSettings: Hashable, Sendable {
  package var policy: Policy.EHRSensor
  /// Whether this machine holds the patients' key: without it nobody could be named, and nothing is read.
  package var holdsPatientKey: Bool
  /// Where it is kept how far each trail has been read; nil: a restart reads them from the beginning.
  package var positions: String?
  /// Whether nothing is read before its reader has said, by `resume`, what it has taken in already.
  package var awaitsReader: Bool
  /// Between two looks at files that did not grow.
  package var interval: Duration

  package init(
    policy: Policy.EHRSensor = Policy.EHRSensor(), holdsPatientKey: Bool = false, positions: String? = nil,
    awaitsReader: Bool = false, interval: Duration = .milliseconds(500)
  ) {
    self.awaitsReader = awaitsReader
    self.policy = policy
    self.holdsPatientKey = holdsPatientKey
    self.positions = positions
    self.interval = interval
  }
}

/// Follows the files that an EHR writes its audit trail to, and those that explain it; hands on records, changes nothing.
///
/// A file waits for the worker rather than the other way round: while the queue is half full, nothing is read. The queue
/// is told how far each file was read, and the worker keeps that beside what it made of the records: a new worker says by
/// `resume` where to go on, so that each record counts once, whoever dies when. What was handed on is also remembered
/// here, for a worker that has lost its memory. Care is planned in files of state, which are read from the beginning each
/// time.
package final class EHRSource: ResumableSource, ThreadedSource {
  package typealias Settings = EHRSourceSettings

  /// Between two writings of the positions.
  private static let savingInterval = Duration.seconds(2)

  package let queue = RecordQueue(sensor: EHRSensor.name, sizeLimit: EHRFramer.limit)

  /// What is being read, and how far.
  private struct Reading {
    var isPaused: Bool
    var trails: LogFollower<EHRFramer>?
    var care: LogFollower<EHRFramer>?
    /// As the queue was told; nil before the first look.
    var positions: LogPositions?
    /// Of the files of care: as long as they are followed, no longer.
    var carePositions = LogPositions()

    /// Gives descriptors back; the next look begins at the positions.
    mutating func close() {
      trails?.close()
      care?.close()
      (trails, care, carePositions) = (nil, nil, LogPositions())
    }
  }

  package let running: SourceRun<Settings>
  /// Held while files are looked at, so that a pause leaves nothing behind.
  private let reading: Mutex<Reading>

  package init(settings: EHRSourceSettings = EHRSourceSettings()) {
    running = SourceRun(settings)
    reading = Mutex(Reading(isPaused: settings.awaitsReader))
  }

  deinit { stop() }

  package var name: String { EHRSensor.name }

  package func open(_ settings: Settings) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    try Self.check(settings)
    return (try BlockingThread(name: "ehr") { [weak self] stop in self?.run(settings, stop) }, [])
  }

  /// Nothing that a process does is in an audit trail of records.
  package func ignore(processes: Set<UInt32>) {}

  package func pause() {
    reading.withLock { reading in
      guard running.settings.awaitsReader else { return }
      reading.close()
      reading.positions = nil
      reading.isPaused = true
      queue.clear()
    }
  }

  package func resume(from progress: [UInt8]?) {
    reading.withLock { reading in
      reading.close()
      reading.positions = progress.map { LogPositions($0) }
      reading.isPaused = false
      queue.clear()
    }
  }

  private static func check(_ settings: EHRSourceSettings) throws(CordonError) {
    guard settings.holdsPatientKey else {
      throw CordonError(
        .denied, "patient-key-missing", "This machine holds no key for patients' pseudonyms.",
        remedy:
          "Install a bundle of the gateway profile (cordon site bundle --profile gateway), or read the trail on a "
          + "gateway.")
    }
    guard !settings.policy.paths.isEmpty || !settings.policy.listen.isEmpty else {
      throw CordonError(
        .invalid, "ehr-paths-missing", "No audit trail is named.",
        remedy: "Name its files or folders in sensors.ehr.paths of the policy, or where it comes in sensors.ehr.listen."
      )
    }
  }

  private func run(_ settings: EHRSourceSettings, _ stop: Int32) {
    var saved = ContinuousClock.now
    var goesOn = true
    while goesOn {
      let isMore = reading.withLock { reading in
        guard !reading.isPaused else { return false }
        let isMore = step(&reading, settings)
        if ContinuousClock.now - saved >= Self.savingInterval { saved = save(&reading, settings) }
        return isMore
      }
      goesOn = BlockingThread.rest(stop: stop, for: isMore && queue.hasRoom ? .zero : settings.interval)
    }
    reading.withLock { reading in
      _ = save(&reading, settings)
      reading.close()
    }
  }

  /// One look at all files; true where more is to be read at once.
  private func step(_ reading: inout Reading, _ settings: EHRSourceSettings) -> Bool {
    var positions =
      reading.positions ?? settings.positions.map { LogPositions(loadedFrom: $0) } ?? LogPositions()
    var care = reading.care ?? LogFollower(paths: settings.policy.carePaths, framer: EHRFramer())
    var trails = reading.trails ?? LogFollower(paths: settings.policy.paths, framer: EHRFramer(), isMarked: true)
    // Care first: what explains an access should be known before it.
    let isMoreCare = care.step(into: queue, &reading.carePositions)
    let isMore = isMoreCare || trails.step(into: queue, &positions)
    (reading.care, reading.trails, reading.positions) = (care, trails, positions)
    running.say(trails.notes + care.notes)
    return isMore
  }

  private func save(_ reading: inout Reading, _ settings: EHRSourceSettings) -> ContinuousClock.Instant {
    guard let positions = reading.positions, positions.isChanged else { return .now }
    if let path = settings.positions, (try? SmallFile.replace(path, with: positions.encoded)) == nil {
      running.say(also: "How far the trail was read cannot be written down.")
    }
    reading.positions?.isChanged = false
    return .now
  }
}
