package import CordonCore

/// What an observation of the host family counts for, in the schemas `host@host` and `user@host`.
package enum HostFeatures {
  /// Bits a byte from which a file written counts as of high entropy; part of the features' permanent meaning.
  package static let highEntropy: Float = 7.2

  /// Positions in `FeatureSchema.hostAtHost`.
  enum Host: Int, CaseIterable {
    case processStarts, distinctExecutables, failedStarts, connects, failedConnects, distinctPeers, distinctPeerPorts
    case privilegeChanges, moduleLoads, filesWritten, filesRenamed, filesDeleted, extensionChanges, writeEntropyMost
    case highEntropyWrites, auditLosses
    case logOns, failedLogOns, distinctLogOnUsers, distinctLogOnSources, newLogOnSources, privilegeUses
    case failedPrivilegeUses, listeningPorts, newListeningPorts, persistenceChanges, packageChanges, storageAttached
    case newExecutables
    case processAccesses, kernelInterfaces, isolationChanges, rightsPlanted
    case dataReads, dataWrites, dataRemovals, dataAdministration, dataRows, failedDataAccesses, distinctDataObjects
    case distinctDataUsers
  }

  /// Positions in `FeatureSchema.userAtHost`.
  enum User: Int, CaseIterable {
    case processStarts, distinctExecutables, connects, failedConnects, distinctPeers, privilegeChanges, filesWritten
    case filesRenamed, filesDeleted, highEntropyWrites, distinctHosts, failures
    case logOns, failedLogOns, distinctLogOnSources, newLogOnSources, privilegeUses, failedPrivilegeUses
    case newExecutables
    case sensitiveCalls
    case dataReads, dataWrites, dataRemovals, dataAdministration, dataRows, failedDataAccesses, distinctDataObjects
    case newDataObjects
  }

  /// Hashes of what an observation names, for distinct counts; made once for all windows that it counts in.
  package struct Hashes: Hashable, Sendable {
    var executable: UInt64?
    var peer: UInt64?
    var port: UInt64?
    /// Where somebody logged on from.
    var origin: UInt64?
    /// Who logged on, or used data.
    var account: UInt64?
    /// What data was used.
    var data: UInt64?
    var host: UInt64
    /// What it names was never seen on the machine before.
    var isNewToHost = false
    /// What it names was never seen of this user before.
    var isNewToUser = false

    /// - Parameters:
    ///   - host: the label of the machine.
    ///   - user: the actor's name, where it has one.
    ///   - computer: the machine, where it is another than this one.
    package init(
      of observation: Observation, host: String, user: CanonicalName? = nil, computer: CanonicalName? = nil,
      hasher: inout SketchHasher, novelty: inout NoveltyMemory
    ) {
      self.host = hasher.hash(Array(host.utf8), as: .host)
      switch observation.activity {
      case .processStart:
        guard let path = observation.process?.executable, !path.isEmpty else { return }
        executable = hasher.hash(path, as: .executable)
        (isNewToHost, isNewToUser) = Self.look(
          for: path, .executable, user, computer, &novelty,
          features: (
            computer == nil ? Host.newExecutables.id : ComputerFeatures.newExecutables.id, User.newExecutables.id
          ))
      case .connect:
        guard case .peer(let address, let number) = observation.object else { return }
        peer = hasher.hash(address.bytes, as: .address)
        port = hasher.hash([UInt8(number >> 8), UInt8(number & 0xFF)], as: .port)
      case .logOn:
        guard case .authentication(let fact) = observation.object else { return }
        account = user.map { hasher.hash($0.bytes, as: .account) }
        guard let source = fact.origin else { return }
        let (bytes, domain) = source.hashed
        origin = hasher.hash(bytes, as: domain)
        // Where nobody got in from is not known for it.
        guard observation.outcome == .success else { return }
        (isNewToHost, isNewToUser) = Self.look(
          for: bytes, domain, user, computer, &novelty,
          features: (
            computer == nil ? Host.newLogOnSources.id : ComputerFeatures.newLogOnSources.id, User.newLogOnSources.id
          ))
      case .dataAccess:
        guard case .data(let access) = observation.object else { return }
        account = user.map { hasher.hash($0.bytes, as: .account) }
        guard !access.object.isEmpty else { return }
        let item = [access.store.rawValue] + access.object
        data = hasher.hash(item, as: .dataObject)
        guard let user, observation.outcome != .failure else { return }
        isNewToUser = novelty.isFirst(item, .dataObject, of: user, feature: User.newDataObjects.id)
      default: break
      }
    }

    private static func look(
      for item: [UInt8], _ domain: SketchHasher.Domain, _ user: CanonicalName?, _ computer: CanonicalName?,
      _ novelty: inout NoveltyMemory, features: (host: UInt32, user: UInt32)
    ) -> (host: Bool, user: Bool) {
      let isNewToHost = novelty.isFirst(item, domain, of: computer, feature: features.host)
      guard let user else { return (isNewToHost, false) }
      return (isNewToHost, novelty.isFirst(item, domain, of: user, feature: features.user))
    }
  }

  /// Whether a connection leaves the machine; those to itself are no one's behaviour.
  package static func isOutbound(_ address: IPAddress) -> Bool {
    let bytes = address.bytes
    if address.isV4 { return bytes[0] != 127 && bytes != [0, 0, 0, 0] }
    return bytes.dropLast().contains { $0 != 0 } || bytes[15] > 1
  }

  package static func countForHost(
    _ observation: Observation, _ hashes: Hashes, in window: inout WindowAccumulator
  ) {
    func add(_ feature: Host) { window.add(at: feature.rawValue) }
    switch observation.activity {
    case .processStart:
      add(.processStarts)
      if observation.outcome == .failure { add(.failedStarts) }
      guard let hash = hashes.executable else { return }
      window.count(hash, at: Host.distinctExecutables.rawValue)
      if hashes.isNewToHost { window.count(hash, at: Host.newExecutables.rawValue) }
    case .connect:
      guard case .peer(let address, _) = observation.object, isOutbound(address) else { return }
      add(.connects)
      if observation.outcome == .failure { add(.failedConnects) }
      if let hash = hashes.peer { window.count(hash, at: Host.distinctPeers.rawValue) }
      if let hash = hashes.port { window.count(hash, at: Host.distinctPeerPorts.rawValue) }
    case .privilegeChange: add(.privilegeChanges)
    case .moduleLoad: add(.moduleLoads)
    case .fileWrite:
      add(.filesWritten)
      guard case .file(let file) = observation.object, let content = file.content else { return }
      window.raise(to: content.entropy, at: Host.writeEntropyMost.rawValue)
      guard content.looksEncrypted(floor: highEntropy) else { return }
      add(.highEntropyWrites)
      window.countBurst()
    case .fileRename:
      add(.filesRenamed)
      guard case .renamed(let from, let file) = observation.object,
        PathName.changesExtension(from: from, to: file.path)
      else { return }
      add(.extensionChanges)
      window.countBurst()
    case .fileDelete: add(.filesDeleted)
    case .logOn, .privilegeUse: countAuthentication(observation, hashes, ofHost: &window)
    case .listen:
      guard case .port(let port) = observation.object else { return }
      window.raise(to: Float(port.total), at: Host.listeningPorts.rawValue)
      if port.isNew { add(.newListeningPorts) }
    case .persistenceChange: add(.persistenceChanges)
    case .packageChange: add(.packageChanges)
    case .storageAttach: add(.storageAttached)
    case .sensitiveCall:
      guard case .call(let call) = observation.object else { return }
      switch call.kind {
      case .processAccess: add(.processAccesses)
      case .kernelInterface: add(.kernelInterfaces)
      case .isolation, .kernelReplaced, .clockSet: add(.isolationChanges)
      case .rightsPlanted: add(.rightsPlanted)
      }
    case .dataAccess: countData(observation, hashes, ofHost: &window)
    case .fileOpen, .logOff, .sensorTampering, .sensorLoss, .recordAccess, .careFact, .exchange, .accountChange,
      .systemEvent, .alert:
      break
    }
  }

  package static func countForUser(
    _ observation: Observation, _ hashes: Hashes, in window: inout WindowAccumulator
  ) {
    func add(_ feature: User) { window.add(at: feature.rawValue) }
    // What somebody else tried in the user's name is no activity of theirs.
    if observation.activity == .logOn, observation.outcome == .failure {
      return countAuthentication(observation, hashes, ofUser: &window)
    }
    window.count(hashes.host, at: User.distinctHosts.rawValue)
    if observation.outcome == .failure { add(.failures) }
    switch observation.activity {
    case .processStart:
      add(.processStarts)
      guard let hash = hashes.executable else { return }
      window.count(hash, at: User.distinctExecutables.rawValue)
      if hashes.isNewToUser { window.count(hash, at: User.newExecutables.rawValue) }
    case .connect:
      guard case .peer(let address, _) = observation.object, isOutbound(address) else { return }
      add(.connects)
      if observation.outcome == .failure { add(.failedConnects) }
      if let hash = hashes.peer { window.count(hash, at: User.distinctPeers.rawValue) }
    case .privilegeChange: add(.privilegeChanges)
    case .fileWrite:
      add(.filesWritten)
      guard case .file(let file) = observation.object, let content = file.content,
        content.looksEncrypted(floor: highEntropy)
      else { return }
      add(.highEntropyWrites)
      window.countBurst()
    case .fileRename: add(.filesRenamed)
    case .fileDelete: add(.filesDeleted)
    case .logOn, .privilegeUse: countAuthentication(observation, hashes, ofUser: &window)
    case .sensitiveCall: add(.sensitiveCalls)
    case .dataAccess: countData(observation, hashes, ofUser: &window)
    case .moduleLoad, .fileOpen, .logOff, .listen, .persistenceChange, .packageChange, .storageAttach, .sensorTampering,
      .sensorLoss, .recordAccess, .careFact, .exchange, .accountChange, .systemEvent, .alert:
      break
    }
  }

  private static func countAuthentication(
    _ observation: Observation, _ hashes: Hashes, ofHost window: inout WindowAccumulator
  ) {
    guard case .authentication(let fact) = observation.object else { return }
    func add(_ feature: Host) { window.add(Float(fact.attempts), at: feature.rawValue) }
    let failed = observation.outcome == .failure
    guard observation.activity == .logOn else { return add(failed ? .failedPrivilegeUses : .privilegeUses) }
    add(failed ? .failedLogOns : .logOns)
    if let hash = hashes.origin { window.count(hash, at: Host.distinctLogOnSources.rawValue) }
    guard !failed else { return }
    if let hash = hashes.account { window.count(hash, at: Host.distinctLogOnUsers.rawValue) }
    if hashes.isNewToHost, let hash = hashes.origin { window.count(hash, at: Host.newLogOnSources.rawValue) }
  }

  private static func countAuthentication(
    _ observation: Observation, _ hashes: Hashes, ofUser window: inout WindowAccumulator
  ) {
    guard case .authentication(let fact) = observation.object else { return }
    func add(_ feature: User) { window.add(Float(fact.attempts), at: feature.rawValue) }
    let failed = observation.outcome == .failure
    guard observation.activity == .logOn else { return add(failed ? .failedPrivilegeUses : .privilegeUses) }
    add(failed ? .failedLogOns : .logOns)
    if let hash = hashes.origin { window.count(hash, at: User.distinctLogOnSources.rawValue) }
    if hashes.isNewToUser, let hash = hashes.origin { window.count(hash, at: User.newLogOnSources.rawValue) }
  }

  /// Records that the kernel or a sensor dropped.
  package static func countLosses(_ count: UInt64, in window: inout WindowAccumulator) {
    window.add(Float(count), at: Host.auditLosses.rawValue)
  }
}

extension HostFeatures.Host {
  /// The feature's permanent id.
  var id: UInt32 { FeatureSchema.hostAtHost.features[rawValue].id }
}

extension HostFeatures.User {
  /// The feature's permanent id.
  var id: UInt32 { FeatureSchema.userAtHost.features[rawValue].id }
}

extension Authentication.Origin {
  /// What is hashed of it, and as what.
  fileprivate var hashed: ([UInt8], SketchHasher.Domain) {
    switch self {
    case .address(let address): (address.bytes, .address)
    case .name(let name): (Array(name.utf8), .origin)
    }
  }
}
