/// A medical device of the made-up hospital.
package struct Device: Hashable, Sendable {
  package enum Kind: String, Sendable, Codable, CaseIterable {
    /// Gives infusions, tells its gateway of them and takes orders from it.
    case pump
    /// Tells vital signs every few minutes.
    case monitor
    /// Makes images and stores them in the archive.
    case modality
  }

  /// Position among the devices.
  package var index: Int
  package var label: String
  package var kind: Kind
  /// Where it stands.
  package var ward: Int
  package var address: NetworkAddress

  /// Of ten devices five are monitors, four are pumps and one is a modality, in turn on the wards.
  static func all(_ settings: HospitalSettings, wards: Int) -> [Device] {
    let kinds: [Kind] = [.monitor, .pump, .modality, .pump, .monitor, .monitor, .pump, .monitor, .pump, .monitor]
    var made: [Kind: Int] = [:]
    return (0..<settings.devices).map { index in
      let kind = kinds[index % kinds.count]
      let number = made[kind, default: 0]
      made[kind] = number + 1
      let ward = number % wards
      return Device(
        index: index, label: "\(kind.rawValue)-\(Ward.letter(ward))-\(number / wards + 1)", kind: kind, ward: ward,
        address: HospitalNetwork.address(ofDevice: index))
    }
  }
}

/// The machines that devices speak with, and what a reading room uses.
package enum ClinicalServer: String, Sendable, CaseIterable {
  /// Takes results of devices for the health record.
  case engine = "interface-engine"
  /// Between the pumps and what orders infusions.
  case pumpGateway = "pump-gateway"
  /// Where an infusion's order comes from, once it is checked at the bed.
  case medication = "medication-server"
  case archive = "image-archive"
  case viewer = "reading-room"

  package var address: NetworkAddress { peer.address }

  /// Where it listens; the medication server only asks.
  var peer: Peer {
    switch self {
    case .engine: HospitalNetwork.inside(50, 2575)
    case .pumpGateway: HospitalNetwork.inside(51, 2575)
    case .medication: HospitalNetwork.inside(52, 0)
    case .archive: HospitalNetwork.inside(60, 104)
    case .viewer: HospitalNetwork.inside(61, 11112)
    }
  }

  /// Its application's title in DICOM.
  static let archiveTitle = "ARCHIVE"
  static let viewerTitle = "READING1"
}

/// A place where the network is captured: one for each ward's devices, and one for the machines that they speak with.
package struct CapturePoint: Hashable, Sendable {
  /// Position among the wards; nil for the machines' own.
  package var ward: Int?

  package init(ward: Int?) { self.ward = ward }

  package var label: String { ward.map { "gateway-\(Ward.letter($0))" } ?? "gateway-core" }

  /// None where there is no device.
  static func all(wards: Int, devices: Int) -> [CapturePoint] {
    devices == 0 ? [] : (0..<wards).map { CapturePoint(ward: $0) } + [CapturePoint(ward: nil)]
  }
}
