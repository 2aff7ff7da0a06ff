import CordonCore
import Testing

@Suite struct ListedNamesTests {
  static func names() throws -> ListedNames {
    var policy = Policy.observeOnly
    policy.logs.windowsComputers = ["WS-5", "icu-*", "*.lab.example"]
    policy.wire.devices = [Policy.WireDevice(address: try #require(IPAddress("10.0.0.5")), label: "pump-3")]
    return ListedNames(policy)
  }

  @Test(arguments: [
    ("WS-5", true), ("ws-5", true), ("ws-55", false), ("ICU-7", true), ("icu-", true), ("icu", false),
    ("X.Lab.Example", true), ("pump-3", false), ("", false),
  ])
  func `a computer is listed by its name or an open end, in whatever case`(name: String, isListed: Bool) throws {
    #expect(try Self.names().hasComputer(name) == isListed)
  }

  @Test func `a registered device may be named too, as it is written`() throws {
    let names = try Self.names()
    #expect(names.has("pump-3") && names.has("ws-5"))
    #expect(!names.has("Pump-3") && !names.has(""))
  }

  @Test func `a policy that lists nothing lists nothing`() { #expect(!ListedNames(.observeOnly).has("WS-5")) }
}
