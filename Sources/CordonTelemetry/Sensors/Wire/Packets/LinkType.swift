/// What a capture's frames begin with, as pcap numbers it (the registry of LINKTYPE values of tcpdump.org).
package enum LinkType: UInt16, Sendable, CaseIterable {
  /// Four bytes of address family, in the order of whoever captured.
  case loopback = 0
  case ethernet = 1
  /// An IP packet, and nothing before it.
  case raw = 101
  /// Linux's cooked capture of all interfaces, both versions.
  case cooked = 113
  case cooked2 = 276

  /// Nil for a link that is not read, such as radio and serial ones.
  package init?(registered number: UInt32) {
    switch number {
    case 12, 14, 101, 228, 229: self = .raw
    case 0, 108: self = .loopback
    default:
      guard let number = UInt16(exactly: number), let known = LinkType(rawValue: number) else { return nil }
      self = known
    }
  }
}
