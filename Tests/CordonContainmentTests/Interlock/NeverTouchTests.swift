import CordonContainment
import CordonCore
import CordonTestSupport
import Testing

@Suite struct NeverTouchTests {
  static let network = NetworkFacts(
    own: [IPAddress("192.0.2.2")!], gateways: [IPAddress("192.0.2.1")!, IPAddress("fe80::1")!],
    resolvers: [IPAddress("198.51.100.53")!], dhcpServers: [IPAddress("192.0.2.67")!],
    collectors: [IPAddress("203.0.113.10")!, IPAddress("2001:db8::10")!])
  static let neverTouch = NeverTouch(
    ownProcesses: [900, 901], executables: ["/usr/bin/pacs"], networks: [IPNetwork("10.20.0.0/16")!],
    addresses: [IPAddress("203.0.113.99")!])

  @Test(arguments: [
    "127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "224.0.0.251", "ff02::1",
    "255.255.255.255", "192.0.2.2", "192.0.2.1", "fe80::1", "198.51.100.53", "192.0.2.67", "203.0.113.10",
    "::ffff:203.0.113.10", "2001:db8::10", "10.20.30.40", "203.0.113.99",
  ])
  func addressesNeverBlocked(address: String) throws {
    let address = try #require(IPAddress(address))
    expectRefusal("never-touch") { try Self.neverTouch.check(address, network: Self.network) }
  }

  @Test(arguments: ["192.0.2.3", "10.21.0.1", "203.0.113.98", "2001:db8::11", "126.255.255.255", "169.254.3.4"])
  func otherAddressesMayBe(address: String) throws {
    try Self.neverTouch.check(try #require(IPAddress(address)), network: Self.network)
  }

  static let ordinary = ProcessFacts(pid: 4242, parent: 1, startTicks: 9, executable: "/tmp/x")

  @Test(arguments: [
    ProcessFacts(pid: 1, parent: 0, startTicks: 1),
    ProcessFacts(pid: 2, parent: 0, startTicks: 1),
    ProcessFacts(pid: 77, parent: 2, startTicks: 1, isKernelThread: true),
    ProcessFacts(pid: 900, parent: 1, startTicks: 1), ProcessFacts(pid: 901, parent: 900, startTicks: 1),
    ProcessFacts(pid: 50, parent: 1, startTicks: 1, executable: "/usr/bin/pacs"),
  ])
  func processesNeverTouched(process: ProcessFacts) {
    expectRefusal("never-touch") { try Self.neverTouch.check([process]) }
    // As a child of what is suspended, too.
    expectRefusal("never-touch") { try Self.neverTouch.check([Self.ordinary, process]) }
  }

  @Test func otherProcessesMayBe() throws {
    try Self.neverTouch.check([Self.ordinary, ProcessFacts(pid: 12, parent: 1, startTicks: 1)])
    try NeverTouch(ownProcesses: [], executables: [""]).check([ProcessFacts(pid: 12, parent: 1, startTicks: 1)])
  }
}
