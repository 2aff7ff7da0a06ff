/// What Zeek saw on the network, by the logs that it writes on a gateway: connections, DNS, TLS, log-ons, notices.
package struct ZeekSensor: Sensor {
  package static let name = "zeek"

  package static let needs = [
    SensorNeed("Zeek's logs", "files or folders that Zeek writes, as JSON or as tables; rotation is followed")
  ]

  private let settings: LogSourceSettings

  package init(settings: LogSourceSettings = LogSourceSettings()) { self.settings = settings }

  package func makeSource() -> LogSource { LogSource(name: Self.name, settings: settings) }

  package func makeParser() -> ZeekParser { ZeekParser() }

  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    LineFramer.records(of: bytes, head: .marked, sensor: name)
  }
}
