import CordonCore

/// Where a record keeps what is read of it, in each of the layouts that programs write Windows' events in.
///
/// A value of an event stands at the top (NXLog, and the recordings of OTRF), or below `winlog.event_data` (Winlogbeat
/// since 7, ECS), `event_data` (Winlogbeat before) or `EventData`. What Sigma knows by a name of its own has the field's
/// raw value as its number; everything else is numbered from 128 on.
enum WindowsField: Int, CaseIterable {
  case eventTime = 128
  case utcTime, timestamp, localTime
  case computer, host, channel
  case processID, parentProcessID, newProcessID, newProcessName, parentProcessName
  case application, destinationAddress, filteredPort, direction, userID

  static let tree = FieldTree(paths)

  /// Names of the header's values, which each layout has in a place of its own.
  private static let header: [(path: String, field: Int)] =
    own(.eventTime, "TimeCreated") + own(.timestamp, "@timestamp") + own(.localTime, "EventTime")
    + own(.computer, "Hostname", "winlog.computer_name", "computer_name", "Computer", "HostName")
    + own(.host, "host.name", "agent.hostname")
    + own(.channel, "Channel", "winlog.channel", "log_name", "LogName")
    + sigma(.eventID, "EventID", "winlog.event_id", "event_id", "event.code", "EventId")
    + sigma(.provider, "SourceName", "winlog.provider_name", "source_name", "ProviderName", "Provider_Name")

  private static let values: [(name: String, field: Int)] =
    SigmaSource.allCases.filter { $0.rawValue >= SigmaSource.windowsProcessCreation.rawValue }
    .flatMap(\.fields).map { ($0.name, Int($0.field.rawValue)) }
    + [
      ("UtcTime", WindowsField.utcTime.rawValue), ("ProcessId", processID.rawValue),
      ("ParentProcessId", parentProcessID.rawValue), ("NewProcessId", newProcessID.rawValue),
      ("NewProcessName", newProcessName.rawValue), ("ParentProcessName", parentProcessName.rawValue),
      ("Application", application.rawValue), ("DestAddress", destinationAddress.rawValue),
      ("DestPort", filteredPort.rawValue), ("Direction", direction.rawValue), ("UserID", userID.rawValue),
    ]

  private static let paths: [(path: String, field: Int)] =
    header
    + values.filter { $0.name != "EventID" && $0.name != "Provider_Name" }.flatMap { value in
      ["", "winlog.event_data.", "event_data.", "EventData."].map { ("\($0)\(value.name)", value.field) }
    }

  private static func own(_ field: WindowsField, _ paths: String...) -> [(path: String, field: Int)] {
    paths.map { ($0, field.rawValue) }
  }

  private static func sigma(_ field: SigmaField, _ paths: String...) -> [(path: String, field: Int)] {
    paths.map { ($0, Int(field.rawValue)) }
  }
}

extension RecordFields {
  func has(_ field: WindowsField) -> Bool { has(field.rawValue) }

  func text(_ field: WindowsField) -> String? { text(field.rawValue) }

  func text(_ field: SigmaField) -> String? { text(Int(field.rawValue)) }

  func content(_ field: SigmaField) -> [UInt8] { content(Int(field.rawValue)) ?? [] }

  func content(_ field: WindowsField) -> [UInt8] { content(field.rawValue) ?? [] }

  /// A process's number, which Windows writes in either base.
  func process(_ field: WindowsField) -> UInt32 { number(field.rawValue).flatMap { UInt32(exactly: $0) } ?? 0 }
}
