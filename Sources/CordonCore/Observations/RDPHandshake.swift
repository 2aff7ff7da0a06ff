/// How two machines agreed on the protection of a remote desktop; the user's name in it is not kept.
package struct RDPHandshake: Hashable, Sendable {
  /// As the protocol numbers it (MS-RDPBCGR 2.2.1.1.1); none of it is the protocol's own first encryption, long broken.
  package struct Protection: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let tls = Protection(rawValue: 1)
    /// CredSSP, by which the user is known before anything is shown; in two versions, and with a further credential.
    package static let credentials: Protection = [
      Protection(rawValue: 2), Protection(rawValue: 8), Protection(rawValue: 16),
    ]
  }

  package var requested: Protection
  /// Nil where the server's answer was not seen.
  package var chosen: Protection?

  package init(requested: Protection, chosen: Protection? = nil) {
    self.requested = requested
    self.chosen = chosen
  }

  /// Anybody on the way can read it, keys and picture.
  package var isUnprotected: Bool { chosen == [] }

  /// Whoever connects is shown the log-on screen, and what it has of holes, before they are known.
  package var letsStrangersIn: Bool { chosen.map { $0.isDisjoint(with: .credentials) } ?? false }
}
