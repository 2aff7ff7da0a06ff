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

  package init(
    policy: Policy.PersistenceSensor = Policy.PersistenceSensor(), interval: Duration = .seconds(10), root: String = ""
  ) {
    self.policy = policy
    self.interval = interval
    self.root = root
  }
}

/// Looks every few seconds at what the machine starts by itself and whom it lets in, at its packages, and hears of its disks.
///
/// It reads, and changes nothing. Who did it is the file sensor's and audit's to tell: here only that it was done. The
/// first look after a start is what later ones are compared with: what changed while the agent was not there is not told.
package final class PersistenceSource: ThreadedSource {
  package typealias Settings = PersistenceSourceSettings

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
    _ = (points.look(), packages.look())
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
    let devices = StorageEvent.open()
    defer { if devices >= 0 { close(devices) } }
    var buffer = [UInt8](repeating: 0, count: StorageEvent.lengthLimit)
    var looked = ContinuousClock.now
    while true {
      let rest = max(.zero, settings.interval - (ContinuousClock.now - looked))
      guard hear(devices, &buffer, for: rest, stop: stop) else { return }
      guard ContinuousClock.now - looked >= settings.interval else { continue }
      looked = .now
      for change in points.look() { offer(.persistence(change)) }
      for change in packages.look() { offer(.package(change)) }
      let notes = Self.notes(points)
      running.say(notes)
    }
  }

  /// Waits, and tells of disks meanwhile; false once the thread is to end.
  private func hear(_ devices: Int32, _ buffer: inout [UInt8], for time: Duration, stop: Int32) -> Bool {
    guard devices >= 0 else { return BlockingThread.rest(stop: stop, for: time) }
    let (isReadable, goesOn) = BlockingThread.waitReadable(devices, stop: stop, timeout: time)
    guard goesOn, isReadable else { return goesOn }
    while true {
      let count = recv(devices, &buffer, buffer.count, 0)
      // The kernel's own loss: what it was is not known.
      if count < 0, errno == ENOBUFS { queue.countDropped(1) }
      guard count > 0 else { return true }
      if StorageEvent.isNewDisk(buffer[..<count]) { offer(.storage) }
    }
  }

  private func offer(_ fact: MachineRecord.Fact) {
    queue.offer(MachineRecord(time: FileWatcher.now, fact: fact).encoded)
  }
}
