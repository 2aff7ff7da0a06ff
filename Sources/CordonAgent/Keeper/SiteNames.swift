package import CordonContainment
package import CordonCore
package import CordonTelemetry
package import CordonTrust
package import Crypto
import Glibc
import Synchronization

/// The keys that this machine holds for names, over all epochs, and what they open.
///
/// What a rotation brings is on disk before it counts. The epoch in use changes with time alone: see `advance`.
package final class SiteNames: NameOpener {
  private struct State {
    var schedule: KeySchedule
    var keys: PseudonymKeys
  }

  /// For the worker.
  package let pathKey: [UInt8]
  private let path: SymmetricKey
  /// Opens what is sealed to this agent alone; nil where no identity is at hand.
  private let sealingKey: Curve25519.KeyAgreement.PrivateKey?
  private let file: HeldKeysFile
  private let state: Mutex<State>

  /// From what earlier rotations brought, and the newer epochs of the site's bundle; the agent's own key of paths is made
  /// at first use. Code: `keys`.
  package init(
    bundle: SiteBundle, paths: AgentPaths, sealingKey: Curve25519.KeyAgreement.PrivateKey? = nil, at now: Timestamp
  ) throws(CordonError) {
    pathKey = try Self.ownKey(at: paths.pathKey)
    path = SymmetricKey(data: pathKey)
    self.sealingKey = sealingKey
    file = HeldKeysFile(path: paths.siteKeys)
    let held = try file.load()
    let newest = held.map(\.epoch).max() ?? 0
    let schedule = try KeySchedule(held + (bundle.earlier + [bundle.secrets]).filter { $0.epoch > newest }, at: now)
    state = Mutex(State(schedule: schedule, keys: try schedule.keys(path: path)))
  }

  package var keys: PseudonymKeys { state.withLock { $0.keys } }
  /// Every epoch that is held, ascending, and which of them is in use.
  package var schedule: KeySchedule { state.withLock { $0.schedule } }
  package var holdsPatientKey: Bool { schedule.current.patient != nil }

  package func open(_ entity: SealedEntity) throws(CordonError) -> [UInt8] {
    try SealedNames.open(entity, keys: keys).bytes
  }

  /// Takes the next epoch's keys, to be used from their moment on; nothing where they are held already.
  ///
  /// Codes: those of `RotatedKeys.open` and `KeySchedule.take`.
  package func take(_ rotation: KeyRotation, at now: Timestamp) throws(CordonError) {
    guard let sealingKey else {
      throw CordonError(.denied, "key-not-held", "This agent's own key is not at hand.")
    }
    try state.withLock { state throws(CordonError) in
      // An old envelope played again, once the keys that would open it are gone.
      guard
        state.schedule.epochs.allSatisfy({ $0.epoch < rotation.epoch })
          || state.schedule.secrets(of: rotation.epoch - 1) != nil
      else {
        throw CordonError(
          .denied, "rolled-back", "The keys of epoch \(rotation.epoch) are not newer than those in use.")
      }
      let next = try RotatedKeys.open(rotation, with: sealingKey, holding: state.schedule)
      var schedule = state.schedule
      guard try schedule.take(next, linkableUntil: rotation.linkableUntil) else { return }
      try file.save(schedule.epochs)
      schedule.advance(to: now)
      state = State(schedule: schedule, keys: try schedule.keys(path: path))
    }
  }

  /// Uses the epoch whose moment has come, and forgets those that are over; whether anything is other than before.
  ///
  /// - Parameter needed: epochs that names in the policy are sealed under: what protects care must still open.
  package func advance(to now: Timestamp, keeping needed: Set<UInt32>) throws(CordonError) -> Bool {
    try state.withLock { state throws(CordonError) in
      var schedule = state.schedule
      let isOther = schedule.advance(to: now)
      let isLess = schedule.forget(at: now, except: needed)
      guard isOther || isLess else { return false }
      if isLess { try file.save(schedule.epochs) }
      state = State(schedule: schedule, keys: try schedule.keys(path: path))
      return true
    }
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
