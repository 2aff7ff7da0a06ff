package import CordonCore
import Glibc
import Synchronization

/// What the privileged half of the persistence sensor is told.
package struct PersistenceSourceSettings: Hashable, Sendable {
  package var policy: Policy.PersistenceSensor
  /// Between two looks.
  package var interval: Duration
  /// Before every path; empty but in tests.
  package var root: String
  /// Where it is kept what there was; nil: what changes while the agent is not there is not told.
  package var state: String?
  /// No more of the kernel's fanotify is used than this, to know at once who writes; tests, and machines whose maker
  /// allows no more, have none.
  package var ability: FanotifyAbility

  package init(
    policy: Policy.PersistenceSensor = Policy.PersistenceSensor(), interval: Duration = .seconds(10), root: String = "",
    state: String? = nil, ability: FanotifyAbility = .renames
  ) {
    self.policy = policy
    self.interval = interval
    self.root = root
    self.state = state
    self.ability = ability
  }
}

/// Looks every few seconds, and at once where the kernel says that something was written, at what the machine starts by
/// itself and whom it lets in; at its packages; and hears of its disks.
///
/// It reads, and changes nothing but marks of its own that end with it. Who did it is told where fanotify says so. What
/// there was is kept on disk, so that what changed while the agent was not there is told at its start.
package final class PersistenceSource: ThreadedSource {
  package typealias Settings = PersistenceSourceSettings

  /// Quiet after something was written, before it is looked at.
  private static let settling = Duration.milliseconds(100)
  /// Between two looks, however much is written.
  private static let leastInterval = Duration.seconds(1)

  package let queue = RecordQueue(sensor: PersistenceSensor.name)
  package let name = PersistenceSensor.name

  package let running: SourceRun<Settings>

  package init(settings: PersistenceSourceSettings = PersistenceSourceSettings()) {
    running = SourceRun(settings)
  }

  deinit { stop() }

  package func open(
    _ settings: Settings
  ) throws(CordonError) -> (thread: BlockingThread, notes: [String]) {
    var points = PersistenceInventory(root: settings.root, paths: settings.policy.paths)
    var packages = PackageInventory(root: settings.root)
    let known = settings.state.flatMap { try? SmallFile.read($0, most: PersistenceState.fileLimit) }
    if let state = known.flatMap({ PersistenceState($0) }) {
      points.resume(state.entries, paths: state.paths)
      if let before = state.packages { packages.resume(before) }
    }
    // Nobody was there to see who did it.
    var nobody = PersistenceWriters.none
    look(&points, &packages, by: &nobody)
    save(&points, &packages, settings)
    let thread = try BlockingThread(name: "persistence") { [weak self, points, packages] stop in
      self?.run(settings, points, packages, stop)
    }
    return (thread, Self.notes(points))
  }

  /// Cordon changes none of these places.
  package func ignore(processes: Set<UInt32>) {}

  private static func notes(_ points: PersistenceInventory) -> [String] {
    points.isCut ? ["More than \(PersistenceInventory.fileLimit) files start something; the others are not seen."] : []
  }

  private func run(
    _ settings: PersistenceSourceSettings, _ knownPoints: PersistenceInventory, _ knownPackages: PackageInventory,
    _ stop: Int32
  ) {
    var (points, packages) = (knownPoints, knownPackages)
    var writers = PersistenceWriters(ability: settings.ability, root: settings.root)
    writers.watch(points)
    let devices = StorageEvent.open()
    defer { if devices >= 0 { close(devices) } }
    var buffer = [UInt8](repeating: 0, count: StorageEvent.lengthLimit)
    var looked = ContinuousClock.now
    while true {
      // What is written is looked at once it is quiet for a moment, but not more than once a second.
      let wait =
        writers.hasNews ? max(Self.settling, Self.leastInterval - looked.duration(to: .now)) : settings.interval
      let rest = max(.zero, min(wait, settings.interval - looked.duration(to: .now)))
      let (isReadable, goesOn) = BlockingThread.waitReadable(
        any: [devices, writers.descriptor], stop: stop, timeout: rest)
      guard goesOn else { return }
      if isReadable {
        hear(devices, &buffer)
        writers.hear()
        if looked.duration(to: .now) < settings.interval { continue }
      }
      looked = .now
      look(&points, &packages, by: &writers)
      writers.watch(points)
      let problem = save(&points, &packages, settings)
      running.say(Self.notes(points) + problem)
    }
  }

  private func look(
    _ points: inout PersistenceInventory, _ packages: inout PackageInventory, by writers: inout PersistenceWriters
  ) {
    for change in points.look() { offer(.persistence(change), by: writers.last(of: change.path)) }
    for change in packages.look() { offer(.package(change)) }
    writers.hasNews = false
  }

  /// Writes down what there is, where it has changed; what went wrong.
  @discardableResult private func save(
    _ points: inout PersistenceInventory, _ packages: inout PackageInventory, _ settings: PersistenceSourceSettings
  ) -> [String] {
    guard points.isChanged || packages.isChanged, let path = settings.state else { return [] }
    guard (try? SmallFile.replace(path, with: PersistenceState(points, packages).encoded)) != nil else {
      return ["What starts by itself cannot be written down: what changes while the agent is not there is not told."]
    }
    (points.isChanged, packages.isChanged) = (false, false)
    return []
  }

  /// Tells of disks that came.
  private func hear(_ devices: Int32, _ buffer: inout [UInt8]) {
    guard devices >= 0 else { return }
    while true {
      let count = recv(devices, &buffer, buffer.count, 0)
      // The kernel's own loss: what it was is not known.
      if count < 0, errno == ENOBUFS { queue.countDropped(1) }
      guard count > 0 else { return }
      if StorageEvent.isNewDisk(buffer[..<count]) { offer(.storage) }
    }
  }

  private func offer(_ fact: MachineRecord.Fact, by writer: ProcessTable.Facts? = nil) {
    queue.offer(
      MachineRecord(
        time: FileWatcher.now, process: writer?.process, user: writer?.user ?? .max,
        loginUser: writer?.loginUser ?? .max, fact: fact
      ).encoded)
  }
}
