/// A port that somebody listens on.
package struct ListeningPort: Hashable, Sendable {
  package enum Transport: UInt8, Sendable, CaseIterable { case tcp = 6, udp = 17 }

  package var transport: Transport
  package var port: UInt16
  /// Reached from other machines, not from this one alone.
  package var isOpen: Bool
  /// Not listened on when the sensor looked before.
  package var isNew: Bool
  /// Ports listened on at that moment, this one too.
  package var total: UInt32

  package init(transport: Transport, port: UInt16, isOpen: Bool, isNew: Bool, total: UInt32) {
    self.transport = transport
    self.port = port
    self.isOpen = isOpen
    self.isNew = isNew
    self.total = total
  }
}

/// A place from which a machine starts programs by itself, or lets people in, and how it was changed.
package struct PersistenceChange: Hashable, Sendable {
  /// What kind of place it is; raw values are permanent.
  package enum Kind: UInt8, Sendable, CaseIterable {
    case systemdUnit = 1, cron, shellProfile, authorizedKeys, preload, modules, pam, sudoers, initScript, autostart
    case udevRule
    case other
  }

  package enum Act: UInt8, Sendable, CaseIterable { case added, changed, removed }

  package var kind: Kind
  package var act: Act
  /// Raw bytes, unnormalised.
  package var path: [UInt8]
  /// It lets in, or runs as, the superuser.
  package var isOfRoot: Bool

  package init(kind: Kind, act: Act, path: [UInt8], isOfRoot: Bool) {
    self.kind = kind
    self.act = act
    self.path = path
    self.isOfRoot = isOfRoot
  }
}

/// Software installed or removed through the system's own package manager.
package struct PackageChange: Hashable, Sendable {
  package enum Act: UInt8, Sendable, CaseIterable { case installed, upgraded, removed }

  package var act: Act
  /// As the package manager names it.
  package var name: String

  package init(act: Act, name: String) {
    self.act = act
    self.name = name
  }
}
