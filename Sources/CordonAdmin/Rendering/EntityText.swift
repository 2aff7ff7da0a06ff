import CordonCore
import CordonPolicy
import CordonWire

/// Names, processes and actions as analysts read them.
enum EntityText {
  /// A label, or kind and the first digits of a pseudonym.
  static func name(_ entity: Cordon_V1_EntityRef) -> String {
    entity.label.isEmpty ? "\(kind(entity.kind))-\(Hex.encode(entity.pseudonym.prefix(4)))" : Table.plain(entity.label)
  }

  static func kind(_ kind: Cordon_V1_EntityKind) -> String {
    switch kind {
    case .user: "user"
    case .host: "host"
    case .device: "device"
    case .record: "record"
    case .account: "account"
    case .address: "address"
    case .path: "path"
    default: "unknown"
    }
  }

  static func json(_ sealed: Cordon_V1_SealedEntity) -> JSONValue {
    .fields([
      "part": .text(sealed.part), "kind": .text(kind(sealed.entity.kind)), "name": .text(name(sealed.entity)),
      "pseudonym": .optional(Hex.encode(sealed.entity.pseudonym)), "key_epoch": .integer(Int64(sealed.entity.keyEpoch)),
      "sealed": .flag(!sealed.sealedName.isEmpty),
    ])
  }

  static func process(_ process: Cordon_V1_ProcessRef) -> String {
    let program = process.executable.isEmpty ? "" : " (\(Table.plain(process.executable)))"
    return "pid \(process.pid)\(program)"
  }

  static func json(_ process: Cordon_V1_ProcessRef) -> JSONValue {
    .fields([
      "pid": .integer(Int64(process.pid)), "start_ticks": .unsigned(process.startTicks),
      "boot_id": .text(process.bootID), "executable": .optional(process.executable),
    ])
  }

  /// Such as `suspend-process pid 4711 (/usr/bin/python3.11)`.
  static func action(_ action: Cordon_V1_Action) -> String {
    switch action.kind {
    case .suspendProcess(let suspend): "suspend-process \(process(suspend.process))"
    case .killProcess(let kill): "kill-process \(process(kill.process))"
    case .blockAddress(let block): "block-address \(name(block.address.entity))"
    case nil: "unknown action"
    }
  }

  static func json(_ action: Cordon_V1_Action) -> JSONValue {
    switch action.kind {
    case .suspendProcess(let suspend): .fields(["name": "suspend-process", "process": json(suspend.process)])
    case .killProcess(let kill): .fields(["name": "kill-process", "process": json(kill.process)])
    case .blockAddress(let block): .fields(["name": "block-address", "address": json(block.address)])
    case nil: .null
    }
  }

  /// The text of an id, whole.
  static func id(_ bytes: Bytes) -> String { UniqueID(bytes: bytes)?.description ?? Hex.encode(bytes) }

  /// The first digits of an id: as many as its time has, so that two are told apart within a millisecond's reach.
  static func shortID(_ bytes: Bytes) -> String { Hex.encode(bytes.prefix(8)) }
}

extension JSONValue: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self = .text(text) }
}
