package import CordonCore

/// Parsers of the files that name gateways, resolvers and DHCP servers; a line that makes no sense is passed over.
package enum NetworkFiles {
  /// Bytes of one file that are read.
  package static let limit = 1 << 20
  package static let mostLeaseFiles = 64

  /// From /proc/net/route (little-endian words in hexadecimal) and /proc/net/ipv6_route.
  package static func gateways(v4: String, v6: String) -> Set<IPAddress> {
    var gateways: Set<IPAddress> = []
    for line in v4.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: "\t").map { $0.filter { $0 != " " } }
      guard fields.count > 3, let bytes = Hex.decode(fields[2]), let gateway = IPAddress(bytes: bytes.reversed()),
        bytes.contains(where: { $0 != 0 })
      else { continue }
      gateways.insert(gateway)
    }
    for line in v6.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 4, let bytes = Hex.decode(fields[4]), bytes.contains(where: { $0 != 0 }),
        let gateway = IPAddress(bytes: bytes)
      else { continue }
      gateways.insert(gateway)
    }
    return gateways
  }

  /// `nameserver` lines of resolv.conf(5).
  package static func resolvers(_ text: String) -> Set<IPAddress> {
    addresses(in: text) { fields in fields.first == "nameserver" && fields.count > 1 ? fields[1] : nil }
  }

  /// `SERVER_ADDRESS=` of systemd-networkd and NetworkManager, `dhcp-server-identifier` of dhclient.
  package static func dhcpServers(_ text: String) -> Set<IPAddress> {
    addresses(in: text) { fields in
      if let field = fields.first, field.hasPrefix("SERVER_ADDRESS=") {
        return field.dropFirst("SERVER_ADDRESS=".count)
      }
      guard fields.count > 2, fields[0] == "option", fields[1] == "dhcp-server-identifier" else { return nil }
      return fields[2].prefix { $0 != ";" }
    }
  }

  private static func addresses(in text: String, _ pick: ([Substring]) -> Substring?) -> Set<IPAddress> {
    Set(
      text.split(separator: "\n").compactMap { line in
        pick(line.split { $0 == " " || $0 == "\t" }).flatMap { IPAddress($0) }
      })
  }
}
