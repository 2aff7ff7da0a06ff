import Glibc

/// Interfaces that are joined to others by a bridge or a bond, where a capture of all sees packets twice.
///
/// What crosses a bridge is seen as it comes in on a port and as it goes out on another; what is meant for this machine or
/// comes from it, on a port and on the bridge. Once is what comes in on a port and what this machine sends on the bridge.
/// Cost: two small sets that are asked for each packet, and empty on most machines.
struct JoinedInterfaces: Hashable, Sendable {
  /// Of a bridge or bond.
  var ports: Set<UInt32> = []
  /// Bridges and bonds.
  var masters: Set<UInt32> = []

  /// Whether a packet is, or will be, seen elsewhere too.
  func isRepeat(interface: UInt32, isOutgoing: Bool) -> Bool {
    isOutgoing ? ports.contains(interface) : masters.contains(interface)
  }

  /// As the kernel shows them.
  static func current() -> JoinedInterfaces { of(interfaces(), folder: "/sys/class/net") }

  /// Of these interfaces, by name and index, as a folder shows them.
  static func of(_ interfaces: [(name: String, index: UInt32)], folder: String) -> JoinedInterfaces {
    var joined = JoinedInterfaces()
    for (name, index) in interfaces {
      let path = "\(folder)/\(name)"
      for kind in ["bridge", "bonding"] {
        if access("\(path)/master/\(kind)", F_OK) == 0 { joined.ports.insert(index) }
        if access("\(path)/\(kind)", F_OK) == 0 { joined.masters.insert(index) }
      }
    }
    return joined
  }

  private static func interfaces() -> [(name: String, index: UInt32)] {
    guard let list = if_nameindex() else { return [] }
    defer { if_freenameindex(list) }
    var (interfaces, next) = ([(name: String, index: UInt32)](), list)
    while next.pointee.if_index != 0, let name = next.pointee.if_name {
      interfaces.append((String(cString: name), next.pointee.if_index))
      next += 1
    }
    return interfaces
  }
}
