import CordonCore

extension ByteReader {
  mutating func entry() throws(CordonError) -> JournalEntry {
    switch try integer(UInt8.self) {
    case 1: return .hold(try hold())
    case 2: return .closed(try id())
    case 3: return .remember(try id(), until: try time())
    case 4:
      let authority = try authority()
      guard let action = Action.Name(rawValue: try text()) else { throw Self.damaged }
      return .use(.init(authority: authority, action: action, at: try moment()))
    case 5: return .outcome(try outcome())
    case 6: return .spooled(try id(), try choice(), at: try time())
    default: throw Self.damaged
    }
  }

  private mutating func hold() throws(CordonError) -> Hold {
    let id = try id()
    let action = try action()
    let target = try target()
    let authority = try authority()
    let state = try choice(HoldState.self)
    let granted = try moment()
    return Hold(
      commandID: id, action: action, target: target, authority: authority, state: state,
      lease: Lease(granted: granted, length: try duration()), maxUntil: try time(), undo: try undo(),
      detectionID: try optional { (reader) throws(CordonError) in try reader.id() })
  }

  private mutating func outcome() throws(CordonError) -> Outcome {
    Outcome(
      commandID: try id(), state: try choice(), at: try time(), code: try text(), message: try text(),
      leaseUntil: try optional { (reader) throws(CordonError) in try reader.time() },
      evidence: try list { (reader) throws(CordonError) in try reader.text() }, verifiedBy: try text(),
      isReflex: try flag(), action: try optional { (reader) throws(CordonError) in try reader.action() },
      detectionID: try optional { (reader) throws(CordonError) in try reader.id() })
  }

  private mutating func moment() throws(CordonError) -> Moment {
    Moment(wall: try time(), sinceBoot: try integer(), bootID: try text())
  }

  private mutating func authority() throws(CordonError) -> Authority {
    switch try integer(UInt8.self) {
    case 1: return .reflex
    case 2: return .standing
    case 3: return .operators
    case 4: return .clinicalOperators
    default: throw Self.damaged
    }
  }

  private mutating func process() throws(CordonError) -> ProcessRef {
    ProcessRef(pid: try integer(), startTicks: try integer(), bootID: try text(), executable: try text())
  }

  private mutating func action() throws(CordonError) -> Action {
    guard let name = Action.Name(rawValue: try text()) else { throw Self.damaged }
    switch name {
    case .suspendProcess: return .suspendProcess(try process())
    case .killProcess: return .killProcess(try process())
    case .blockAddress:
      let kind = try choice(EntityKind.self)
      let epoch = try integer(UInt32.self)
      let pseudonym = try data()
      let label = try text()
      let sealedName = try data()
      guard let part = SealedEntity.Part(rawValue: try text()) else { throw Self.damaged }
      var entity = EntityRef(kind: kind, keyEpoch: epoch, pseudonym: pseudonym)
      entity.label = label
      return .blockAddress(SealedEntity(entity: entity, sealedName: sealedName, part: part))
    }
  }

  private mutating func address() throws(CordonError) -> IPAddress {
    guard let address = IPAddress(bytes: try data()) else { throw Self.damaged }
    return address
  }

  private mutating func target() throws(CordonError) -> Target {
    switch try integer(UInt8.self) {
    case 1: return .process(try process())
    case 2: return .address(try address())
    default: throw Self.damaged
    }
  }

  private mutating func undo() throws(CordonError) -> Undo {
    switch try integer(UInt8.self) {
    case 0: return .none
    case 1:
      let group = try text()
      return .thaw(
        group: group,
        processes: try list { (reader) throws(CordonError) in
          .init(pid: try reader.integer(), startTicks: try reader.integer(), originalGroup: try reader.text())
        })
    case 2:
      return .resume(
        try list { (reader) throws(CordonError) in
          .init(pid: try reader.integer(), startTicks: try reader.integer(), wasStopped: try reader.flag())
        })
    case 3: return .unblock(try address())
    default: throw Self.damaged
    }
  }
}
