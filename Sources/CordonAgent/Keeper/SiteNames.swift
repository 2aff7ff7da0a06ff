package import CordonContainment
package import CordonCore
package import CordonTelemetry
package import CordonTrust
import Crypto
import Glibc

/// The keys that this machine holds for names, and what they open.
package struct SiteNames: NameOpener {
  package let keys: PseudonymKeys
  /// 32 bytes each, for the worker.
  package let staffKey: [UInt8]
  package let pathKey: [UInt8]
  /// Empty but on a gateway.
  package let patientKey: [UInt8]
  package let epoch: UInt32

  /// From the site's bundle; the agent's own key of paths is made at first use. Code: `keys`.
  package init(bundle: SiteBundle, paths: AgentPaths) throws(CordonError) {
    staffKey = bundle.staffKey
    patientKey = bundle.patientKey ?? []
    epoch = bundle.keyEpoch
    pathKey = try Self.ownKey(at: paths.pathKey)
    guard let staff = EpochKey(epoch: bundle.keyEpoch, bytes: bundle.staffKey) else {
      throw CordonError(.invalid, "keys", "The site bundle's key of staff names is not 32 bytes.")
    }
    let patient = bundle.patientKey.flatMap { EpochKey(epoch: bundle.keyEpoch, bytes: $0) }
    keys = PseudonymKeys(
      staff: KeyRing(current: staff), patient: patient.map { KeyRing(current: $0) }, path: SymmetricKey(data: pathKey))
  }

  package func open(_ entity: SealedEntity) throws(CordonError) -> [UInt8] {
    try SealedNames.open(entity, keys: keys).bytes
  }

  /// Pseudonyms of addresses, in their order; the machine's loopback tells nobody anything.
  func references(to addresses: Set<IPAddress>) -> [EntityRef] {
    var pseudonymiser = Pseudonymiser(keys: keys)
    return addresses.filter { !$0.isLocal }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      .prefix(Self.mostAddresses).compactMap { pseudonymiser.reference(to: .address($0)) }
  }

  func sealed(_ address: IPAddress) -> SealedEntity? {
    var pseudonymiser = Pseudonymiser(keys: keys)
    return pseudonymiser.sealed(.address(address), part: .host)
  }

  /// Addresses of its own that a machine tells of.
  private static let mostAddresses = 16

  private static func ownKey(at path: String) throws(CordonError) -> [UInt8] {
    do throws(CordonError) {
      let key = try PrivateFile.read(path, most: EpochKey.length)
      if key.count == EpochKey.length { return key }
    } catch  where error.kind == .missing {}
    let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    try PrivateFile.replace(path, holding: key)
    return key
  }
}

/// Where the collector is, as addresses: never blocked, and probed before and after the network is cut.
package struct CollectorAddresses: Sendable {
  private let host: String
  private let port: UInt16

  /// From `HOST:PORT`; empty where nothing is configured.
  package init(_ address: String) {
    guard let colon = address.lastIndex(of: ":") else {
      (host, port) = ("", 0)
      return
    }
    host = String(address[..<colon].filter { $0 != "[" && $0 != "]" })
    port = UInt16(address[address.index(after: colon)...]) ?? 0
  }

  /// Asks the resolver each time: a collector may move while the agent runs.
  package var endpoints: [Endpoint] {
    if let address = IPAddress(host) { return [Endpoint(address: address, port: port)] }
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard !host.isEmpty, getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [Endpoint] = []
    var next = list
    while let entry = next {
      if let socket = entry.pointee.ai_addr, let address = IPAddress(socket: UnsafePointer(socket)) {
        found.append(Endpoint(address: address, port: port))
      }
      next = entry.pointee.ai_next
    }
    return found
  }
}

extension IPAddress {
  /// Loopback or link-local: means another machine on every machine.
  fileprivate var isLocal: Bool {
    isV4
      ? bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254)
      : bytes.dropLast().allSatisfy { $0 == 0 } || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
  }
}
