package import CordonCore
import CordonTelemetry

/// Who the numbers of users in a recording are: the recorded machine's accounts, as `getent passwd` prints them.
///
/// A name with a realm (`ann@hospital.example`, `HOSPITAL\ann`) is a domain's, and the same person's on every machine;
/// a bare one is the machine's own. Without accounts only the superuser's number has a known name, and those that the
/// recording itself names.
package struct RecordedAccounts: AccountDirectory, Sendable {
  /// Bytes of a file of accounts, at most: some 15,000 of them.
  package static let fileLimit = 1 << 20

  private var names: [UInt32: String] = [0: "root"]

  package init() {}

  /// Lines that are no account are passed over; of two lines with one number, the first counts.
  package init(passwd: [UInt8]) {
    for line in passwd.split(separator: 0x0A) {
      let fields = line.split(separator: 0x3A, maxSplits: 3, omittingEmptySubsequences: false)
      guard fields.count == 4, !fields[0].isEmpty, let uid = UInt32(String(decoding: fields[2], as: UTF8.self)),
        uid == 0 || names[uid] == nil
      else { continue }
      names[uid] = String(decoding: fields[0], as: UTF8.self)
    }
  }

  /// Accounts that are learned from a recording, at most.
  package static let learnedLimit = 16_384

  /// Takes what a line of an audit.log in auditd's ENRICHED format says of its numbers; what is known already stands.
  package mutating func learn(from line: [UInt8]) {
    for (number, name) in AuditNames.read(line) where names[number] == nil && names.count < Self.learnedLimit {
      names[number] = name
    }
  }

  /// The bytes of a file of accounts; none where no file is named. Code: `accounts-unreadable`.
  static func read(_ path: String?) throws(CordonError) -> [UInt8] {
    guard let path else { return [] }
    guard let bytes = try SmallFile.read(path, most: fileLimit) else {
      throw CordonError(
        .missing, "accounts-unreadable", "\(path) is not there.",
        remedy: "Write it with `getent passwd` on the machine that was recorded.")
    }
    return bytes
  }

  package mutating func account(of uid: UInt32, now: Timestamp) -> (name: String, isLocal: Bool)? {
    names[uid].map { ($0, !$0.contains { $0 == "@" || $0 == "\\" }) }
  }

  package mutating func isLocal(_ name: String, now: Timestamp) -> Bool {
    !name.contains { $0 == "@" || $0 == "\\" } && names.values.contains(name)
  }
}
