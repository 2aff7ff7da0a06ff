import CordonCore

/// Which of Windows' accounts are people's, and how they are written.
enum WindowsAccounts {
  /// What stands for a domain of Windows' own accounts, in the languages that hospitals here install.
  private static let ownDomains: Set<String> = [
    "nt authority", "nt-autorität", "autorite nt", "autorité nt", "nt service", "nt-dienst", "window manager",
    "font driver host", "iis apppool", "nt virtual machine",
  ]
  /// SYSTEM, LOCAL SERVICE, NETWORK SERVICE, ANONYMOUS LOGON.
  private static let ownIdentifiers: Set<String> = ["S-1-5-18", "S-1-5-19", "S-1-5-20", "S-1-5-7"]
  /// Of the window manager and the font driver, one a session.
  private static let ownPrefixes = ["S-1-5-90-", "S-1-5-96-", "S-1-5-80-"]

  /// A name with its domain as an account, such as `WARD\ann`; nil for Windows' own accounts and for computers'.
  ///
  /// - Parameter computer: stands for a domain that is missing, so that no name is taken for one of this machine.
  static func account(_ name: String?, domain: String?, identifier: String?, computer: String) -> RawAccount? {
    guard let name, isPerson(name), !isOwn(domain: domain), !isOwn(identifier: identifier) else { return nil }
    if name.contains("@") || name.contains("\\") { return .name(name) }
    let domain = domain.flatMap { $0.isEmpty || $0 == "-" || $0 == "." ? nil : $0 } ?? shortName(computer)
    return domain.isEmpty ? nil : .name("\(domain)\\\(name)")
  }

  /// An account as Sysmon writes it, `WARD\ann`; nil as for `account`.
  static func account(_ text: String?, computer: String) -> RawAccount? {
    guard let text else { return nil }
    guard let slash = text.firstIndex(of: "\\") else {
      return account(text, domain: nil, identifier: nil, computer: computer)
    }
    let name = String(text[text.index(after: slash)...])
    return account(name, domain: String(text[..<slash]), identifier: nil, computer: computer)
  }

  /// The first label of a computer's name: the domain of its own accounts.
  static func shortName(_ computer: String) -> String { String(computer.prefix { $0 != "." }) }

  private static func isPerson(_ name: String) -> Bool {
    !name.isEmpty && name != "-" && !name.hasSuffix("$") && name != "ANONYMOUS LOGON"
      && name.utf8.count <= CanonicalName.partLimit
  }

  private static func isOwn(domain: String?) -> Bool { domain.map { ownDomains.contains($0.lowercased()) } ?? false }

  private static func isOwn(identifier: String?) -> Bool {
    guard let identifier, identifier.hasPrefix("S-1-5-") else { return false }
    return ownIdentifiers.contains(identifier) || ownPrefixes.contains { identifier.hasPrefix($0) }
  }
}
