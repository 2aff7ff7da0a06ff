package import CordonCore

/// Lines of servers' audit logs to observations: who was let in, who was not, and who used how much of what.
///
/// Statements, values and filters are never kept. A table's, a file's and an entry's name is counted hashed alone. Each
/// dialect's reader is a value with a bounded memory.
package struct DataParser: SensorParser {
  /// Realm of bare names where the policy has none.
  package static let usualRealm = "data"
  /// Bytes of a line that are looked at; statements may be longer than that.
  package static let lengthLimit = LineFramer.limit

  package private(set) var counters = ParserCounters()

  private var realm: String
  private var clock: LocalClock
  private var postgreSQL = PostgreSQLReader()
  private var ldap = LDAPReader()
  private let tags = DataDialect.allCases.map { (dialect: $0, bytes: Array($0.rawValue.utf8)) }

  /// - Parameters:
  ///   - realm: of bare user names.
  ///   - offset: seconds that the machine's clock is ahead of UTC at a moment.
  package init(
    realm: String = usualRealm,
    offset: @escaping @Sendable (Timestamp) -> Int = { SiteClock.offset(of: SiteClock.machineZone, at: $0) }
  ) {
    self.realm = realm
    clock = LocalClock(offset: offset)
  }

  package mutating func use(_ policy: Policy) {
    realm = [policy.data.realm, policy.defaultRealm].first { !$0.isEmpty } ?? Self.usualRealm
  }

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    guard let end = record.firstIndex(of: 0x0A), let dialect = dialect(of: record[..<end]),
      record.count <= Self.lengthLimit
    else {
      counters.malformed += 1
      return
    }
    switch read(Array(record[(end + 1)...]), dialect) {
    case .malformed: counters.malformed += 1
    case .other: counters.ignored += 1
    case .event(let event):
      guard let moment = moment(of: event.time, arrived) else {
        counters.malformed += 1
        return
      }
      guard let made = event.observation(at: moment, in: dialect.store, realm: realm) else {
        counters.ignored += 1
        return
      }
      counters.observations += 1
      observations.append(made)
    }
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  private func dialect(of tag: ArraySlice<UInt8>) -> DataDialect? {
    tags.first { $0.bytes.elementsEqual(tag) }?.dialect
  }

  private mutating func read(_ line: [UInt8], _ dialect: DataDialect) -> DataEvent.Reading {
    switch dialect {
    case .postgreSQL: postgreSQL.read(line)
    case .mySQL: MySQLReader.read(line.span)
    case .samba: SambaReader.read(line.span)
    case .ldap: ldap.read(line.span)
    }
  }

  private mutating func moment(of stamp: SyslogLine.Stamp, _ arrived: Timestamp) -> Timestamp? {
    switch stamp {
    case .moment(let moment): moment
    case .local(let time): clock.moment(of: time, readAt: arrived)
    }
  }
}

extension DataDialect {
  fileprivate var store: DataAccess.Store {
    switch self {
    case .postgreSQL, .mySQL: .database
    case .samba: .fileShare
    case .ldap: .directory
    }
  }
}
