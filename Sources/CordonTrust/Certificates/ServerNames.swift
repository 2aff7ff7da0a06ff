package import CordonCore
import SwiftASN1
import X509

/// DNS names and addresses of a collector, for clients that cannot verify SPIFFE ids.
package struct ServerNames: Hashable, Sendable {
  package private(set) var dns: [String]
  /// 4 or 16 bytes each.
  package private(set) var addresses: [[UInt8]]

  package static let most = 16
  /// Bytes of a DNS name (RFC 1035).
  package static let longestDNSName = 253

  package init() {
    dns = []
    addresses = []
  }

  /// Refuses names that are no host names, addresses of the wrong length, and too many of either.
  package init(dns: [String], addresses: [[UInt8]]) throws(CordonError) {
    guard dns.count + addresses.count <= Self.most else {
      throw CordonError(.invalid, "server-names", "\(dns.count + addresses.count) names; \(Self.most) are the most.")
    }
    for name in dns where !Self.isHostName(name) {
      throw CordonError(.invalid, "server-names", "\"\(name.prefix(80))\" is not a DNS host name.")
    }
    for address in addresses where address.count != 4 && address.count != 16 {
      throw CordonError(.invalid, "server-names", "An address has \(address.count) bytes, not 4 or 16.")
    }
    self.dns = dns
    self.addresses = addresses
  }

  var generalNames: [GeneralName] {
    dns.map { .dnsName($0) } + addresses.map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
  }

  private static func isHostName(_ name: String) -> Bool {
    guard name.utf8.count <= longestDNSName else { return false }
    return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.utf8.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
    }
  }
}
