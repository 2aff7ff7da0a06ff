import CordonContainment
import CordonCore
import CordonTelemetry
import CordonWire
import FoundationEssentials
import Logging
import Synchronization

/// The epochs of the site's keys of names, as far as the keeper is concerned.
extension KeeperCore {
  /// Takes the next epoch's keys. Codes: `other-agent`, those of `SiteNames.take`.
  func take(_ rotation: KeyRotation, for state: inout State, at now: Timestamp) throws(CordonError) {
    guard rotation.agentID == agentID else {
      throw Refusal.otherAgent.error("The keys are for the agent \(rotation.agentID), not for this one.")
    }
    try names.take(rotation, at: now)
    // Names that the policy protects may be of an epoch that opens only now.
    try state.executor.follow(state.authority.policy)
    logger.notice("Keys of names taken", metadata: ["epoch": "\(rotation.epoch)", "begins": "\(rotation.begins)"])
  }

  /// Begins the epoch whose moment has come and forgets those that are over; whether the worker is to hear of it.
  func moveNames(to now: Timestamp) -> Bool {
    do throws(CordonError) {
      let isOther = try names.advance(to: now, keeping: state.withLock { $0.authority.policy.sealedEpochs })
      if isOther {
        let schedule = names.schedule
        logger.notice(
          "Keys of names in use", metadata: ["epoch": "\(schedule.inUse)", "held": "\(schedule.epochs.map(\.epoch))"])
      }
      return isOther
    } catch {
      logger.error("An epoch of keys cannot be ended", metadata: ["why": "\(error)"])
      return false
    }
  }

  func hand(_ schedule: KeySchedule, to message: inout Cordon_V1_KeeperState) {
    let current = schedule.current
    message.keyEpoch = current.epoch
    message.kStaff = Data(current.staff)
    message.kPatient = Data(current.patient ?? [])
    message.earlier = schedule.epochs.filter { $0.epoch != current.epoch }.map(Cordon_V1_EpochKeys.init)
  }
}

extension Policy {
  /// Epochs of keys that its names are sealed under.
  var sealedEpochs: Set<UInt32> {
    let devices = wire.devices.compactMap { device -> SealedEntity? in
      guard case .sealed(let sealed) = device.place else { return nil }
      return sealed
    }
    return Set((containment.neverTouchSealed + ehr.watchedPatients + devices).map(\.entity.keyEpoch))
  }
}
