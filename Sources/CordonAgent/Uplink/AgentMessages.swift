import CordonCore
import CordonTrust
import CordonWire
import SwiftProtobuf

/// What an agent says on the stream, as messages.
enum AgentMessages {
  static func hello(
    _ agent: AgentDescription, status: AgentStatus, positions: [LanePosition], epoch: SpoolEpoch?, clock: Timestamp
  ) -> Cordon_V1_AgentMessage {
    .with { message in
      message.hello.protocol = UplinkLimits.protocolVersion
      message.hello.version = agent.version
      message.hello.epoch = epoch?.bits ?? 0
      message.hello.bootID = agent.bootID
      message.hello.clockMs = clock.milliseconds
      message.hello.schemas = agent.schemas.map(declaration)
      message.hello.lanes = positions.map(Cordon_V1_LanePosition.init)
      message.hello.policySerial = status.policySerial
      message.hello.rosterSerial = status.rosterSerial
      message.hello.trustSerial = status.trustSerial
    }
  }

  private static func declaration(_ schema: FeatureSchema) -> Cordon_V1_SchemaDeclaration {
    .with { declaration in
      declaration.id = schema.id
      declaration.name = schema.name
      declaration.features = schema.features.map { feature in
        .with {
          $0.id = feature.id
          $0.digest = feature.digest
        }
      }
    }
  }

  static func heartbeat(
    _ agent: AgentDescription, status: AgentStatus, depth: Spool.Depth, clock: Timestamp
  ) -> Cordon_V1_AgentMessage {
    var drops = status.drops
    for (cause, count) in depth.drops { drops[cause.rawValue, default: 0] += count }
    return .with { message in
      message.heartbeat.clockMs = clock.milliseconds
      message.heartbeat.cpuMs = UInt64(max(0, status.cpu.milliseconds))
      message.heartbeat.memoryBytes = status.memoryBytes
      message.heartbeat.spoolRecords = UInt64(max(0, depth.records))
      message.heartbeat.spoolBytes = UInt64(max(0, depth.bytes))
      message.heartbeat.drops = drops.sorted { $0.key < $1.key }.map { cause, count in
        .with {
          $0.cause = cause
          $0.count = count
        }
      }
      message.heartbeat.sensors = status.sensors.map { sensor in
        .with {
          $0.name = sensor.name
          $0.running = sensor.isRunning
          $0.reason = sensor.reason
          $0.observed = sensor.observed
          $0.dropped = sensor.dropped
        }
      }
      message.heartbeat.checkpoint = status.checkpoint
      message.heartbeat.bootID = agent.bootID
      message.heartbeat.policySerial = status.policySerial
      message.heartbeat.rosterSerial = status.rosterSerial
      message.heartbeat.held = status.held
      message.heartbeat.keyEpoch = status.keyEpoch
      message.heartbeat.addresses = status.addresses.map(Cordon_V1_EntityRef.init)
      message.heartbeat.models = status.models.map(Cordon_V1_ModelUse.init)
    }
  }

  static func result(of id: UInt64, _ verdict: DirectiveVerdict) -> Cordon_V1_AgentMessage {
    .with { message in
      message.directiveResult.id = id
      switch verdict {
      case .accepted: message.directiveResult.status = .accepted
      case .unsupported: message.directiveResult.status = .unsupported
      case .refused(let error):
        message.directiveResult.status = .refused
        message.directiveResult.code = error.code
        message.directiveResult.message = String(error.message.prefix(WireLimits.sentence / 4))
      }
    }
  }

  /// A batch; a record whose bytes are no record is named instead.
  static func batch(_ batch: SpoolBatch) -> Result<Cordon_V1_AgentMessage, UnsendableRecord> {
    var message = Cordon_V1_Batch()
    message.lane = Cordon_V1_Lane(batch.place.lane)
    message.epoch = batch.place.epoch.bits
    message.firstSequence = batch.first
    message.skipped = batch.skipped.map(Cordon_V1_SkippedRange.init)
    message.records.reserveCapacity(batch.records.count)
    for record in batch.records {
      guard let decoded = try? Cordon_V1_Record(serializedBytes: record.bytes) else {
        return .failure(UnsendableRecord(sequence: record.sequence))
      }
      message.records.append(decoded)
    }
    return .success(.with { $0.batch = message })
  }
}

/// A record that was kept whole and still is no record.
struct UnsendableRecord: Error {
  var sequence: UInt64
}
