package import CordonCore

/// What a record of another computer's log counts for, in the schema `device@host`; raw values are positions there.
package enum ComputerFeatures: Int, CaseIterable {
  case processStarts, distinctExecutables, newExecutables, connects, distinctPeers, distinctPeerPorts, filesWritten
  case filesDeleted, logOns, failedLogOns, distinctLogOnUsers, distinctLogOnSources, newLogOnSources, privilegeUses
  case persistenceChanges, accountChanges

  /// The feature's permanent id.
  var id: UInt32 { FeatureSchema.deviceAtHost.features[rawValue].id }

  package static func count(
    _ observation: Observation, _ hashes: HostFeatures.Hashes, in window: inout WindowAccumulator
  ) {
    func add(_ feature: ComputerFeatures, _ amount: Float = 1) { window.add(amount, at: feature.rawValue) }
    func count(_ hash: UInt64?, _ feature: ComputerFeatures) {
      if let hash { window.count(hash, at: feature.rawValue) }
    }
    switch observation.activity {
    case .processStart:
      add(.processStarts)
      count(hashes.executable, .distinctExecutables)
      if hashes.isNewToHost { count(hashes.executable, .newExecutables) }
    case .connect:
      guard case .peer(let address, _) = observation.object, HostFeatures.isOutbound(address) else { return }
      add(.connects)
      count(hashes.peer, .distinctPeers)
      count(hashes.port, .distinctPeerPorts)
    case .fileWrite, .fileRename: add(.filesWritten)
    case .fileDelete: add(.filesDeleted)
    case .logOn:
      guard case .authentication(let fact) = observation.object else { return }
      let failed = observation.outcome == .failure
      add(failed ? .failedLogOns : .logOns, Float(fact.attempts))
      count(hashes.origin, .distinctLogOnSources)
      guard !failed else { return }
      count(hashes.account, .distinctLogOnUsers)
      if hashes.isNewToHost { count(hashes.origin, .newLogOnSources) }
    case .privilegeUse, .privilegeChange: add(.privilegeUses)
    case .persistenceChange: add(.persistenceChanges)
    case .accountChange: add(.accountChanges)
    case .logOff, .fileOpen, .moduleLoad, .listen, .packageChange, .storageAttach, .sensorTampering, .sensorLoss,
      .recordAccess, .careFact, .exchange, .systemEvent, .alert, .sensitiveCall, .dataAccess:
      break
    }
  }
}
