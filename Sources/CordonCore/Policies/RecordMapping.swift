/// How lines of a program's own log become observations: which field says when, who, where, what and how it ended.
///
/// Written in a policy, so that a log that nobody foresaw needs no new version. A field is named by its path: the members
/// of a JSON record with points between them, or a column of CSV.
package struct RecordMapping: Hashable, Sendable {
  /// Mappings of one policy.
  package static let mostMappings = 16
  /// Files and folders of one mapping.
  package static let mostPaths = 64
  /// Words of one meaning.
  package static let mostPatterns = 64
  /// Bytes of a path or pattern.
  package static let mostTextBytes = 128

  /// How a line is written; raw values are policies' and the wire's.
  package enum Format: String, Sendable, CaseIterable {
    /// One object a line.
    case json
    /// RFC 4180 with a first line of names, by what parts the columns.
    case csv
    case csvSemicolon = "csv-semicolon"
    case csvTab = "csv-tab"
  }

  /// What a line may tell; raw values are policies' and the wire's.
  package enum Meaning: String, Sendable, CaseIterable {
    case logOn = "log-on"
    case logOff = "log-off"
    case privilegeUse = "privilege-use"
    case accountChange = "account-change"
    case processStart = "process-start"
    case connect
    case fileOpen = "file-open"
    case fileWrite = "file-write"
    case fileDelete = "file-delete"
    case recordOpen = "record-open"
    case recordChange = "record-change"
    case recordSearch = "record-search"
    case recordExport = "record-export"
    /// An appointment, a stay or a referral: the user, or a group, cares for the patient from `time` until `until`.
    case care
    /// The user belongs to a group: a ward, a team, a role.
    case membership
    /// The user is an employee: who that is, and where that is.
    case employee
    /// Who a patient is, and where that is.
    case patient

    /// Whether it is something done in an electronic health record.
    package var isOfRecord: Bool {
      switch self {
      case .recordOpen, .recordChange, .recordSearch, .recordExport: true
      default: false
      }
    }

    /// Whether it is no doing of anybody, but what the hospital's own registers say.
    package var isOfPlanning: Bool {
      switch self {
      case .care, .membership, .employee, .patient: true
      default: false
      }
    }

    /// Whether it means nothing without a moment.
    package var needsTime: Bool { !isOfPlanning || self == .care }

    /// Whether it means nothing without a user.
    package var needsUser: Bool { self != .patient && self != .care }
  }

  /// What a line's word means.
  package struct Word: Hashable, Sendable {
    package var meaning: Meaning
    /// `*` at either end stands for anything; case does not count.
    package var patterns: [String]

    package init(meaning: Meaning, patterns: [String]) {
      self.meaning = meaning
      self.patterns = patterns
    }
  }

  /// Letters, digits and hyphens; each once in a policy.
  package var name: String
  /// Absolute.
  package var paths: [String]
  package var format: Format
  package var time: String
  package var user: String
  /// Of names that come without one; empty: the health record's realm.
  package var realm: String
  /// Field of the machine that it was done on; empty: the log does not say.
  package var machine: String
  /// Field of the address that it was done from; empty: the log does not say.
  package var address: String
  /// Field of the word for what was done; empty: every line tells the same.
  package var activity: String
  /// In order: the first whose pattern matches counts.
  package var activities: [Word]
  /// Field of how it ended; empty: everything succeeded.
  package var outcome: String
  /// Words of `outcome` that mean a failure.
  package var failures: [String]
  /// Field of the patient's number; empty where no record is opened.
  package var patient: String
  /// Assigning authority of the patients' numbers; empty: the policy's own.
  package var authority: String
  /// Field of the file, program or peer's address that it was done to.
  package var object: String
  /// Field of the peer's port.
  package var port: String
  /// What registers say, for the meanings of planning.
  package var planning = Planning()

  /// Fields of planning and registers; each empty where the log has none.
  package struct Planning: Hashable, Sendable {
    /// When a care ends; without it, when it begins.
    package var until = ""
    /// The ward, team or role.
    package var group = ""
    package var familyName = ""
    package var givenName = ""
    package var birthDate = ""
    package var street = ""
    package var postalCode = ""

    package init() {}
  }

  package init(
    name: String, paths: [String] = [], format: Format = .json, time: String, user: String, realm: String = "",
    machine: String = "", address: String = "", activity: String = "", activities: [Word], outcome: String = "",
    failures: [String] = [], patient: String = "", authority: String = "", object: String = "", port: String = ""
  ) {
    self.name = name
    self.paths = paths
    self.format = format
    self.time = time
    self.user = user
    self.realm = realm
    self.machine = machine
    self.address = address
    self.activity = activity
    self.activities = activities
    self.outcome = outcome
    self.failures = failures
    self.patient = patient
    self.authority = authority
    self.object = object
    self.port = port
  }

  /// What a line's word means; nil for a word that no pattern matches.
  package func meaning(of word: String) -> Meaning? {
    activities.first { $0.patterns.contains { EdgePattern.matches(word, $0) } }?.meaning
  }

  /// Whether a line's word for how it ended means a failure.
  package func isFailure(_ word: String) -> Bool { failures.contains { EdgePattern.matches(word, $0) } }

  /// What parts the columns of a table.
  package var separator: UInt8 {
    switch format {
    case .json, .csv: 0x2C
    case .csvSemicolon: 0x3B
    case .csvTab: 0x09
    }
  }
}

/// A text with `*` for anything at either end; ASCII letters of either case are the same.
package enum EdgePattern {
  package static func matches(_ text: String, _ pattern: String) -> Bool {
    let isOpenBefore = pattern.hasPrefix("*")
    let isOpenBehind = pattern.utf8.count > 1 && pattern.hasSuffix("*")
    let wanted = Array(pattern.utf8.dropFirst(isOpenBefore ? 1 : 0).dropLast(isOpenBehind ? 1 : 0)).map(folded)
    let found = folded(text)
    switch (isOpenBefore, isOpenBehind) {
    case (false, false): return found == wanted
    case (false, true): return found.starts(with: wanted)
    case (true, false): return found.reversed().starts(with: wanted.reversed())
    case (true, true):
      guard found.count >= wanted.count else { return false }
      return wanted.isEmpty || (0...(found.count - wanted.count)).contains { found[$0...].starts(with: wanted) }
    }
  }

  /// The text's bytes with ASCII letters in lower case.
  package static func folded(_ text: String) -> [UInt8] { text.utf8.map(folded) }

  private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
