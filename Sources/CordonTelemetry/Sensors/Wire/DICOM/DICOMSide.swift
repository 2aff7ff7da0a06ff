import CordonCore

/// What one end of a DICOM connection says: units, within them fragments, and the commands that fragments make up.
///
/// A state machine over bytes that may be cut anywhere. Of an association's items the heads are looked at; a command is
/// gathered up to `DICOMCommandSet.limit`; of a data set only the length is kept, and bytes of it that the capture missed
/// are counted like others. After anything else that is missed or no unit it looks for the next beginning of a packet that
/// begins a unit.
struct DICOMSide: Sendable {
  private enum Stage: Hashable {
    /// The head of a unit.
    case unit
    /// The fixed part of an association's request or acceptance.
    case parties(DICOMUnit.Kind)
    case item(DICOMUnit.Kind)
    /// The result of one kind of exchange, within an acceptance, with so many bytes of the item behind it.
    case result(rest: Int)
    /// The four bytes of a rejection, release or abort.
    case rest(DICOMUnit.Kind)
    /// The head of a fragment.
    case fragment
    case command(isLast: Bool)
    /// Behind a piece of a data set.
    case data(isLast: Bool)
    case lost
  }

  /// What one part came to.
  private enum Progress: Hashable {
    /// It is not whole yet.
    case starved
    case silent
    case event(DICOMEvent)
  }

  private var stage = Stage.unit
  /// Bytes of the part at hand that have come, where it is cut.
  private var held: [UInt8] = []
  /// Bytes that the part at hand has.
  private var need = DICOMUnit.headLength
  /// Bytes to pass over before the part at hand.
  private var passing = 0
  /// Bytes of the unit behind the part at hand.
  private var unitRest = 0
  private var command: [UInt8] = []
  private var dataBytes = 0
  private var calling = ""
  private var called = ""
  private var contexts = 0
  private var refused = 0

  /// The next event in the bytes from a position on, which is moved; nil when they are used up.
  mutating func next(in bytes: Span<UInt8>, at position: inout Int) -> DICOMEvent? {
    if stage == .lost {
      guard position == 0, DICOMUnit.begins(bytes) else {
        position = bytes.count
        return nil
      }
      expect(.unit, DICOMUnit.headLength)
    }
    while true {
      let passed = min(passing, bytes.count - position)
      passing -= passed
      position += passed
      guard passing == 0 else { return nil }
      switch step(bytes, &position) {
      case .starved: return nil
      case .silent: continue
      case .event(let event): return event
      }
    }
  }

  /// What the connection's end makes of a data set that is not whole.
  mutating func finish() -> DICOMEvent? {
    defer { lose() }
    // What is passed over may also be of an association.
    if case .data = stage { dataBytes -= passing }
    return dataBytes > 0 ? .data(bytes: dataBytes) : nil
  }

  /// Bytes were missed: of what is passed over anyway, no harm is done.
  mutating func skip(_ count: Int) {
    if count > 0, count <= passing { passing -= count } else { lose() }
  }

  private mutating func lose() {
    stage = .lost
    held.removeAll(keepingCapacity: true)
    command.removeAll(keepingCapacity: true)
    passing = 0
    dataBytes = 0
  }

  private mutating func expect(_ stage: Stage, _ need: Int) {
    self.stage = stage
    self.need = need
  }

  /// Takes the part at hand where it is whole, or keeps what there is of it.
  private mutating func step(_ bytes: Span<UInt8>, _ position: inout Int) -> Progress {
    if held.isEmpty, bytes.count - position >= need {
      let part = bytes.extracting(position..<position + need)
      position += need
      return read(part)
    }
    let end = min(bytes.count, position + need - held.count)
    for index in position..<end { held.append(bytes[index]) }
    position = end
    guard held.count == need else { return .starved }
    var whole: [UInt8] = []
    swap(&whole, &held)
    return read(whole.span)
  }

  private mutating func read(_ part: Span<UInt8>) -> Progress {
    switch stage {
    case .unit: return readUnit(part)
    case .parties(let kind):
      called = DICOMTitle.read(part.extracting(4..<20))
      calling = DICOMTitle.read(part.extracting(20..<36))
      return expectItem(of: kind)
    case .item(let kind): return readItem(part, of: kind)
    case .result(let rest):
      if part[2] != 0 { refused += 1 }
      passing = rest
      return expectItem(of: .associateAccept)
    case .rest(let kind):
      expect(.unit, DICOMUnit.headLength)
      switch kind {
      case .associateReject: return .event(.rejected(result: part[1], source: part[2], reason: part[3]))
      case .releaseReply: return .event(.released)
      case .abort: return .event(.aborted)
      case .associateRequest, .associateAccept, .data, .releaseRequest: return .silent
      }
    case .fragment: return readFragment(part)
    case .command(let isLast):
      command += part.withUnsafeBufferPointer { Array($0) }
      guard isLast else { return expectFragment(after: nil) }
      defer { command.removeAll(keepingCapacity: true) }
      guard let whole = DICOMCommandSet.read(command.span) else { return giveUp() }
      return expectFragment(after: .command(whole))
    case .data(let isLast):
      guard isLast else { return expectFragment(after: nil) }
      defer { dataBytes = 0 }
      return expectFragment(after: .data(bytes: dataBytes))
    case .lost: return .starved
    }
  }

  private mutating func readUnit(_ part: Span<UInt8>) -> Progress {
    guard let unit = DICOMUnit(part) else { return giveUp() }
    unitRest = unit.length
    switch unit.kind {
    case .data: expect(.fragment, DICOMFragment.headLength)
    case .associateRequest, .associateAccept:
      (contexts, refused) = (0, 0)
      unitRest -= DICOMUnit.partiesLength
      expect(.parties(unit.kind), DICOMUnit.partiesLength)
    case .associateReject, .releaseRequest, .releaseReply, .abort: expect(.rest(unit.kind), unit.length)
    }
    return .silent
  }

  /// An item of an association (PS3.8, 9.3.2 and 9.3.3): 0x21 is a kind of exchange with what became of it.
  private mutating func readItem(_ part: Span<UInt8>, of kind: DICOMUnit.Kind) -> Progress {
    let length = Int(part[2]) << 8 | Int(part[3])
    guard length <= unitRest else { return giveUp() }
    unitRest -= length
    guard kind == .associateAccept, part[0] == 0x21 else {
      passing = length
      return expectItem(of: kind)
    }
    guard length >= 4 else { return giveUp() }
    contexts += 1
    expect(.result(rest: length - 4), 4)
    return .silent
  }

  private mutating func expectItem(of kind: DICOMUnit.Kind) -> Progress {
    guard unitRest > 0 else {
      expect(.unit, DICOMUnit.headLength)
      return .event(
        kind == .associateRequest
          ? .requested(calling: calling, called: called)
          : .accepted(contexts: contexts - refused, refused: refused))
    }
    guard unitRest >= 4 else { return giveUp() }
    unitRest -= 4
    expect(.item(kind), 4)
    return .silent
  }

  private mutating func readFragment(_ part: Span<UInt8>) -> Progress {
    guard let fragment = DICOMFragment(part), DICOMFragment.headLength + fragment.length <= unitRest else {
      return giveUp()
    }
    unitRest -= DICOMFragment.headLength + fragment.length
    if fragment.isCommand {
      guard command.count + fragment.length <= DICOMCommandSet.limit else { return giveUp() }
      expect(.command(isLast: fragment.isLast), fragment.length)
    } else {
      dataBytes += fragment.length
      passing = fragment.length
      expect(.data(isLast: fragment.isLast), 0)
    }
    return .silent
  }

  private mutating func expectFragment(after event: DICOMEvent?) -> Progress {
    if unitRest == 0 {
      expect(.unit, DICOMUnit.headLength)
    } else {
      guard unitRest >= DICOMFragment.headLength else { return giveUp() }
      expect(.fragment, DICOMFragment.headLength)
    }
    return event.map(Progress.event) ?? .silent
  }

  private mutating func giveUp() -> Progress {
    lose()
    return .event(.malformed)
  }
}
