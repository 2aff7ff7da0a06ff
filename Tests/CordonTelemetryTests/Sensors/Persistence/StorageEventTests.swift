import CordonTelemetry
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
