package import CordonCore
import CordonLearning
package import Crypto

/// What an agent makes of exchanges on the network: whose they are, what is new in them, and what should not be in clear.
///
/// A value; addresses come in, windows of pseudonyms and numbers come out. An end of an exchange counts as this machine
/// where it is one of its own addresses, else as a device where the registry or the policy's networks have it; what is
/// neither is a peer and no more.
package struct WireStage: Sendable {
  package var windows: WindowAssembler

  /// One end, and what it counts as.
  private struct End: Sendable {
    var entity: EntityRef?
    var isHost = false
    var isExternal: Bool
    /// For distinct counts, under the site's key.
    var hash: UInt64
    /// For what is remembered, under the agent's own.
    var ownHash: UInt64
  }

  private let host: EntityRef
  private var pseudonymiser: Pseudonymiser
  private var hasher: SketchHasher
  private var ownHasher: SketchHasher
  private var ends = GenerationCache<IPAddress, End>(limit: 8192)
  private var own: Set<IPAddress> = []
  private var labels: [IPAddress: String] = [:]
  /// Devices of the registry whose sealed addresses no key that is held opens: they are known by their pseudonyms.
  package private(set) var unopened: UInt64 = 0
  private var networks: [IPNetwork] = []
  private var windowLength = Duration.seconds(60)
  private var novelty = WireNovelty()
  private var beacons = BeaconMemory()
  private var ranges = ResultRanges()
  /// Nil but on gateways.
  private var patientHasher: SketchHasher?
  private var authority: String

  /// Where devices are unless the policy says otherwise: RFC 1918, RFC 4193, and addresses of one link.
  private static let privateNetworks = [
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10",
  ].compactMap { IPNetwork($0) }

  /// - Parameters:
  ///   - ownKey: the agent's own, for what never leaves it.
  ///   - memory: of before the restart, as `memory` gave it; anything else is as if nothing had been seen yet.
  package init(
    policy: Policy, pseudonymiser: Pseudonymiser, host: EntityRef, ownKey: SymmetricKey, memory: [UInt8] = []
  ) {
    ownHasher = SketchHasher(ownKey: ownKey)
    self.host = host
    self.pseudonymiser = pseudonymiser
    hasher = pseudonymiser.sketchHasher
    patientHasher = pseudonymiser.patientHasher
    authority = RecordStage.authority(policy)
    windows = WindowAssembler(settings: Self.settings(policy))
    if !memory.isEmpty, let (novelty, beacons) = try? Self.remembered(memory) {
      (self.novelty, self.beacons) = (novelty, beacons)
    }
    use(policy)
  }

  private func address(of place: Policy.WireDevice.Place) -> IPAddress? {
    switch place {
    case .address(let address): address
    case .sealed(let sealed): pseudonymiser.opened(sealed).flatMap { IPAddress(bytes: $0.bytes) }
    }
  }

  /// Bytes of `memory`, at most.
  package static let memoryLimit = 1 + WireNovelty.encodedLimit + BeaconMemory.encodedLimit
  private static let memoryVersion: UInt8 = 1

  /// Who has spoken with whom, and how regularly, as hashes under the agent's own key; empty while there is nothing.
  package var memory: [UInt8] {
    guard novelty.isUsed else { return [] }
    var writer = StateWriter()
    writer.put(Self.memoryVersion)
    novelty.encode(to: &writer)
    beacons.encode(to: &writer)
    return writer.bytes
  }

  private static func remembered(_ bytes: [UInt8]) throws(CordonError) -> (WireNovelty, BeaconMemory) {
    var reader = StateReader(bytes)
    try reader.version(memoryVersion)
    let remembered = (try WireNovelty(from: &reader), try BeaconMemory(from: &reader))
    try reader.end()
    return remembered
  }

  /// Takes another policy, from the next record on.
  package mutating func use(_ policy: Policy) {
    (labels, unopened) = ([:], 0)
    for device in policy.wire.devices {
      guard let address = address(of: device.place) else {
        unopened += 1
        continue
      }
      labels[address] = labels[address] ?? device.label
    }
    let named = policy.wire.networks.compactMap { IPNetwork($0) }
    networks = named.isEmpty ? Self.privateNetworks : named
    windowLength = policy.windows.wireLength
    authority = RecordStage.authority(policy)
    windows.use(Self.settings(policy))
    ends.removeAll()
  }

  /// Takes the keys of another epoch; windows must have been closed before.
  package mutating func use(_ pseudonymiser: Pseudonymiser) {
    self.pseudonymiser = pseudonymiser
    hasher = pseudonymiser.sketchHasher
    patientHasher = pseudonymiser.patientHasher
    ends.removeAll()
  }

  /// Takes this machine's own addresses.
  package mutating func use(own addresses: [IPAddress]) {
    own = Set(addresses)
    ends.removeAll()
  }

  /// Lets an exchange count in the windows of both its ends.
  package mutating func take(_ exchange: WireExchange, at time: Timestamp, now: Timestamp) {
    guard !exchange.server.isMulticast else { return }
    let (client, server) = (end(exchange.client), end(exchange.server))
    guard client.entity != nil || server.entity != nil else { return }
    let subject = subject(of: exchange.event)
    let port = hasher.hash([UInt8(exchange.port >> 8), UInt8(exchange.port & 0xFF)], as: .port)
    var beacon: Float?
    if case .flow(let part) = exchange.event, part.isFirst, part.transport == 6, client.entity != nil {
      beacon = beacons.take(.init(client: client.ownHash, server: server.ownHash, port: exchange.port), at: part.start)
    }
    for (side, me, other) in [(WireSide.client, client, server), (.server, server, client)] {
      guard let entity = me.entity else { continue }
      var context = WireFeatures.Context(
        side: side, peer: other.hash,
        isNewPeer: novelty.isNew(other.ownHash, to: me.ownHash, at: time, for: windowLength),
        isExternalPeer: other.isExternal, port: port, subject: subject,
        isNewSubject: isNewTitle(exchange, side, to: me.ownHash, at: time), beacon: side == .client ? beacon : nil)
      if case .hl7(.message(let message)) = exchange.event, exchange.sender == side, !me.isHost {
        context.resultsOutside = message.results.count { ranges.isOutside($0, of: me.ownHash) }
        context.patients = hashes(of: message.patients, for: entity, from: windows.start(of: time))
      }
      windows.add(
        entity, schema: me.isHost ? .hostAtWire : .deviceAtWire, at: time, now: now, grace: Self.grace(exchange.event)
      ) {
        WireFeatures.count(exchange, context, isDevice: !me.isHost, in: &$0)
      }
    }
  }

  /// Other programs tell of a flow when they have given it up, minutes after its last packet (Suricata after up to ten,
  /// Zeek after up to five), and of names and handshakes at once: without grace none of their flows would count.
  private static let flowGrace = Duration.seconds(900)

  private static func grace(_ event: WireEvent) -> Duration {
    if case .flow = event { flowGrace } else { .zero }
  }

  private mutating func hashes(
    of patients: [RawPatient], for entity: EntityRef, from start: Timestamp
  ) -> [UInt64] {
    patients.compactMap { patient in
      let giver = patient.authority.isEmpty ? authority : patient.authority
      return CanonicalName.patient(id: patient.id, authority: giver).flatMap {
        patientHasher?.hash(patient: $0.bytes, of: entity, from: start)
      }
    }
  }

  /// Only applications' titles are asked after: names and types are counted, new or not.
  private mutating func isNewTitle(
    _ exchange: WireExchange, _ side: WireSide, to entity: UInt64, at time: Timestamp
  ) -> Bool {
    guard case .dicom(.requested(let calling, let called)) = exchange.event, exchange.sender == side else {
      return false
    }
    let titles = ownHasher.hash(Self.titles(calling, called), as: .applicationTitle)
    return novelty.isNew(titles, to: entity, at: time, for: windowLength)
  }

  private static func titles(_ calling: String, _ called: String) -> [UInt8] {
    Array("\(calling)\u{0}\(called)".utf8)
  }

  private mutating func subject(of event: WireEvent) -> UInt64? {
    switch event {
    case .dns(let message): hasher.hash(message.name, as: .networkName)
    case .hl7(.message(let message)): hasher.hash(Array("\(message.type)^\(message.trigger)".utf8), as: .messageType)
    case .dicom(.requested(let calling, let called)):
      hasher.hash(Self.titles(calling, called), as: .applicationTitle)
    case .dicom(.command(let command)) where !command.destination.isEmpty:
      hasher.hash(Array(command.destination.utf8), as: .applicationTitle)
    default: nil
    }
  }

  private mutating func end(_ address: IPAddress) -> End {
    if let known = ends[address] { return known }
    let hash = hasher.hash(address.bytes, as: .address)
    let ownHash = ownHasher.hash(address.bytes, as: .address)
    let isOwn = own.contains(address)
    let isInside = isOwn || labels[address] != nil || networks.contains { $0.contains(address) }
    let entity = isOwn ? host : isInside && !address.isMulticast ? device(address) : nil
    let end = End(entity: entity, isHost: isOwn, isExternal: !isInside, hash: hash, ownHash: ownHash)
    ends[address] = end
    return end
  }

  /// By the registry's label, else under its address's pseudonym.
  private mutating func device(_ address: IPAddress) -> EntityRef? {
    if let label = labels[address] { return EntityRef(kind: .device, label: label) }
    guard let reference = pseudonymiser.reference(to: .address(address)) else { return nil }
    return EntityRef(kind: .device, keyEpoch: reference.keyEpoch, pseudonym: reference.pseudonym)
  }

  private static func settings(_ policy: Policy) -> WindowSettings {
    WindowSettings(
      length: policy.windows.wireLength, lateness: policy.windows.wireLateness, ahead: policy.clockTolerance,
      burst: .max, idle: .closes)
  }
}

extension IPAddress {
  /// Meant for many, or for all: nobody's peer.
  fileprivate var isMulticast: Bool {
    isV4 ? bytes[0] & 0xF0 == 0xE0 || bytes == [255, 255, 255, 255] : bytes[0] == 0xFF
  }
}
