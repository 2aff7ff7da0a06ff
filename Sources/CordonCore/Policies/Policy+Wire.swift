extension Policy {
  /// What is captured of the network, and whose behaviour it is.
  package struct WireSensor: Hashable, Sendable {
    package var isEnabled = false
    /// Names of interfaces; empty: all that are there.
    package var interfaces: [String] = []
    /// Reads what is said on connections: HL7, DICOM, TLS; else only flows and names asked for.
    package var readsStreams = true
    /// Ports of which nothing is captured.
    package var excludedPorts: [UInt16] = []
    /// CIDR: where devices are; empty: the private networks of RFC 1918 and RFC 4193.
    package var networks: [String] = []
    /// The registry of devices; others are known by their address's pseudonym.
    package var devices: [WireDevice] = []

    package init() {}

    /// As a policy's file writes them; what cannot be read is left out.
    package var excludedPortTexts: [String] {
      get { excludedPorts.map { String($0) } }
      set { excludedPorts = newValue.compactMap { UInt16($0) } }
    }

    /// As a policy's file writes them; what cannot be read is left out.
    package var deviceTexts: [String] {
      get { devices.map(\.text) }
      set { devices = newValue.compactMap { WireDevice($0) } }
    }
  }

  /// A device whose name leaves the agent in clear.
  package struct WireDevice: Hashable, Sendable {
    package var address: IPAddress
    package var label: String

    package init(address: IPAddress, label: String) {
      self.address = address
      self.label = label
    }

    /// From `10.1.2.3 infusion-gateway-3`; nil for anything else.
    package init?(_ text: some StringProtocol) {
      let words = text.split(separator: " ")
      guard words.count == 2, let address = IPAddress(words[0]), words[1].utf8.count <= Self.labelLimit else {
        return nil
      }
      self.init(address: address, label: String(words[1]))
    }

    /// Bytes of a label.
    package static let labelLimit = 64

    package var text: String { "\(address) \(label)" }
  }
}
