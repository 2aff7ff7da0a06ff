import CordonCore
import CordonTelemetry
import Testing

@Suite struct WireAddressTests {
  @Test(arguments: ["10.1.2.3", "255.255.255.255", "fd00::1", "2001:db8:1:2:3:4:5:6", "::"])
  func `an address comes back as it was`(text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(WireAddress(address).address == address)
  }

  @Test func `addresses for many are nobody's`() throws {
    for text in ["224.0.0.251", "239.255.255.250", "255.255.255.255", "ff02::fb"] {
      #expect(WireAddress(try #require(IPAddress(text))).isMulticast, "\(text)")
    }
    for text in ["10.0.0.255", "192.0.2.1", "fe80::1"] {
      #expect(!WireAddress(try #require(IPAddress(text))).isMulticast, "\(text)")
    }
  }
}
