/// An IPv4 address of the made-up network.
package struct NetworkAddress: Hashable, Sendable {
  /// In network order, four of them.
  package let bytes: [UInt8]

  package init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    bytes = [first, second, third, fourth]
  }

  /// As people write it.
  package var text: String { bytes.map { "\($0)" }.joined(separator: ".") }
}

/// An address and a port that programs connect to.
package struct Peer: Hashable, Sendable {
  package var address: NetworkAddress
  package var port: UInt16

  package init(_ address: NetworkAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }
}

/// Who is where: the hospital in 10.20.0.0/16, its devices in 10.21.0.0/16, everybody else in the networks that are kept for documentation.
package enum HospitalNetwork {
  static let ehr = inside(10, 443)
  /// What the new EHR client talks to after a go-live.
  static let newEHR = inside(11, 443)
  static let directory = inside(5, 636)
  static let names = inside(6, 53)
  static let share = inside(20, 445)
  static let mail = inside(21, 993)
  static let printing = inside(30, 631)
  static let monitoring = inside(40, 5665)
  static let backup = inside(41, 9102)
  static let packages = inside(42, 443)
  /// Sites that staff visit.
  static let sites = 60
  /// Where stolen data goes; no ordinary traffic does.
  static let dropSite = Peer(NetworkAddress(203, 0, 113, 250), 443)

  static func address(ofHost index: Int) -> NetworkAddress {
    NetworkAddress(10, 20, UInt8(16 + index / 250 % 200), UInt8(index % 250 + 2))
  }

  static func address(ofDevice index: Int) -> NetworkAddress {
    NetworkAddress(10, 21, UInt8(index / 250 % 250), UInt8(index % 250 + 2))
  }

  /// A visited site; the lower the position, the more visited.
  static func site(_ position: Int) -> Peer {
    Peer(NetworkAddress(198, 51, 100, UInt8(position % 250 + 1)), position % 9 == 8 ? 80 : 443)
  }

  static func inside(_ last: UInt8, _ port: UInt16) -> Peer {
    Peer(NetworkAddress(10, 20, 1, last), port)
  }
}
