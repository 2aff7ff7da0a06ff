package import CordonCore
import Glibc

/// Who logs on, who fails to, and who uses others' rights: the logs of sshd, login, sudo, su and PAM.
package struct AuthSensor: Sensor {
  package static let name = "auth"

  package static let needs = [
    SensorNeed(
      "a log of log-ins", "/var/log/auth.log or /var/log/secure, which a syslog daemon writes, or systemd's journal"),
    SensorNeed("root, or the groups adm and systemd-journal", "to read it"),
  ]

  private let settings: LogSourceSettings
  private let host: String

  /// - Parameter host: this machine's name; empty: lines of every machine are read.
  package init(settings: LogSourceSettings = AuthSensor.settings(Policy.AuthSensor()), host: String = "") {
    self.settings = settings
    self.host = host
  }

  /// Of the machine that it runs on.
  package static var ofThisMachine: AuthSensor {
    var name = utsname()
    guard uname(&name) == 0 else { return AuthSensor() }
    let host = withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return AuthSensor(host: host)
  }

  /// What a source of this sensor follows, as a policy says.
  ///
  /// - Parameters:
  ///   - positions: where it is kept how far each log has been read; nil: a restart begins at their ends.
  ///   - interval: between two looks at files that did not grow; part of the delay until a tripwire.
  ///   - account: who reads the journal where no log is written; nil: it is not read.
  package static func settings(
    _ policy: Policy.AuthSensor, positions: String? = nil, interval: Duration = .milliseconds(250),
    journalAs account: String? = nil
  ) -> LogSourceSettings {
    LogSourceSettings(
      files: [LogFiles(paths: policy.paths, isAwaited: true)], positions: positions, interval: interval,
      beginsAtEnd: true, journal: account.map { JournalSettings(matches: journalMatches, account: $0) })
  }

  /// The facilities auth and authpriv, of what programs write: the journal files the kernel's audit under auth too.
  package static let journalMatches = [
    "SYSLOG_FACILITY=4", "SYSLOG_FACILITY=10", "_TRANSPORT=syslog", "_TRANSPORT=journal",
  ]

  package func makeSource() -> LogSource { LogSource(name: Self.name, settings: settings) }

  package func makeParser() -> AuthParser { AuthParser(host: host) }

  /// A file as the source would read it.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    LineFramer.records(of: bytes, head: .none, sensor: name)
  }
}
