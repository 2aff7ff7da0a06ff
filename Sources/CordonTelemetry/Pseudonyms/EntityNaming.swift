package import CordonCore

/// Whose behaviour an account's is: a person's over all machines, or a shared account's on this one.
package struct EntityNaming: Sendable {
  /// What the policy says about accounts, and which machine this is.
  package struct Settings: Hashable, Sendable {
    package var machine: MachineID
    package var defaultRealm: String
    package var sharedAccounts: [String]
    package var serviceAccounts: [String]
    /// Realm of the health record's bare user names; never empty, for they are no accounts of this machine.
    package var recordRealm: String

    package init(machine: MachineID, policy: Policy) {
      self.machine = machine
      defaultRealm = policy.defaultRealm
      sharedAccounts = policy.sharedAccounts
      serviceAccounts = policy.serviceAccounts
      recordRealm = [policy.ehr.realm, policy.defaultRealm].first { !$0.isEmpty } ?? "ehr"
    }
  }

  /// An account's canonical name, and whether several people use it.
  package struct Named: Hashable, Sendable {
    package var name: CanonicalName
    package var isShared: Bool
  }

  private let settings: Settings
  private var directory: any AccountDirectory
  private let shared: Set<CanonicalName>

  package init(settings: Settings, directory: any AccountDirectory) {
    self.settings = settings
    self.directory = directory
    shared = Set(settings.sharedAccounts.flatMap { Self.spellings($0, settings) })
  }

  /// Names of service accounts, which leave in clear under the label that the policy gives them.
  package var clearNames: [CanonicalName: String] {
    var clear: [CanonicalName: String] = [:]
    for account in settings.serviceAccounts {
      for name in Self.spellings(account, settings) {
        clear[name] = account
        clear[CanonicalName.sharedAccount(name, on: settings.machine)] = account
      }
    }
    return clear
  }

  /// The entity behind an account as a source names it; nil for a name that is none.
  package mutating func name(_ account: RawAccount, now: Timestamp) -> Named? {
    guard let name = canonical(account, now: now) else { return nil }
    guard shared.contains(name) else { return Named(name: name, isShared: false) }
    return Named(name: .sharedAccount(name, on: settings.machine), isShared: true)
  }

  private mutating func canonical(_ account: RawAccount, now: Timestamp) -> CanonicalName? {
    switch account {
    case .name(let text):
      return CanonicalName.account(text, on: settings.machine, defaultRealm: settings.defaultRealm)
    case .record(let text):
      return CanonicalName.account(text, on: settings.machine, defaultRealm: settings.recordRealm)
    case .login(let text):
      return directory.isLocal(text, now: now)
        ? CanonicalName.localAccount(text, on: settings.machine)
        : CanonicalName.account(text, on: settings.machine, defaultRealm: settings.defaultRealm)
    case .uid(let uid):
      guard let found = directory.account(of: uid, now: now) else {
        return CanonicalName.localAccount(uid: uid, on: settings.machine)
      }
      let name =
        found.isLocal
        ? CanonicalName.localAccount(found.name, on: settings.machine)
        : CanonicalName.account(found.name, on: settings.machine, defaultRealm: settings.defaultRealm)
      return name ?? CanonicalName.localAccount(uid: uid, on: settings.machine)
    }
  }

  /// A policy's spelling means the local account, the default realm's and the health record's alike.
  private static func spellings(_ account: String, _ settings: Settings) -> [CanonicalName] {
    [
      CanonicalName.account(account, on: settings.machine),
      CanonicalName.account(account, on: settings.machine, defaultRealm: settings.defaultRealm),
      CanonicalName.account(account, on: settings.machine, defaultRealm: settings.recordRealm),
    ].compactMap(\.self)
  }
}
