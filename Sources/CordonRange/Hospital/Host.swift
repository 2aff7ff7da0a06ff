/// A Linux machine of the hospital.
package struct Host: Hashable, Sendable {
  package enum Kind: String, Sendable, Codable {
    /// A workstation that a ward shares.
    case ward
    case office, server
  }

  /// Position among the hosts.
  package var index: Int
  package var label: String
  package var kind: Kind
  /// 0 for hosts of no ward.
  package var ward: Int
  package var address: NetworkAddress

  /// Of ten hosts six are on wards, three in offices and one is a server; the first of few is on a ward.
  static func all(_ settings: HospitalSettings, wards: Int) -> [Host] {
    let kinds: [Kind] = [.ward, .ward, .office, .ward, .ward, .server, .office, .ward, .ward, .office]
    var made: [Kind: Int] = [:]
    return (0..<settings.hosts).map { index in
      let kind = kinds[index % kinds.count]
      let number = made[kind, default: 0]
      made[kind] = number + 1
      let ward = kind == .ward ? number % wards : 0
      let label =
        switch kind {
        case .ward: "ward-\(Ward.letter(ward))-ws-\(padded(number / wards + 1))"
        case .office: "office-ws-\(padded(number + 1))"
        case .server: "server-\(padded(number + 1))"
        }
      return Host(index: index, label: label, kind: kind, ward: ward, address: HospitalNetwork.address(ofHost: index))
    }
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// Wards are numbered from 0 and written as letters.
enum Ward {
  /// Beds that each has.
  static let beds = 24
  /// Workers of all roles that share one, about.
  private static let staff = 7
  static let most = 26

  static func count(users: Int) -> Int { min(max(1, users / staff), most) }

  static func letter(_ ward: Int) -> Character { Array("abcdefghijklmnopqrstuvwxyz")[ward % most] }
}
