/// What Suricata saw on the network, by the EVE log that it writes on a gateway: alerts, flows, DNS, TLS.
package struct SuricataSensor: Sensor {
  package static let name = "suricata"

  package static let needs = [
    SensorNeed("Suricata's EVE log", "files or folders of the JSON lines that Suricata writes; rotation is followed")
  ]

  private let settings: LogSourceSettings

  package init(settings: LogSourceSettings = LogSourceSettings()) { self.settings = settings }

  package func makeSource() -> LogSource { LogSource(name: Self.name, settings: settings) }

  package func makeParser() -> EVEParser { EVEParser() }

  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    LineFramer.records(of: bytes, head: .none, sensor: name)
  }
}
