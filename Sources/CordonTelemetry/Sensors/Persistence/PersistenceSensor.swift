/// What the machine starts by itself, whom it lets in, which packages it has, which disks come to it.
package struct PersistenceSensor: Sensor {
  package static let name = "persistence"

  package static let needs = [
    SensorNeed("CAP_DAC_READ_SEARCH", "to read sudoers, crontabs and people's own files"),
    SensorNeed("dpkg", "for packages; of other package managers nothing is seen"),
  ]

  private let settings: PersistenceSourceSettings

  package init(settings: PersistenceSourceSettings = PersistenceSourceSettings()) { self.settings = settings }

  package func makeSource() -> PersistenceSource { PersistenceSource(settings: settings) }

  package func makeParser() -> MachineParser { MachineParser(sensor: Self.name) }

  package static func records(inReplay bytes: [UInt8]) -> SensorBatch { SensorBatch(recorded: bytes, sensor: name) }
}
