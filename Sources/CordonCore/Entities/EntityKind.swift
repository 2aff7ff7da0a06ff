/// What a name belongs to; raw values are the wire's and never change.
package enum EntityKind: UInt8, Sendable, CaseIterable {
  case user = 1
  case host = 2
  case device = 3
  case record = 4
  /// A shared account on one host (root, nursing1).
  case account = 5
  case address = 6
  case path = 7

  /// Whether the label leaves the agent as it is.
  package var isClear: Bool { self == .host || self == .device }
}
