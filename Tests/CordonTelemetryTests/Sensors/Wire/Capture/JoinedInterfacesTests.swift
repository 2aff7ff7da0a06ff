import CordonTestSupport
import Foundation
import Testing

@testable import CordonTelemetry

@Suite struct JoinedInterfacesTests {
  /// As /sys/class/net shows a bridge with a port, a bond, and an interface by itself.
  private static func tree(_ folder: String) throws -> [(name: String, index: UInt32)] {
    let files = FileManager.default
    let names = ["eth0", "br0", "veth1", "bond0", "eth1", "vrf0", "eth2"]
    for name in names {
      try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for part in ["br0/bridge", "bond0/bonding"] {
      try files.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    for (port, master) in [("veth1", "br0"), ("eth1", "bond0"), ("eth2", "vrf0")] {
      try files.createSymbolicLink(atPath: "\(folder)/\(port)/master", withDestinationPath: "../\(master)")
    }
    return names.enumerated().map { ($1, UInt32($0 + 2)) }
  }

  @Test func `ports and what joins them are told apart from others`() throws {
    try withTemporaryFolder { folder in
      let interfaces = try Self.tree(folder)
      #expect(
        JoinedInterfaces.of(interfaces, folder: folder) == JoinedInterfaces(ports: [4, 6], masters: [3, 5]))
      #expect(JoinedInterfaces.of(interfaces, folder: "\(folder)/nothing") == JoinedInterfaces())
    }
  }

  /// In through a port and out through another; in for this machine; out from it; all of them past an interface by itself.
  @Test func `what crosses a bridge counts once`() {
    let joined = JoinedInterfaces(ports: [4, 5], masters: [3])
    func times(_ seen: [(UInt32, isOutgoing: Bool)]) -> Int {
      seen.count { !joined.isRepeat(interface: $0.0, isOutgoing: $0.isOutgoing) }
    }
    #expect(times([(4, false), (5, true)]) == 1)
    #expect(times([(4, false), (3, false)]) == 1)
    #expect(times([(3, true), (5, true)]) == 1)
    #expect(times([(2, true)]) == 1 && times([(2, false)]) == 1)
  }
}
