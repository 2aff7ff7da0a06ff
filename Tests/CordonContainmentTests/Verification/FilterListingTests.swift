import CordonContainment
import Testing

@Suite struct FilterListingTests {
  static let text = """
    table inet cordon {
    \tset blocked4 {
    \t\ttype ipv4_addr
    \t\telements = { 192.0.2.7, 192.0.2.8,
    \t\t\t     192.0.2.9 }
    \t}

    \tset blocked6 {
    \t\ttype ipv6_addr
    \t}

    \tchain out {
    \t\ttype filter hook output priority -310; policy accept;
    \t\tip daddr @blocked4 counter packets 3 bytes 180 drop
    \t\tip6 daddr @blocked6 counter packets 0 bytes 0 drop
    \t\tip daddr 192.0.2.1 accept
    \t}
    }
    """

  @Test func reads() {
    let listing = FilterListing(Self.text)
    #expect(listing.elements == ["blocked4": ["192.0.2.7", "192.0.2.8", "192.0.2.9"]])
    #expect(listing.hooks == ["out": "output"])
    #expect(
      listing.drops == [
        .init(chain: "out", match: "ip daddr @blocked4"): 3, .init(chain: "out", match: "ip6 daddr @blocked6"): 0,
      ])
  }

  @Test(arguments: ["", "}", "elements = {", "chain", "set\nelements", "type filter hook", "counter packets drop"])
  func survives(text: String) {
    #expect(FilterListing(text).drops.isEmpty)
  }
}
