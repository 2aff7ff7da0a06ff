package import CordonCore

/// Who uses what a server keeps: the audit that databases, file shares and directories write into logs of their own.
///
/// Each record begins with a line that says who wrote it, so that no server's users can speak in another one's words.
package struct DataSensor: Sensor {
  package static let name = "data"

  package static let needs = [
    SensorNeed(
      "a server's audit", "pgaudit, server_audit, full_audit or slapd's stats, switched on and written to a log"),
    SensorNeed("root, or the log's group", "to read it"),
  ]

  private let settings: LogSourceSettings
  private let realm: String

  /// - Parameter realm: of bare user names.
  package init(settings: LogSourceSettings = LogSourceSettings(), realm: String = DataParser.usualRealm) {
    self.settings = settings
    self.realm = realm
  }

  /// What a source of this sensor follows, as a policy says; nil where it follows nothing.
  ///
  /// - Parameters:
  ///   - positions: where it is kept how far each log has been read; nil: a restart begins at their ends.
  ///   - interval: between two looks at files that did not grow.
  package static func settings(
    _ policy: Policy.DataSensor, positions: String? = nil, interval: Duration = .milliseconds(500)
  ) -> LogSourceSettings? {
    let files = DataDialect.allCases.map { LogFiles(paths: $0.paths(policy), tag: $0.rawValue) }
      .filter { !$0.paths.isEmpty }
    guard !files.isEmpty else { return nil }
    return LogSourceSettings(files: files, positions: positions, interval: interval, beginsAtEnd: true)
  }

  package func makeSource() -> LogSource { LogSource(name: Self.name, settings: settings) }

  package func makeParser() -> DataParser { DataParser(realm: realm) }

  /// A recording is one server's log behind a line that says whose it is.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    guard let end = bytes.firstIndex(of: 0x0A) else { return SensorBatch(sensor: name) }
    let tag = String(decoding: bytes[..<end], as: UTF8.self)
    return LineFramer.records(of: Array(bytes[(end + 1)...]), head: .none, tag: tag, sensor: name)
  }
}

/// Whose words a log is in; raw values stand before each record.
enum DataDialect: String, CaseIterable, Sendable {
  case postgreSQL = "postgresql"
  case mySQL = "mysql"
  case samba
  case ldap

  /// Where a policy says that such logs are.
  func paths(_ policy: Policy.DataSensor) -> [String] {
    switch self {
    case .postgreSQL: policy.postgreSQL
    case .mySQL: policy.mySQL
    case .samba: policy.samba
    case .ldap: policy.ldap
    }
  }
}
