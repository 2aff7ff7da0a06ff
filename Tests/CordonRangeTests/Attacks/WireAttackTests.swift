import CordonCore
import CordonRange
import CordonTelemetry
import Crypto
import Testing

/// Attacks on the wire, from the bytes of a capture to what an agent counts in windows.
@Suite struct WireAttackTests {
  /// What an attack leaves at least, as sums over the windows of all devices.
  static let traces: [(AttackKind, [String: Float])] = [
    (.pumpTampering, ["hl7_control_orders": 8]),
    (.imageRetrieval, ["dicom_retrievals": 100, "dicom_finds": 100, "dicom_stores": 200]),
    (.clinicalInjection, ["hl7_messages": 40, "hl7_refusals": 5]),
    (.beaconing, ["connections_opened": 360, "beacon_score_most": 100, "names_asked": 36]),
  ]

  @Test(arguments: traces) func attacksAreInTheWindows(_ kind: AttackKind, _ least: [String: Float]) throws {
    let recording = try Recording(HospitalSettings(seed: 7, attacks: [kind]))
    let windows = try Self.windows(of: recording)
    #expect(windows.allSatisfy { $0.schema == FeatureSchema.deviceAtWire.id })
    var sums: [String: Float] = [:]
    for window in windows {
      for (feature, value) in zip(FeatureSchema.deviceAtWire.features, window.features) {
        sums[feature.name, default: 0] += value
      }
    }
    for (feature, value) in least { #expect(sums[feature] ?? 0 >= value, "\(feature): \(sums[feature] ?? 0)") }
  }

  /// The attack's conversations alone, as its place of capture has them.
  private static func windows(of recording: Recording) throws -> [EntityWindow] {
    let hospital = recording.hospital
    let conversations = recording.attacks.flatMap(\.activity.wire)
    let place = hospital.capturePoints[try #require(conversations.first?.capturePoint)]
    var capture = NetworkCapture(of: place, in: hospital)
    for conversation in conversations { capture.take(conversation) }
    var bytes = NetworkCapture.header
    capture.append(before: hospital.calendar.end, to: &bytes)
    var parser = WireParser()
    var found: [Observation] = []
    for record in WireSensor.records(inReplay: bytes).records { parser.parse(record, arrived: .epoch, into: &found) }
    parser.finish(into: &found)
    #expect(parser.counters.malformed == 0)
    let staff = try #require(EpochKey(epoch: 1, bytes: [UInt8](repeating: 1, count: EpochKey.length)))
    let keys = PseudonymKeys(staff: KeyRing(current: staff), path: SymmetricKey(size: .bits256))
    var stage = WireStage(
      policy: .observeOnly, pseudonymiser: Pseudonymiser(keys: keys), host: EntityRef(kind: .host, label: "gateway"),
      ownKey: keys.path)
    var windows: [EntityWindow] = []
    for observation in found.sorted(by: { $0.time < $1.time }) {
      guard case .exchange(let exchange) = observation.object else { continue }
      stage.take(exchange, at: observation.time, now: observation.time)
      windows += stage.windows.advance(to: observation.time)
    }
    return windows + stage.windows.finish()
  }
}
