import CordonCore

/// Entries to bytes and back; the numbers are the journal's format and never change their meaning.
enum JournalCoding {
  static func encode(_ entries: [JournalEntry]) -> [UInt8] {
    var writer = ByteWriter()
    writer.put(entries) { $0.put($1) }
    return writer.bytes
  }

  static func decode(_ bytes: [UInt8]) throws(CordonError) -> [JournalEntry] {
    var reader = ByteReader(bytes)
    let entries = try reader.list { (reader) throws(CordonError) in try reader.entry() }
    guard reader.isAtEnd else { throw ByteReader.damaged }
    return entries
  }
}

extension ByteWriter {
  mutating func put(_ entry: JournalEntry) {
    switch entry {
    case .hold(let hold):
      put(UInt8(1))
      put(hold)
    case .closed(let id):
      put(UInt8(2))
      put(id)
    case .remember(let id, let until):
      put(UInt8(3))
      put(id)
      put(until)
    case .use(let use):
      put(UInt8(4))
      put(use.authority)
      put(use.action.rawValue)
      put(use.at)
    case .outcome(let outcome):
      put(UInt8(5))
      put(outcome)
    case .spooled(let id, let state, let at):
      put(UInt8(6))
      put(id)
      put(state.rawValue)
      put(at)
    }
  }

  private mutating func put(_ hold: Hold) {
    put(hold.commandID)
    put(hold.action)
    put(hold.target)
    put(hold.authority)
    put(hold.state.rawValue)
    put(hold.lease.granted)
    put(hold.lease.length)
    put(hold.maxUntil)
    put(hold.undo)
    put(hold.detectionID) { $0.put($1) }
  }

  private mutating func put(_ outcome: Outcome) {
    put(outcome.commandID)
    put(outcome.state.rawValue)
    put(outcome.at)
    put(outcome.code)
    put(outcome.message)
    put(outcome.leaseUntil) { $0.put($1) }
    put(outcome.evidence) { $0.put($1) }
    put(outcome.verifiedBy)
    put(outcome.isReflex)
    put(outcome.action) { $0.put($1) }
    put(outcome.detectionID) { $0.put($1) }
  }

  private mutating func put(_ moment: Moment) {
    put(moment.wall)
    put(moment.sinceBoot)
    put(moment.bootID)
  }

  private mutating func put(_ authority: Authority) {
    switch authority {
    case .reflex: put(UInt8(1))
    case .standing: put(UInt8(2))
    case .operators: put(UInt8(3))
    case .clinicalOperators: put(UInt8(4))
    }
  }

  private mutating func put(_ process: ProcessRef) {
    put(process.pid)
    put(process.startTicks)
    put(process.bootID)
    put(process.executable)
  }

  private mutating func put(_ action: Action) {
    put(action.name.rawValue)
    switch action {
    case .suspendProcess(let process), .killProcess(let process): put(process)
    case .blockAddress(let address):
      put(address.entity.kind.rawValue)
      put(address.entity.keyEpoch)
      put(address.entity.pseudonym)
      put(address.entity.label)
      put(address.sealedName)
      put(address.part.rawValue)
    }
  }

  private mutating func put(_ target: Target) {
    switch target {
    case .process(let process):
      put(UInt8(1))
      put(process)
    case .address(let address):
      put(UInt8(2))
      put(address.bytes)
    }
  }

  private mutating func put(_ undo: Undo) {
    switch undo {
    case .none: put(UInt8(0))
    case .thaw(let group, let processes):
      put(UInt8(1))
      put(group)
      put(processes) { writer, process in
        writer.put(process.pid)
        writer.put(process.startTicks)
        writer.put(process.originalGroup)
      }
    case .resume(let processes):
      put(UInt8(2))
      put(processes) { writer, process in
        writer.put(process.pid)
        writer.put(process.startTicks)
        writer.put(process.wasStopped)
      }
    case .unblock(let address):
      put(UInt8(3))
      put(address.bytes)
    }
  }
}
