package import CordonCore

/// What the file source hands to its parser: names, numbers and who did it; never content.
package struct FileRecord: Hashable, Sendable {
  /// What happened; raw values are the encoding's.
  package enum Act: UInt8, Sendable, CaseIterable {
    case write = 1
    case rename = 2
    case delete = 3
    /// A canary opened, where the policy wants to know.
    case open = 4
    /// The source lost its watch, or found it changed; `path` says what in stable words.
    case tampering = 5
  }

  package var act: Act
  package var time: Timestamp
  package var process: ObservedProcess?
  /// Real user; `UInt32.max` where unknown.
  package var user: UInt32
  /// Whom the person logged in as; `UInt32.max` where nobody did.
  package var loginUser: UInt32
  package var file: ObservedFile
  /// Where the file was, of a rename.
  package var from: [UInt8]

  package init(
    act: Act, time: Timestamp, process: ObservedProcess?, user: UInt32 = .max, loginUser: UInt32 = .max,
    file: ObservedFile, from: [UInt8] = []
  ) {
    self.act = act
    self.time = time
    self.process = process
    self.user = user
    self.loginUser = loginUser
    self.file = file
    self.from = from
  }
}

/// One version byte, then numbers little-endian and byte strings with a 2-byte length.
extension FileRecord {
  private static let version: UInt8 = 1
  private static let canary: UInt8 = 1
  private static let new: UInt8 = 2
  private static let sampled: UInt8 = 4
  private static let knownFormat: UInt8 = 8
  private static let hasProcess: UInt8 = 16

  package var encoded: [UInt8] {
    var flags: UInt8 = 0
    if file.isCanary { flags |= Self.canary }
    if file.isNew { flags |= Self.new }
    if let content = file.content { flags |= content.isKnownFormat ? Self.sampled | Self.knownFormat : Self.sampled }
    if process != nil { flags |= Self.hasProcess }
    var bytes: [UInt8] = [Self.version, act.rawValue, flags]
    bytes.append(number: UInt64(bitPattern: time.milliseconds), of: 8)
    bytes.append(number: UInt64(user), of: 4)
    bytes.append(number: UInt64(loginUser), of: 4)
    if let process {
      bytes.append(number: UInt64(process.pid), of: 4)
      bytes.append(number: process.startTicks, of: 8)
      bytes.append(number: UInt64(process.parent), of: 4)
      bytes.append(number: process.parentStartTicks, of: 8)
      bytes.append(text: process.executable)
    }
    if let content = file.content {
      bytes.append(number: UInt64((content.entropy * 1000).rounded()), of: 2)
      bytes.append(number: content.size, of: 8)
    }
    bytes.append(text: file.path)
    bytes.append(text: from)
    return bytes
  }

  /// Nil unless every byte is as `encoded` writes it.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 3, bytes[0] == Self.version, let act = Act(rawValue: bytes[1]), bytes[2] < 32 else {
      return nil
    }
    let flags = bytes[2]
    // A format can be known of what was sampled alone.
    guard flags & (Self.sampled | Self.knownFormat) != Self.knownFormat else { return nil }
    var reader = Reader(bytes: bytes, position: 3)
    guard let milliseconds = reader.number(of: 8), let user = reader.number(of: 4), let login = reader.number(of: 4)
    else {
      return nil
    }
    var process: ObservedProcess?
    if flags & Self.hasProcess != 0 {
      guard let pid = reader.number(of: 4), let start = reader.number(of: 8), let parent = reader.number(of: 4),
        let parentStart = reader.number(of: 8), let executable = reader.text()
      else { return nil }
      process = ObservedProcess(
        pid: UInt32(pid), parent: UInt32(parent), startTicks: start, parentStartTicks: parentStart,
        executable: executable)
    }
    var content: SampledContent?
    if flags & Self.sampled != 0 {
      guard let entropy = reader.number(of: 2), entropy <= 8000, let size = reader.number(of: 8) else { return nil }
      content = SampledContent(
        entropy: Float(entropy) / 1000, isKnownFormat: flags & Self.knownFormat != 0, size: size)
    }
    guard let path = reader.text(), let from = reader.text(), reader.isAtEnd, !path.isEmpty else { return nil }
    guard (act == .rename) == !from.isEmpty else { return nil }
    self.init(
      act: act, time: Timestamp(milliseconds: Int64(bitPattern: milliseconds)), process: process, user: UInt32(user),
      loginUser: UInt32(login),
      file: ObservedFile(
        path: path, content: content, isCanary: flags & Self.canary != 0, isNew: flags & Self.new != 0),
      from: from)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position: Int

    var isAtEnd: Bool { position == bytes.count }

    mutating func number(of length: Int) -> UInt64? {
      guard position + length <= bytes.count else { return nil }
      var value: UInt64 = 0
      for offset in (0..<length).reversed() { value = value << 8 | UInt64(bytes[position + offset]) }
      position += length
      return value
    }

    mutating func text() -> [UInt8]? {
      guard let length = number(of: 2), length <= UInt64(CanonicalName.pathLimit),
        position + Int(length) <= bytes.count
      else { return nil }
      defer { position += Int(length) }
      return Array(bytes[position..<(position + Int(length))])
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(number: UInt64, of length: Int) {
    for byte in 0..<length { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))) }
  }

  fileprivate mutating func append(text: [UInt8]) {
    let kept = text.prefix(CanonicalName.pathLimit)
    append(number: UInt64(kept.count), of: 2)
    self += kept
  }
}
