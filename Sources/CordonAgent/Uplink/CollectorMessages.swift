import CordonCore
import CordonTrust
import CordonWire

/// What a collector's message means; nil for one that this version does not know.
enum CollectorMeaning {
  case input(CollectorInput, checkpoint: String)
  case directive(UInt64, Result<Envelope, CordonError>)

  init?(_ message: Cordon_V1_CollectorMessage) throws(CordonError) {
    switch message.body {
    case .welcome(let welcome): self = .input(.welcome(try welcome.domain()), checkpoint: "")
    case .ack(let ack):
      let position = LanePosition(
        lane: try ack.lane.domain(), epoch: SpoolEpoch(bits: ack.epoch), through: ack.through)
      let time = Timestamp(milliseconds: ack.serverTimeMs)
      self = .input(.acknowledged(position, serverTime: time), checkpoint: ack.checkpoint)
    case .pace(let pace):
      self = .input(
        .pace(recordsPerSecond: Int(pace.recordsASecond), inFlight: Int(pace.inFlight)), checkpoint: "")
    case .refusal(let refusal):
      let place = SpoolPlace(SpoolEpoch(bits: refusal.epoch), try refusal.lane.domain())
      self = .input(
        .refused(place, sequence: refusal.sequence, code: refusal.code, message: refusal.message), checkpoint: "")
    case .directive(let directive): self = .directive(directive.id, Self.envelope(directive))
    case nil: return nil
    }
  }

  private static func envelope(_ directive: Cordon_V1_Directive) -> Result<Envelope, CordonError> {
    guard directive.hasEnvelope else {
      return .failure(CordonError(.invalid, "unknown-type", "A directive came without an envelope."))
    }
    do throws(CordonError) {
      return .success(try directive.envelope.domain())
    } catch {
      return .failure(error)
    }
  }
}

extension Cordon_V1_Welcome {
  /// The limits as they came: the machine bounds them.
  func domain() throws(CordonError) -> CollectorInput.Welcome {
    var watermarks: [LanePosition] = []
    for watermark in self.watermarks { watermarks.append(try watermark.domain()) }
    return CollectorInput.Welcome(
      protocolVersion: self.protocol, serverTime: Timestamp(milliseconds: serverTimeMs),
      limits: UplinkLimits(
        batchRecords: Int(limits.batchRecords), batchBytes: Int(limits.batchBytes),
        recordsPerSecond: Int(limits.recordsASecond), inFlight: Int(limits.inFlight)), watermarks: watermarks)
  }
}
