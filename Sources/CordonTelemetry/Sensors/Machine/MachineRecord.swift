package import CordonCore

/// What sources that look after the machine itself hand to their parser: names, numbers and who did it; never content.
package struct MachineRecord: Hashable, Sendable {
  package enum Fact: Hashable, Sendable {
    case port(ListeningPort)
    /// A connection to another machine.
    case peer(IPAddress, port: UInt16)
    case persistence(PersistenceChange)
    case package(PackageChange)
    case storage
  }

  package var time: Timestamp
  package var process: ObservedProcess?
  /// Real user; `UInt32.max` where unknown.
  package var user: UInt32
  /// Whom the person logged in as; `UInt32.max` where nobody did.
  package var loginUser: UInt32
  package var fact: Fact

  package init(
    time: Timestamp, process: ObservedProcess? = nil, user: UInt32 = .max, loginUser: UInt32 = .max, fact: Fact
  ) {
    self.time = time
    self.process = process
    self.user = user
    self.loginUser = loginUser
    self.fact = fact
  }
}

/// One version byte, then numbers little-endian and byte strings with a 2-byte length.
extension MachineRecord {
  private static let version: UInt8 = 1

  package var encoded: [UInt8] {
    var writer = RecordWriter()
    writer.put(Self.version, as: 1)
    writer.put(process == nil ? 0 : 1, as: 1)
    writer.put(UInt64(bitPattern: time.milliseconds), as: 8)
    writer.put(UInt64(user), as: 4)
    writer.put(UInt64(loginUser), as: 4)
    if let process {
      writer.put(UInt64(process.pid), as: 4)
      writer.put(process.startTicks, as: 8)
      writer.put(UInt64(process.parent), as: 4)
      writer.put(process.parentStartTicks, as: 8)
      writer.put(text: process.executable)
    }
    switch fact {
    case .port(let port):
      writer.put(1, as: 1)
      writer.put(UInt64(port.transport.rawValue), as: 1)
      writer.put(UInt64(port.port), as: 2)
      writer.put((port.isOpen ? 1 : 0) | (port.isNew ? 2 : 0), as: 1)
      writer.put(UInt64(port.total), as: 4)
    case .peer(let address, let port):
      writer.put(2, as: 1)
      writer.put(UInt64(port), as: 2)
      writer.put(text: address.bytes)
    case .persistence(let change):
      writer.put(3, as: 1)
      writer.put(UInt64(change.kind.rawValue), as: 1)
      writer.put(UInt64(change.act.rawValue), as: 1)
      writer.put(change.isOfRoot ? 1 : 0, as: 1)
      writer.put(text: change.path)
    case .package(let change):
      writer.put(4, as: 1)
      writer.put(UInt64(change.act.rawValue), as: 1)
      writer.put(text: Array(change.name.utf8))
    case .storage: writer.put(5, as: 1)
    }
    return writer.bytes
  }

  /// Nil unless every byte is as `encoded` writes it.
  package init?(_ bytes: [UInt8]) {
    var reader = RecordReader(bytes)
    guard reader.number(of: 1) == UInt64(Self.version), let hasProcess = reader.flags(below: 2),
      let milliseconds = reader.number(of: 8), let user = reader.number(of: 4), let login = reader.number(of: 4)
    else { return nil }
    var process: ObservedProcess?
    if hasProcess == 1 {
      guard let pid = reader.number(of: 4), let start = reader.number(of: 8), let parent = reader.number(of: 4),
        let parentStart = reader.number(of: 8), let executable = reader.text(most: CanonicalName.pathLimit)
      else { return nil }
      process = ObservedProcess(
        pid: UInt32(pid), parent: UInt32(parent), startTicks: start, parentStartTicks: parentStart,
        executable: executable)
    }
    guard let fact = Self.fact(&reader), reader.isAtEnd else { return nil }
    self.init(
      time: Timestamp(milliseconds: Int64(bitPattern: milliseconds)), process: process, user: UInt32(user),
      loginUser: UInt32(login), fact: fact)
  }

  private static func fact(_ reader: inout RecordReader) -> Fact? {
    switch reader.number(of: 1) {
    case 1: return port(&reader)
    case 2:
      guard let port = reader.number(of: 2), let bytes = reader.text(most: 16), let address = IPAddress(bytes: bytes),
        address.bytes == bytes
      else { return nil }
      return .peer(address, port: UInt16(port))
    case 3:
      guard let kind = reader.number(of: 1).flatMap({ PersistenceChange.Kind(rawValue: UInt8($0)) }),
        let act = reader.number(of: 1).flatMap({ PersistenceChange.Act(rawValue: UInt8($0)) }),
        let isOfRoot = reader.flags(below: 2), let path = reader.text(most: CanonicalName.pathLimit), !path.isEmpty
      else { return nil }
      return .persistence(PersistenceChange(kind: kind, act: act, path: path, isOfRoot: isOfRoot == 1))
    case 4:
      guard let act = reader.number(of: 1).flatMap({ PackageChange.Act(rawValue: UInt8($0)) }),
        let name = reader.text(most: CanonicalName.partLimit), let text = String(validating: name, as: UTF8.self)
      else { return nil }
      return .package(PackageChange(act: act, name: text))
    case 5: return .storage
    default: return nil
    }
  }

  private static func port(_ reader: inout RecordReader) -> Fact? {
    guard let transport = reader.number(of: 1).flatMap({ ListeningPort.Transport(rawValue: UInt8($0)) }),
      let port = reader.number(of: 2), let flags = reader.flags(below: 4), let total = reader.number(of: 4)
    else { return nil }
    return .port(
      ListeningPort(
        transport: transport, port: UInt16(port), isOpen: flags & 1 != 0, isNew: flags & 2 != 0, total: UInt32(total)))
  }
}

/// Writes a record of the project's own between keeper and worker: numbers little-endian, texts behind their length.
struct RecordWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ number: some BinaryInteger, as length: Int) {
    let number = UInt64(truncatingIfNeeded: number)
    for byte in 0..<length { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))) }
  }

  mutating func put(text: [UInt8]) {
    let kept = text.prefix(CanonicalName.pathLimit)
    put(kept.count, as: 2)
    bytes += kept
  }
}

/// Reads what `RecordWriter` wrote; nil for what it would not have.
struct RecordReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number(of length: Int) -> UInt64? {
    guard position + length <= bytes.count else { return nil }
    var value: UInt64 = 0
    for offset in (0..<length).reversed() { value = value << 8 | UInt64(bytes[position + offset]) }
    position += length
    return value
  }

  /// A byte of which only the low values are in use.
  mutating func flags(below limit: UInt64) -> UInt64? {
    guard let value = number(of: 1), value < limit else { return nil }
    return value
  }

  mutating func text(most limit: Int) -> [UInt8]? {
    guard let length = number(of: 2), length <= UInt64(limit), position + Int(length) <= bytes.count else { return nil }
    defer { position += Int(length) }
    return Array(bytes[position..<(position + Int(length))])
  }
}
