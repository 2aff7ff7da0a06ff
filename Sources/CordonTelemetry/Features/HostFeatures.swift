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
  }

  /// Positions in `FeatureSchema.userAtHost`.
  enum User: Int, CaseIterable {
    case processStarts, distinctExecutables, connects, failedConnects, distinctPeers, privilegeChanges, filesWritten
    case filesRenamed, filesDeleted, highEntropyWrites, distinctHosts, failures
  }

  /// Hashes of what an observation names, for distinct counts; made once for all windows that it counts in.
  package struct Hashes: Hashable, Sendable {
    var executable: UInt64?
    var peer: UInt64?
    var port: UInt64?
    var host: UInt64

    /// `host` is the label of this machine.
    package init(of observation: Observation, host: String, hasher: inout SketchHasher) {
      self.host = hasher.hash(Array(host.utf8), as: .host)
      switch observation.activity {
      case .processStart:
        if let path = observation.process?.executable, !path.isEmpty { executable = hasher.hash(path, as: .executable) }
      case .connect:
        guard case .peer(let address, let number) = observation.object else { return }
        peer = hasher.hash(address.bytes, as: .address)
        port = hasher.hash([UInt8(number >> 8), UInt8(number & 0xFF)], as: .port)
      default: break
      }
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
      if let hash = hashes.executable { window.count(hash, at: Host.distinctExecutables.rawValue) }
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
    case .fileOpen, .sensorTampering, .sensorLoss, .recordAccess, .careFact, .exchange: break
    case .logOn, .logOff, .privilegeUse, .persistenceChange, .accountChange, .systemEvent, .alert: break
    }
  }

  package static func countForUser(
    _ observation: Observation, _ hashes: Hashes, in window: inout WindowAccumulator
  ) {
    func add(_ feature: User) { window.add(at: feature.rawValue) }
    window.count(hashes.host, at: User.distinctHosts.rawValue)
    if observation.outcome == .failure { add(.failures) }
    switch observation.activity {
    case .processStart:
      add(.processStarts)
      if let hash = hashes.executable { window.count(hash, at: User.distinctExecutables.rawValue) }
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
    case .moduleLoad, .fileOpen, .sensorTampering, .sensorLoss, .recordAccess, .careFact, .exchange: break
    case .logOn, .logOff, .privilegeUse, .persistenceChange, .accountChange, .systemEvent, .alert: break
    }
  }

  /// Records that the kernel or a sensor dropped.
  package static func countLosses(_ count: UInt64, in window: inout WindowAccumulator) {
    window.add(Float(count), at: Host.auditLosses.rawValue)
  }
}
