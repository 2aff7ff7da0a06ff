package import CordonCore

/// What a collector says on the stream, in the domain's words; directives go to their own handler.
package enum CollectorInput: Hashable, Sendable {
  case welcome(Welcome)
  case acknowledged(LanePosition, serverTime: Timestamp)
  case pace(recordsPerSecond: Int, inFlight: Int)
  case refused(SpoolPlace, sequence: UInt64, code: String, message: String)

  /// The answer to a Hello.
  package struct Welcome: Hashable, Sendable {
    package var protocolVersion: UInt32
    package var serverTime: Timestamp
    package var limits: UplinkLimits
    package var watermarks: [LanePosition]

    package init(
      protocolVersion: UInt32, serverTime: Timestamp, limits: UplinkLimits, watermarks: [LanePosition]
    ) {
      self.protocolVersion = protocolVersion
      self.serverTime = serverTime
      self.limits = limits
      self.watermarks = watermarks
    }
  }
}

/// What the uplink's shell does for the machine.
package enum UplinkDirective: Hashable, Sendable {
  /// Take over the watermarks; sending may begin after it.
  case reconcile(hello: [LanePosition], watermarks: [LanePosition])
  case acknowledge(LanePosition)
  case setAside(SpoolPlace, sequence: UInt64, code: String, message: String)
  /// End the stream; the reason is logged.
  case close(CordonError)
}
