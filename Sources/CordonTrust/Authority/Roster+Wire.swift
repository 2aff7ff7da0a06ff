package import CordonCore
package import CordonWire
import FoundationEssentials

extension Roster: EnvelopePayload {
  package static var envelopeType: EnvelopeType { .roster }

  package init(payload: [UInt8]) throws(CordonError) {
    self = try Cordon_V1_Roster(strictly: payload, of: "roster").domain()
  }

  package func encodedPayload() throws(CordonError) -> [UInt8] {
    try validate()
    return try Cordon_V1_Roster(self).strictBytes(of: "roster")
  }
}

extension Cordon_V1_Roster {
  package init(_ roster: Roster) {
    self.init()
    site = roster.site
    serial = roster.serial
    notAfterMs = roster.notAfter.milliseconds
    keys = roster.keys.map(Cordon_V1_AuthorityKey.init)
    thresholds = roster.thresholds.sorted { $0.key < $1.key }.map { act, count in
      var threshold = Cordon_V1_ActThreshold()
      threshold.act = Cordon_V1_AuthorityAct(rawValue: Int(act.rawValue)) ?? .unspecified
      threshold.signatures = UInt32(clamping: count)
      return threshold
    }
  }

  /// The roster, validated.
  package func domain() throws(CordonError) -> Roster {
    guard keys.count <= Roster.mostKeys, thresholds.count <= AuthorityAct.allCases.count else {
      throw CordonError(.invalid, "roster", "The roster is not usable. It has too many keys or thresholds.")
    }
    var domainKeys: [AuthorityKey] = []
    for key in keys { domainKeys.append(try key.domain()) }
    var domainThresholds: [AuthorityAct: Int] = [:]
    for threshold in thresholds {
      guard let raw = UInt8(exactly: threshold.act.rawValue), let act = AuthorityAct(rawValue: raw) else {
        throw CordonError(.invalid, "roster", "The roster is not usable. It has a threshold for an unknown act.")
      }
      guard domainThresholds.updateValue(Int(threshold.signatures), forKey: act) == nil else {
        throw CordonError(.invalid, "roster", "The roster is not usable. It states \(act.name)'s threshold twice.")
      }
    }
    let roster = Roster(
      site: site, serial: serial, notAfter: Timestamp(milliseconds: notAfterMs), keys: domainKeys,
      thresholds: domainThresholds)
    try roster.validate()
    return roster
  }
}

extension Cordon_V1_AuthorityKey {
  package init(_ key: AuthorityKey) {
    self.init()
    id = Data(key.id.bytes)
    publicKey = Data(key.publicKey)
    holder = key.holder
    roles = key.roles.sorted().map { Cordon_V1_AuthorityRole(rawValue: Int($0.rawValue)) ?? .unspecified }
  }

  /// The key, refused where its id is not its public key's.
  package func domain() throws(CordonError) -> AuthorityKey {
    var domainRoles: Set<AuthorityRole> = []
    for role in roles {
      guard let raw = UInt8(exactly: role.rawValue), let known = AuthorityRole(rawValue: raw) else {
        throw CordonError(.invalid, "authority-roles", "\(holder)'s authority key has an unknown role.")
      }
      domainRoles.insert(known)
    }
    let key = try AuthorityKey(publicKey: [UInt8](publicKey), holder: holder, roles: domainRoles)
    guard [UInt8](id) == key.id.bytes else {
      throw CordonError(.invalid, "authority-key", "\(holder)'s authority key has an id that is not its digest.")
    }
    return key
  }
}
