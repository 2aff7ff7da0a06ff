import CordonCore

/// What computers with Windows do, by their own event logs: Security, System and Sysmon, as JSON that a collector of
/// logs (Winlogbeat, NXLog) writes to files on a gateway.
package struct WindowsSensor: Sensor {
  package static let name = "windows"

  package static let needs = [
    SensorNeed("forwarded event logs", "files or folders of JSON lines that Winlogbeat, NXLog or the like writes here")
  ]

  private let settings: LogSourceSettings

  package init(settings: LogSourceSettings = LogSourceSettings()) { self.settings = settings }

  package func makeSource() -> LogSource { LogSource(name: Self.name, settings: settings) }

  package func makeParser() -> WindowsParser { WindowsParser() }

  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    LineFramer.records(of: bytes, head: .none, sensor: name)
  }
}
