import CordonCore

extension Cordon_V1_WireSensorPolicy {
  init(_ policy: Policy.WireSensor) {
    self.init()
    enabled = policy.isEnabled
    interfaces = policy.interfaces
    flowsOnly = !policy.readsStreams
    excludedPorts = policy.excludedPorts.map(UInt32.init)
    networks = policy.networks
    devices = policy.devices.map { device in
      var message = Cordon_V1_WireDevice()
      message.address = device.place.text
      message.label = device.label
      return message
    }
  }

  func domain() throws(CordonError) -> Policy.WireSensor {
    var sensor = Policy.WireSensor()
    sensor.isEnabled = enabled
    sensor.interfaces = try PolicyBounds.names(interfaces, "sensors.wire.interfaces")
    sensor.readsStreams = !flowsOnly
    for port in try Bounded.list(excludedPorts, "sensors.wire.exclude_ports", most: WireLimits.policyEntries) {
      guard let port = UInt16(exactly: port) else { throw Self.unreadable("sensors.wire.exclude_ports") }
      sensor.excludedPorts.append(port)
    }
    sensor.networks = try PolicyBounds.names(networks, "sensors.wire.networks")
    guard sensor.networks.allSatisfy({ IPNetwork($0) != nil }) else { throw Self.unreadable("sensors.wire.networks") }
    for device in try Bounded.list(devices, "sensors.wire.devices", most: WireLimits.policyEntries) {
      let label = try Bounded.text(device.label, "sensors.wire.devices")
      guard let place = Policy.WireDevice.Place(device.address), !label.isEmpty else {
        throw Self.unreadable("sensors.wire.devices")
      }
      sensor.devices.append(Policy.WireDevice(place, label: label))
    }
    return sensor
  }

  private static func unreadable(_ field: String) -> CordonError {
    CordonError(.invalid, "out-of-range", "\(field) holds what cannot be read.")
  }
}
