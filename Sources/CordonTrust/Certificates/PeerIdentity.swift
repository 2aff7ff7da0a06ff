package import CordonCore

/// What part a peer plays: the first word of its SPIFFE path.
package enum PeerRole: String, Sendable, CaseIterable {
  case agent, collector, `operator`
}

/// Who a certificate names: the path of its one SPIFFE id.
package enum PeerIdentity: Hashable, Sendable {
  case agent(AgentID)
  case collector(String)
  case `operator`(String)

  package var role: PeerRole {
    switch self {
    case .agent: .agent
    case .collector: .collector
    case .operator: .operator
    }
  }

  /// The last word of the path.
  package var name: String {
    switch self {
    case .agent(let id): id.text
    case .collector(let name), .operator(let name): name
    }
  }

  /// Such as `spiffe://st-elsewhere.example/agent/0123…`.
  package func uri(in domain: TrustDomain) -> String { "spiffe://\(domain.name)/\(role.rawValue)/\(name)" }

  /// Bytes of a collector's or operator's name.
  package static let longestName = 64

  /// Refuses a name that is empty, too long, or holds anything but letters, digits, dots, hyphens and underscores.
  package init(_ role: PeerRole, _ name: String) throws(CordonError) {
    switch role {
    case .agent:
      guard let id = AgentID(name) else { throw Self.badName(role, name) }
      self = .agent(id)
    case .collector:
      guard Self.isPlain(name) else { throw Self.badName(role, name) }
      self = .collector(name)
    case .operator:
      guard Self.isPlain(name) else { throw Self.badName(role, name) }
      self = .operator(name)
    }
  }

  /// Nil unless the URI is exactly one that `uri(in:)` writes for this domain.
  package init?(uri: String, in domain: TrustDomain) {
    let prefix = "spiffe://\(domain.name)/"
    guard uri.utf8.count <= 512, uri.hasPrefix(prefix) else { return nil }
    let words = uri.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
    guard words.count == 2, let role = PeerRole(rawValue: String(words[0])),
      let identity = try? PeerIdentity(role, String(words[1]))
    else { return nil }
    self = identity
  }

  private static func isPlain(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.count <= longestName, name != ".", name != ".." else { return false }
    return name.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains(byte)
    }
  }

  private static func badName(_ role: PeerRole, _ name: String) -> CordonError {
    CordonError(
      .invalid, "identity-name", "\"\(name.prefix(80))\" cannot be the name of an \(role.rawValue).",
      remedy: "Use letters, digits, dots, hyphens and underscores, at most \(longestName).")
  }
}
