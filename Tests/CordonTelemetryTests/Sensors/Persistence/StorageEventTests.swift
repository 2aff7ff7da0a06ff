import CordonCore
import CordonTelemetry
import CordonTestSupport
import Glibc
import Testing

/// The kernel's news of devices: which of them is a disk that somebody plugged in.
@Suite struct StorageEventTests {
  static let stick = "/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb"

  static func message(_ head: String, _ fields: [String]) -> [UInt8] {
    ([head] + fields).flatMap { Array($0.utf8) + [0] }
  }

  @Test func `a stick is a disk`() {
    #expect(
      StorageEvent.isNewDisk(
        Self.message("add@\(Self.stick)", ["ACTION=add", "SUBSYSTEM=block", "MAJOR=8", "DEVNAME=sdb", "DEVTYPE=disk"])))
  }

  @Test(arguments: [
    ("add@\(stick)/sdb1", ["SUBSYSTEM=block", "DEVTYPE=partition"]),
    ("remove@\(stick)", ["SUBSYSTEM=block", "DEVTYPE=disk"]), ("add@\(stick)", ["SUBSYSTEM=scsi", "DEVTYPE=disk"]),
    ("add@/devices/virtual/block/loop0", ["SUBSYSTEM=block", "DEVTYPE=disk"]), ("add@\(stick)", []), ("", []),
    ("libudev", ["SUBSYSTEM=block", "DEVTYPE=disk"]), ("SUBSYSTEM=block", ["DEVTYPE=disk"]),
  ]) func `anything else is none`(head: String, fields: [String]) {
    #expect(!StorageEvent.isNewDisk(Self.message(head, fields)))
  }
}

/// A disk of this machine that is no made-up one, of which the kernel can be asked to tell again, as udevadm's trigger does.
private enum Disk {
  static let path: String? = ["vda", "sda", "nvme0n1", "xvda"].map { "/sys/block/\($0)" }.first { (path: String) in
    guard let resolved = realpath(path, nil) else { return false }
    defer { free(resolved) }
    return !String(cString: resolved).hasPrefix("/sys/devices/virtual/") && access("\(path)/uevent", W_OK) == 0
  }
}

/// The kernel's own word, over its own socket.
@Suite(.enabled(if: Live.isRoot && Disk.path != nil, "skipped: needs root, and a disk that the kernel can tell of"))
struct StorageEventLiveTests {
  @Test func `the kernel tells of a disk, and it is told on`() async throws {
    try await withTemporaryFolder { root in
      let settings = PersistenceSourceSettings(interval: .seconds(3600), root: root)
      let source = PersistenceSensor(settings: settings).makeSource()
      try source.start()
      defer { source.stop() }
      let file = open("\(try #require(Disk.path))/uevent", O_WRONLY | O_CLOEXEC)
      try #require(file >= 0)
      defer { close(file) }
      // The socket is opened on the source's own thread: the kernel is asked until it is heard.
      for _ in 0..<500 where source.queue.totals.read == 0 {
        try #require(write(file, "add", 3) == 3)
        try await Task.sleep(for: .milliseconds(20))
      }
      var parser = MachineParser(sensor: PersistenceSensor.name)
      let found = try await Live.observe(source.queue, &parser) { $0.activity == .storageAttach }
      #expect(!found.isEmpty && found.allSatisfy { $0.activity == .storageAttach })
    }
  }
}
