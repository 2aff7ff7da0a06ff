import Glibc

/// The kernel's news of devices (NETLINK_KOBJECT_UEVENT): disks and sticks that come to the machine.
package enum StorageEvent {
  /// Bytes of one message.
  package static let lengthLimit = 16 << 10

  /// A socket that hears what the kernel itself says; -1 and errno where it may not.
  static func open() -> Int32 {
    let descriptor = socket(
      AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 15)
    guard descriptor >= 0 else { return -1 }
    // struct sockaddr_nl: family, padding, port, groups; group 1 is the kernel's, 2 is udev's.
    var address = [UInt8](repeating: 0, count: 12)
    address[0] = UInt8(AF_NETLINK)
    address[8] = 1
    let bound = address.withUnsafeBytes { bytes in
      bytes.baseAddress.map { bind(descriptor, $0.assumingMemoryBound(to: sockaddr.self), 12) } ?? -1
    }
    guard bound == 0 else {
      close(descriptor)
      return -1
    }
    return descriptor
  }

  /// Whether a message says that a disk that is no made-up one (a loop, a RAM disk) was added.
  ///
  /// `add@/devices/…/block/sdb`, then `KEY=value`, each ended by a zero byte.
  package static func isNewDisk(_ message: some Collection<UInt8>) -> Bool {
    let parts = message.prefix(lengthLimit).split(separator: 0)
    guard let head = parts.first, head.starts(with: "add@/devices/".utf8),
      !head.starts(with: "add@/devices/virtual/".utf8)
    else { return false }
    let fields = parts.dropFirst()
    return fields.contains { $0.elementsEqual("SUBSYSTEM=block".utf8) }
      && fields.contains { $0.elementsEqual("DEVTYPE=disk".utf8) }
  }
}
