/// A raw name written in the one way in which it is pseudonymised and sealed (`names.md`).
///
/// Two spellings of the same thing have the same canonical name, and so the same pseudonym everywhere.
package struct CanonicalName: Hashable, Sendable {
  package let kind: EntityKind
  /// UTF-8 for accounts, patients and labels; 4 or 16 bytes for addresses; raw for paths.
  package let bytes: [UInt8]

  /// Longest part of an account, realm, patient id, authority or label, in UTF-8 bytes.
  package static let partLimit = 256
  /// Longest path, in bytes, as the kernel has it.
  package static let pathLimit = 4096

  /// From parts that are canonical already; nil past the kind's limit or empty.
  package init?(kind: EntityKind, canonical bytes: some Collection<UInt8>) {
    let limit = kind == .path ? Self.pathLimit : 3 * Self.partLimit
    guard !bytes.isEmpty, bytes.count <= limit else { return nil }
    if kind == .address {
      guard let address = IPAddress(bytes: bytes), address.bytes.count == bytes.count else { return nil }
    }
    self.kind = kind
    self.bytes = [UInt8](bytes)
  }

  /// The bytes as people read them; malformed UTF-8 is shown with replacement characters.
  package var text: String {
    if kind == .address, let address = IPAddress(bytes: bytes) { return address.description }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension CanonicalName {
  /// A local account: `local:<machine-id>/<name>`; nil for an empty or overlong name.
  package static func localAccount(_ name: String, on machine: MachineID) -> CanonicalName? {
    guard isPart(name) else { return nil }
    return CanonicalName(kind: .user, canonical: Array("local:\(machine)/\(name)".utf8))
  }

  /// A uid without a name: `local:<machine-id>/#<uid>`.
  package static func localAccount(uid: UInt32, on machine: MachineID) -> CanonicalName {
    CanonicalName(kind: .user, trusted: Array("local:\(machine)/#\(uid)".utf8))
  }

  /// A domain account: `<realm lower-cased>/<name case-folded>`; nil where either is empty, overlong or the realm holds
  /// `/` or `:`, which would let one realm pose as another or as a machine.
  package static func domainAccount(_ name: String, realm: String) -> CanonicalName? {
    guard isPart(name), isPart(realm), !realm.utf8.contains(where: { $0 == 0x2F || $0 == 0x3A }) else { return nil }
    return CanonicalName(kind: .user, canonical: Array("\(realm.lowercased())/\(caseFolded(name))".utf8))
  }

  /// An account as logs write it: `DOM\ann`, `ann@dom`, or `ann` with the default realm, else local.
  package static func account(_ text: String, on machine: MachineID, defaultRealm: String = "") -> CanonicalName? {
    guard text.utf8.count <= 2 * partLimit + 1 else { return nil }
    if let slash = text.firstIndex(of: "\\") {
      return domainAccount(String(text[text.index(after: slash)...]), realm: String(text[..<slash]))
    }
    if let at = text.lastIndex(of: "@") {
      return domainAccount(String(text[..<at]), realm: String(text[text.index(after: at)...]))
    }
    if !defaultRealm.isEmpty { return domainAccount(text, realm: defaultRealm) }
    return localAccount(text, on: machine)
  }

  /// A shared account on one host: a local account as it is; a domain account with `@<machine-id>`, because what two
  /// hosts do under it is not one person's behaviour.
  package static func sharedAccount(_ account: CanonicalName, on machine: MachineID) -> CanonicalName {
    let isLocal = account.bytes.starts(with: "local:".utf8)
    return CanonicalName(kind: .account, trusted: isLocal ? account.bytes : account.bytes + Array("@\(machine)".utf8))
  }

  /// A patient: `<assigning authority>/<id>`; the authority is the message's or the policy's default.
  package static func patient(id: String, authority: String) -> CanonicalName? {
    guard isPart(id), isPart(authority), !authority.utf8.contains(0x2F) else { return nil }
    return CanonicalName(kind: .record, canonical: Array("\(authority)/\(id)".utf8))
  }

  /// A host or device by the label given at enrolment or in the device registry.
  package static func label(_ label: String, kind: EntityKind) -> CanonicalName? {
    guard kind == .host || kind == .device, isPart(label) else { return nil }
    return CanonicalName(kind: kind, canonical: Array(label.utf8))
  }

  /// An address, IPv4-mapped IPv6 unmapped, zone dropped.
  package static func address(_ address: IPAddress) -> CanonicalName {
    CanonicalName(kind: .address, trusted: address.bytes)
  }

  /// A path: raw bytes, no normalisation; nil where empty or over `pathLimit`.
  package static func path(_ path: some Collection<UInt8>) -> CanonicalName? {
    CanonicalName(kind: .path, canonical: path)
  }

  private init(kind: EntityKind, trusted bytes: [UInt8]) {
    self.kind = kind
    self.bytes = bytes
  }

  private static func isPart(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= partLimit && !text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
  }

  /// Case folding by way of upper case, so that `ß` meets `SS`; the dotless i stays itself, as Unicode's table has it.
  private static func caseFolded(_ text: String) -> String {
    var folded = ""
    for scalar in text.unicodeScalars {
      if scalar == "\u{131}" {
        folded.unicodeScalars.append(scalar)
      } else {
        folded += scalar.properties.uppercaseMapping.lowercased()
      }
    }
    return folded
  }
}
