import CordonCollector
import CordonCore
import CordonWire
import FoundationEssentials

extension Cordon_V1_Hello {
  /// Codes: `protocol`, and those of its parts.
  func domain() throws(CordonError) -> AgentGreeting {
    guard self.protocol == UplinkLimits.protocolVersion else {
      throw CordonError(
        .invalid, "protocol",
        "The agent speaks uplink version \(self.protocol); this collector \(UplinkLimits.protocolVersion).",
        remedy: "Update the older of the two.")
    }
    guard lanes.count <= AgentGreeting.mostLanes else {
      throw CordonError(.invalid, "hello", "The agent's hello names \(lanes.count) lanes.")
    }
    var positions: [LanePosition] = []
    for lane in lanes { positions.append(try lane.domain()) }
    return AgentGreeting(
      version: version, bootID: bootID, clock: Timestamp(milliseconds: clockMs), lanes: positions,
      policySerial: policySerial, rosterSerial: rosterSerial, trustSerial: trustSerial)
  }
}

extension Cordon_V1_Batch {
  /// A record that is well-formed but not acceptable holds its place as a failure.
  func domain() throws(CordonError) -> IncomingBatch {
    var ranges: [SkippedRange] = []
    for range in skipped { ranges.append(try range.domain()) }
    return IncomingBatch(
      lane: try lane.domain(), epoch: SpoolEpoch(bits: epoch), firstSequence: firstSequence,
      records: records.map { record in
        do throws(CordonError) {
          return .success(try record.domain())
        } catch {
          return .failure(error)
        }
      }, skipped: ranges)
  }
}

extension Cordon_V1_Heartbeat {
  /// Bounded: what is too much is cut, for a heartbeat is a report, not a record.
  func domain() -> AgentHeartbeat {
    AgentHeartbeat(
      clock: Timestamp(milliseconds: clockMs), cpuMilliseconds: cpuMs, memoryBytes: memoryBytes,
      spoolRecords: spoolRecords, spoolBytes: spoolBytes,
      drops: drops.prefix(HeartbeatLimits.drops).map {
        AgentHeartbeat.Drop(cause: String($0.cause.prefix(HeartbeatLimits.text)), count: $0.count)
      },
      sensors: sensors.prefix(HeartbeatLimits.sensors).map {
        AgentHeartbeat.Sensor(
          name: String($0.name.prefix(HeartbeatLimits.text)), isRunning: $0.running,
          reason: String($0.reason.prefix(HeartbeatLimits.reason)), observed: $0.observed, dropped: $0.dropped)
      }, checkpoint: String(checkpoint.prefix(HeartbeatLimits.checkpoint)),
      bootID: String(bootID.prefix(HeartbeatLimits.text)), policySerial: policySerial, rosterSerial: rosterSerial,
      held: held, models: models.prefix(HeartbeatLimits.models).compactMap(\.domain), keyEpoch: keyEpoch)
  }

  init(_ beat: AgentHeartbeat) {
    self.init()
    clockMs = beat.clock.milliseconds
    cpuMs = beat.cpuMilliseconds
    memoryBytes = beat.memoryBytes
    spoolRecords = beat.spoolRecords
    spoolBytes = beat.spoolBytes
    drops = beat.drops.map { drop in
      var count = Cordon_V1_DropCount()
      count.cause = drop.cause
      count.count = drop.count
      return count
    }
    sensors = beat.sensors.map { sensor in
      var health = Cordon_V1_SensorHealth()
      health.name = sensor.name
      health.running = sensor.isRunning
      health.reason = sensor.reason
      health.observed = sensor.observed
      health.dropped = sensor.dropped
      return health
    }
    checkpoint = beat.checkpoint
    bootID = beat.bootID
    policySerial = beat.policySerial
    rosterSerial = beat.rosterSerial
    held = beat.held
    models = beat.models.map { Cordon_V1_ModelUse($0) }
    keyEpoch = beat.keyEpoch
  }
}

extension Cordon_V1_Heartbeat {
  /// Pseudonyms of the agent's own addresses; what is none is passed over.
  var ownAddresses: Set<EntityRef> {
    Set(
      addresses.prefix(HeartbeatLimits.addresses).compactMap { address in
        guard let entity = try? address.domain(), entity.kind == .address, !entity.pseudonym.isEmpty else { return nil }
        return entity
      })
  }
}

/// What of a heartbeat is kept.
enum HeartbeatLimits {
  static let drops = 32
  static let sensors = 32
  static let addresses = 16
  static let models = 32
  /// Characters.
  static let text = 64
  static let reason = 512
  static let checkpoint = 1_024
}

extension Cordon_V1_Limits {
  init(_ limits: UplinkLimits) {
    self.init()
    batchRecords = UInt32(clamping: limits.batchRecords)
    batchBytes = UInt32(clamping: limits.batchBytes)
    recordsASecond = UInt32(clamping: limits.recordsPerSecond)
    inFlight = UInt32(clamping: limits.inFlight)
  }
}

extension Cordon_V1_CollectorMessage {
  static func welcome(_ watermarks: [LanePosition], _ limits: UplinkLimits, collector: String, at now: Timestamp)
    -> Self
  {
    var message = Self()
    message.welcome.protocol = UplinkLimits.protocolVersion
    message.welcome.serverTimeMs = now.milliseconds
    message.welcome.limits = Cordon_V1_Limits(limits)
    message.welcome.watermarks = watermarks.map(Cordon_V1_LanePosition.init)
    message.welcome.collectorID = collector
    return message
  }

  static func ack(_ position: LanePosition, checkpoint: String, at now: Timestamp) -> Self {
    var message = Self()
    message.ack.lane = Cordon_V1_Lane(position.lane)
    message.ack.epoch = position.epoch.bits
    message.ack.through = position.through
    message.ack.serverTimeMs = now.milliseconds
    message.ack.checkpoint = checkpoint
    return message
  }

  static func pace(_ limits: UplinkLimits) -> Self {
    var message = Self()
    message.pace.recordsASecond = UInt32(clamping: limits.recordsPerSecond)
    message.pace.inFlight = UInt32(clamping: limits.inFlight)
    return message
  }

  static func refusal(_ refusal: RecordRefusal) -> Self {
    var message = Self()
    message.refusal.lane = Cordon_V1_Lane(refusal.lane)
    message.refusal.epoch = refusal.epoch.bits
    message.refusal.sequence = refusal.sequence
    message.refusal.code = refusal.reason.code
    message.refusal.message = refusal.reason.message
    return message
  }
}
