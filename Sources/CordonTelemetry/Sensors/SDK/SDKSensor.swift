/// What a device gateway's own software reports over the C library: log-ons, accesses, messages, numbers.
package struct SDKSensor: Sensor {
  package static let name = "sdk"

  package static let needs = [
    SensorNeed("a folder for its socket", "where programs reach the agent; the package makes /run/cordon-agent"),
    SensorNeed("allowed users", "only their programs are listened to; name them in sensors.sdk.users of the policy"),
  ]

  /// Bytes of one report.
  package static let reportLimit = 4096

  private let settings: SDKSourceSettings

  package init(settings: SDKSourceSettings = SDKSourceSettings()) { self.settings = settings }

  package func makeSource() -> SDKSource { SDKSource(settings: settings) }

  package func makeParser() -> SDKParser { SDKParser() }

  /// A recorded file holds each report behind its length, four bytes with the most significant first.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    SensorBatch(recorded: bytes, sensor: name, limit: reportLimit, isBigEndian: true)
  }
}
