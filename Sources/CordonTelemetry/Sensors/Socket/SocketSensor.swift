/// Which ports are listened on, by whom; and, where audit does not see them, the connections that are made.
package struct SocketSensor: Sensor {
  package static let name = "socket"

  package static let needs = [
    SensorNeed("CONFIG_INET_DIAG", "a kernel that lists its sockets"),
    SensorNeed("CAP_SYS_PTRACE", "to see in /proc whose sockets they are"),
  ]

  private let settings: SocketSourceSettings

  package init(settings: SocketSourceSettings = SocketSourceSettings()) { self.settings = settings }

  package func makeSource() -> SocketSource { SocketSource(settings: settings) }

  package func makeParser() -> MachineParser { MachineParser(sensor: Self.name) }

  package static func records(inReplay bytes: [UInt8]) -> SensorBatch { SensorBatch(recorded: bytes, sensor: name) }
}
