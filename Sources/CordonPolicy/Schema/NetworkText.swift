import Glibc

/// A network or address in CIDR form, as policies carry it in clear.
package enum NetworkText {
  /// What a network must look like, for people.
  package static let form = "a network such as 10.1.0.0/16, 192.0.2.7 or fd00::/8"

  /// The canonical form (`address/prefix`), or why the text is not one and what it may have meant.
  package static func canonical(_ text: String) -> Result<String, Problem> {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, var bytes = address(String(parts[0])) else { return .failure(Problem("is not \(form)")) }
    let bits = bytes.count * 8
    var prefix = bits
    if parts.count == 2 {
      guard let number = UInt8(parts[1]), number <= bits, parts[1].allSatisfy(\.isNumber) else {
        return .failure(Problem("has a prefix outside 0…\(bits)"))
      }
      prefix = Int(number)
    }
    let whole = bytes
    for index in bytes.indices {
      let kept = min(8, max(0, prefix - index * 8))
      bytes[index] &= kept == 0 ? 0 : UInt8.max << UInt8(8 - kept)
    }
    guard bytes == whole else {
      return .failure(Problem("has bits beyond its prefix", suggestion: "\(self.text(of: bytes))/\(prefix)"))
    }
    return .success("\(self.text(of: bytes))/\(prefix)")
  }

  package struct Problem: Error, Hashable {
    package var reason: String
    package var suggestion: String?

    init(_ reason: String, suggestion: String? = nil) {
      self.reason = reason
      self.suggestion = suggestion
    }
  }

  /// 4 or 16 bytes of an address, an IPv4-mapped one unmapped; nil where the text is none.
  package static func address(_ text: String) -> [UInt8]? {
    var four = [UInt8](repeating: 0, count: 4)
    if inet_pton(AF_INET, text, &four) == 1 { return four }
    var sixteen = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
    let mapped = sixteen[0..<10].allSatisfy { $0 == 0 } && sixteen[10] == 0xFF && sixteen[11] == 0xFF
    return mapped ? Array(sixteen[12...]) : sixteen
  }

  /// The usual text of 4 or 16 address bytes.
  package static func text(of bytes: [UInt8]) -> String {
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { return "?" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
