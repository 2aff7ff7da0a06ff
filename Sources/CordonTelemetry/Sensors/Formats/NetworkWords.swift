import CordonCore

/// Words for which other sensors of the network write what the wire has numbers for.
enum NetworkWords {
  /// A DNS record's type by its name; 0 for one that has no meaning here.
  static func recordType(_ name: String) -> UInt16 {
    switch name {
    case "A": 1
    case "NS": 2
    case "CNAME": 5
    case "SOA": 6
    case "NULL": 10
    case "PTR": 12
    case "MX": 15
    case "TXT": 16
    case "AAAA": 28
    case "SRV": 33
    case "SVCB": 64
    case "HTTPS": 65
    case "ANY", "*": 255
    default: 0
    }
  }

  /// A DNS answer's code by its name; nil for an unknown one.
  static func responseCode(_ name: String) -> UInt8? {
    switch name {
    case "NOERROR": 0
    case "FORMERR": 1
    case "SERVFAIL": 2
    case "NXDOMAIN": 3
    case "NOTIMP": 4
    case "REFUSED": 5
    default: nil
    }
  }

  /// A version of TLS as the wire numbers it, from `TLSv12` or `TLS 1.2`; nil for anything else.
  static func tlsVersion(_ name: ArraySlice<UInt8>) -> UInt16? {
    let digits = name.filter { (0x30...0x39).contains($0) }
    if name.starts(with: "SSL".utf8) {
      return digits.first == 0x32 ? 0x0200 : digits.first == 0x33 ? 0x0300 : nil
    }
    guard name.starts(with: "TLS".utf8), digits.count == 2, digits[0] == 0x31, (0x30...0x33).contains(digits[1]) else {
      // Suricata writes the first version without its minor number.
      return name.starts(with: "TLS".utf8) && digits == [0x31] ? 0x0301 : nil
    }
    return 0x0301 + UInt16(digits[1] - 0x30)
  }

  /// As IP numbers them; 0 for one that has no meaning here.
  static func transport(_ fields: RecordFields, _ field: Int) -> UInt8 {
    if fields.equals(field, "tcp") { return 6 }
    if fields.equals(field, "udp") { return 17 }
    if fields.equals(field, "icmp") || fields.equals(field, "ipv6-icmp") { return 1 }
    return 0
  }

  /// A class of rules as it may be said aloud: letters, digits, spaces and hyphens of at most 64 bytes.
  static func category(_ text: String?) -> String {
    guard let text, text.utf8.count <= 64,
      text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x2D || $0 == 0x2F || ASCIICase.isAlphanumeric($0) })
    else { return "" }
    return text
  }

  /// The lower-cased name of a question, without a dot at its end.
  static func question(_ bytes: [UInt8]) -> [UInt8] {
    let name = ASCIICase.folded(Array(bytes.prefix(255)))
    return name.last == 0x2E ? name.dropLast() : name
  }
}

extension RecordFields {
  /// An address; nil where there is none.
  func address(_ field: Int) -> IPAddress? { IPAddress(ascii: raw(field)) }

  func port(_ field: Int) -> UInt16? { number(field).flatMap { UInt16(exactly: $0) } }

  /// Seconds with a fraction, to milliseconds, cut; nil for anything else and past 10^11.
  func milliseconds(_ field: Int) -> Int64? {
    var (value, decimals): (Int64, Int?) = (0, nil)
    let digits = raw(field)
    guard !digits.isEmpty else { return nil }
    for byte in digits {
      if byte == 0x2E, decimals == nil {
        decimals = 0
        continue
      }
      guard (0x30...0x39).contains(byte) else { return nil }
      if let known = decimals {
        guard known < 3 else { continue }
        decimals = known + 1
      }
      value = value * 10 + Int64(byte - 0x30)
      guard value < 100_000_000_000_000 else { return nil }
    }
    for _ in (decimals ?? 0)..<3 { value *= 10 }
    return value < 100_000_000_000_000 ? value : nil
  }
}
