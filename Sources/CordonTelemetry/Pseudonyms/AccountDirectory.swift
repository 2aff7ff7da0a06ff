package import CordonCore
import Glibc

/// Who a uid is, on this machine.
package protocol AccountDirectory: Sendable {
  /// The account of a uid: its name, and whether the machine itself knows it rather than a domain; nil for nobody's.
  mutating func account(of uid: UInt32, now: Timestamp) -> (name: String, isLocal: Bool)?
  /// Whether the machine itself knows an account of this name, rather than a domain.
  mutating func isLocal(_ name: String, now: Timestamp) -> Bool
}

/// /etc/passwd, and the system's name service for everyone else (a domain's users through sssd or winbind).
///
/// Answers are remembered for `memory`, also those that a uid is nobody's; at most 2 × `limit` of them.
package struct SystemAccounts: AccountDirectory {
  package static let limit = 512
  package static let memory = Duration.seconds(300)
  /// Bytes of /etc/passwd that are read, at most.
  package static let fileLimit = 4 << 20
  /// Uids below are the system's own; no name service is asked for them.
  package static let firstUser: UInt32 = 1000

  private struct Answer: Sendable {
    var name: String?
    var isLocal: Bool
    var at: Timestamp
  }

  private let file: String
  private let asksNameService: Bool
  private var answers = GenerationCache<UInt32, Answer>(limit: limit)
  private var locals = GenerationCache<String, (isLocal: Bool, at: Timestamp)>(limit: limit)

  /// `root` is `/` but in tests.
  package init(root: String = "", asksNameService: Bool = true) {
    file = root + "/etc/passwd"
    self.asksNameService = asksNameService
  }

  package mutating func account(of uid: UInt32, now: Timestamp) -> (name: String, isLocal: Bool)? {
    if let known = answers[uid], now >= known.at, now.since(known.at) < Self.memory {
      return known.name.map { ($0, known.isLocal) }
    }
    var answer = Answer(name: local(uid), isLocal: true, at: now)
    if answer.name == nil, asksNameService, uid >= Self.firstUser {
      answer.name = Self.fromNameService(uid)
      answer.isLocal = false
    }
    answers[uid] = answer
    return answer.name.map { ($0, answer.isLocal) }
  }

  package mutating func isLocal(_ name: String, now: Timestamp) -> Bool {
    if let known = locals[name], now >= known.at, now.since(known.at) < Self.memory { return known.isLocal }
    let isLocal = entry(where: 0, is: name) != nil
    locals[name] = (isLocal, now)
    return isLocal
  }

  private func local(_ uid: UInt32) -> String? { entry(where: 2, is: String(uid)) }

  /// The name in the first line of /etc/passwd that has a text in a column.
  private func entry(where column: Int, is text: String) -> String? {
    guard let content = try? SmallFile.read(file, most: Self.fileLimit) else { return nil }
    for line in content.split(separator: 0x0A) {
      let fields = line.split(separator: 0x3A, maxSplits: 3, omittingEmptySubsequences: false)
      guard fields.count == 4, fields[column].elementsEqual(text.utf8) else { continue }
      return String(decoding: fields[0], as: UTF8.self)
    }
    return nil
  }

  private static func fromNameService(_ uid: UInt32) -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16 << 10)
    guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name else {
      return nil
    }
    return String(cString: name)
  }
}
