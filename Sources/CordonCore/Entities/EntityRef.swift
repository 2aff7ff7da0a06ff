/// A name as it leaves an agent: a keyed pseudonym, or a label where its class is clear.
package struct EntityRef: Hashable, Sendable {
  package var kind: EntityKind
  /// Epoch of the key that made the pseudonym; 0 for a clear label.
  package var keyEpoch: UInt32
  /// 16 bytes, or empty for a clear label.
  package var pseudonym: [UInt8]
  /// Empty unless the name's class is clear.
  package var label: String

  package static let pseudonymLength = 16

  package init(kind: EntityKind, keyEpoch: UInt32, pseudonym: [UInt8]) {
    self.kind = kind
    self.keyEpoch = keyEpoch
    self.pseudonym = pseudonym
    self.label = ""
  }

  package init(kind: EntityKind, label: String) {
    self.kind = kind
    self.keyEpoch = 0
    self.pseudonym = []
    self.label = label
  }

  /// A label, or the first 8 hexadecimal digits of the pseudonym.
  package var shortName: String { label.isEmpty ? "\(kind)-\(Hex.encode(pseudonym.prefix(4)))" : label }
}

/// A pseudonym with its name sealed to those who hold the site's key.
package struct SealedEntity: Hashable, Sendable {
  /// What part an entity plays in a detection or command.
  package enum Part: String, Sendable {
    case actor, target, source, file, host
  }

  package var entity: EntityRef
  /// Encapsulated key and ciphertext; empty where the label is clear.
  package var sealedName: [UInt8]
  package var part: Part

  package init(entity: EntityRef, sealedName: [UInt8] = [], part: Part) {
    self.entity = entity
    self.sealedName = sealedName
    self.part = part
  }
}

/// A process of one boot of one machine: a pid alone is reused.
package struct ProcessRef: Hashable, Sendable {
  package var pid: UInt32
  /// Field 22 of /proc/PID/stat, clock ticks since boot.
  package var startTicks: UInt64
  package var bootID: String
  /// Path of an executable that an OS package owns; empty otherwise.
  package var executable: String

  package init(pid: UInt32, startTicks: UInt64, bootID: String, executable: String = "") {
    self.pid = pid
    self.startTicks = startTicks
    self.bootID = bootID
    self.executable = executable
  }
}
