package import CordonCore

/// What an agent says first on its stream; its identity comes from its certificate alone.
package struct AgentGreeting: Hashable, Sendable {
  package var version: String
  package var bootID: String
  /// The agent's clock.
  package var clock: Timestamp
  /// The last sequence that its spool ever numbered, by lane and epoch.
  package var lanes: [LanePosition]
  package var policySerial: UInt64
  package var rosterSerial: UInt64
  package var trustSerial: UInt64

  /// Bytes of a boot id or version.
  package static let longestText = 64
  /// What an agent remembers, at most: one that starts often and rarely reaches us has many epochs.
  package static let mostLanes = UplinkLimits.mostPositions

  package init(
    version: String, bootID: String, clock: Timestamp, lanes: [LanePosition], policySerial: UInt64,
    rosterSerial: UInt64, trustSerial: UInt64 = 0
  ) {
    self.version = version
    self.bootID = bootID
    self.clock = clock
    self.lanes = lanes
    self.policySerial = policySerial
    self.rosterSerial = rosterSerial
    self.trustSerial = trustSerial
  }

  /// Codes: `hello`.
  func check() throws(CordonError) {
    guard version.utf8.count <= Self.longestText, bootID.utf8.count <= Self.longestText, !bootID.isEmpty,
      lanes.count <= Self.mostLanes
    else { throw CordonError(.invalid, "hello", "The agent's hello has an empty boot id or is too long.") }
  }
}
