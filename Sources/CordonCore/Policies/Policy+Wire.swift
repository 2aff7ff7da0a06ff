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
    /// Where it is.
    package enum Place: Hashable, Sendable {
      /// The collector, which keeps the policy, sees it.
      case address(IPAddress)
      /// Agents alone can read it.
      case sealed(SealedEntity)

      /// From an address, or a sealed one as `cordon-agent pseudonymise` writes it; nil for anything else.
      package init?(_ text: some StringProtocol) {
        if let address = IPAddress(text) {
          self = .address(address)
        } else if let sealed = SealedEntity(policyText: String(text)), sealed.entity.kind == .address {
          self = .sealed(sealed)
        } else {
          return nil
        }
      }

      package var text: String {
        switch self {
        case .address(let address): "\(address)"
        case .sealed(let sealed): sealed.policyText
        }
      }
    }

    package var place: Place
    package var label: String

    package init(_ place: Place, label: String) {
      self.place = place
      self.label = label
    }

    package init(address: IPAddress, label: String) { self.init(.address(address), label: label) }

    /// From `10.1.2.3 infusion-gateway-3`, the address in clear or sealed; nil for anything else.
    package init?(_ text: some StringProtocol) {
      let words = text.split(separator: " ")
      guard words.count == 2, let place = Place(words[0]), words[1].utf8.count <= Self.labelLimit else { return nil }
      self.init(place, label: String(words[1]))
    }

    /// Bytes of a label.
    package static let labelLimit = 64

    package var text: String { "\(place.text) \(label)" }
  }
}
