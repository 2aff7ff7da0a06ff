import CordonCore
import CordonTestSupport
import Crypto
import Testing

@testable import CordonTelemetry

@Suite struct WireStageTests {
  static let host = EntityRef(kind: .host, label: "gateway")
  static let start = FakeClock.start
  static let pump = "10.0.0.5"
  static let engine = "10.0.0.9"

  static func stage(memory: [UInt8] = [], _ change: (inout Policy) -> Void = { _ in }) throws -> WireStage {
    var policy = Policy.observeOnly
    policy.wire.devices = [Policy.WireDevice(address: try #require(IPAddress(pump)), label: "pump-3")]
    change(&policy)
    let keys = try keys()
    return WireStage(
      policy: policy, pseudonymiser: Pseudonymiser(keys: keys), host: host, ownKey: keys.path, memory: memory)
  }

  static func keys(epoch: UInt32 = 1) throws -> PseudonymKeys {
    let ring = KeyRing(current: try #require(EpochKey(epoch: epoch, bytes: [UInt8](1...32))))
    return PseudonymKeys(staff: ring, patient: ring, path: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))
  }

  static func exchange(
    _ event: WireEvent, from client: String = pump, to server: String = engine, port: UInt16 = 2575,
    sender: WireSide = .client
  ) throws -> WireExchange {
    WireExchange(
      client: try #require(IPAddress(client)), server: try #require(IPAddress(server)), port: port, sender: sender,
      event: event)
  }

  /// A window's features that are not zero, by name.
  static func values(_ windows: [EntityWindow], of label: String) throws -> [String: Float] {
    let window = try #require(windows.first { $0.entity.label == label })
    let schema = try #require(FeatureSchema.withID(window.schema))
    return Dictionary(
      uniqueKeysWithValues: zip(schema.features, window.features).filter { $1 != 0 }.map { ($0.name, $1.rounded()) })
  }

  @Test func `the schemas' positions are the code's`() {
    let flows = WireFeatures.Common.allCases.map(\.rawValue)
    #expect(flows == Array(0..<FeatureSchema.hostAtWire.features.count))
    let device = flows + WireFeatures.Device.allCases.map(\.rawValue)
    #expect(device == Array(0..<FeatureSchema.deviceAtWire.features.count))
    #expect(FeatureSchema.deviceAtWire.index(of: 525) == WireFeatures.Device.hl7ControlOrders.rawValue)
    #expect(FeatureSchema.deviceAtWire.index(of: 541) == WireFeatures.Device.dicomAssociations.rawValue)
    #expect(FeatureSchema.deviceAtWire.index(of: 549) == WireFeatures.Device.dicomFailures.rawValue)
  }

  @Test func `a flow counts for both its ends`() throws {
    var stage = try Self.stage()
    let part = FlowPart(transport: 6, start: Self.start, clientBytes: 1000, serverBytes: 200)
    stage.take(try Self.exchange(.flow(part)), at: Self.start, now: Self.start)
    let windows = stage.windows.finish()
    #expect(windows.count == 2)
    #expect(
      try Self.values(windows, of: "pump-3")
        == [
          "bytes_sent": 1000, "bytes_received": 200, "connections_opened": 1, "distinct_peers": 1, "distinct_ports": 1,
        ])
    let other = try #require(windows.first { $0.entity.label.isEmpty })
    #expect(other.entity.kind == .device && other.entity.pseudonym.count == 16)
    #expect(other.schema == FeatureSchema.deviceAtWire.id)
    #expect(other.features[WireFeatures.Common.connectionsTaken.rawValue] == 1)
  }

  @Test func `a device of the registry is known by its sealed address too`() throws {
    var pseudonymiser = Pseudonymiser(keys: try Self.keys())
    let address = try #require(IPAddress(Self.engine))
    let made = pseudonymiser.sealed(.address(address), part: .target)
    let sealed = try #require(made)
    let device = try #require(Policy.WireDevice("\(sealed.policyText) engine-1"))
    #expect(Policy.WireDevice(device.text) == device && !device.text.contains(Self.engine))
    var stage = try Self.stage { $0.wire.devices.append(device) }
    #expect(stage.unopened == 0)
    let part = FlowPart(transport: 6, start: Self.start, clientBytes: 1000, serverBytes: 200)
    stage.take(try Self.exchange(.flow(part)), at: Self.start, now: Self.start)
    #expect(Set(stage.windows.finish().map(\.entity.label)) == ["pump-3", "engine-1"])
  }

  @Test func `what no key opens is counted, and known by its pseudonym`() throws {
    var stranger = Pseudonymiser(keys: try Self.keys(epoch: 9))
    let address = try #require(IPAddress(Self.engine))
    let made = stranger.sealed(.address(address), part: .target)
    let sealed = try #require(made)
    let stage = try Self.stage { $0.wire.devices.append(Policy.WireDevice(.sealed(sealed), label: "engine-1")) }
    #expect(stage.unopened == 1)
  }

  @Test func `this machine is a host, and what is outside is a peer alone`() throws {
    var stage = try Self.stage()
    stage.use(own: [try #require(IPAddress(Self.engine))])
    let part = FlowPart(transport: 6, start: Self.start, clientBytes: 5000, serverBytes: 1)
    stage.take(
      try Self.exchange(.flow(part), from: Self.engine, to: "203.0.113.7"), at: Self.start, now: Self.start)
    let windows = stage.windows.finish()
    #expect(windows.map(\.entity) == [Self.host])
    #expect(windows.first?.schema == FeatureSchema.hostAtWire.id)
    #expect(try Self.values(windows, of: "gateway")["external_bytes_sent"] == 5000)
  }

  @Test func `networks of the policy say who is a device`() throws {
    var stage = try Self.stage { $0.wire.networks = ["192.0.2.0/24"] }
    let part = FlowPart(transport: 17, start: Self.start)
    stage.take(try Self.exchange(.flow(part), from: "10.9.9.9", to: "192.0.2.1"), at: Self.start, now: Self.start)
    stage.take(try Self.exchange(.flow(part), from: "192.0.2.1", to: "239.1.1.1"), at: Self.start, now: Self.start)
    #expect(stage.windows.finish().map(\.observations) == [1], "one device, and nothing that goes to many")
  }

  @Test func `a scan shows in ports, failures and peers`() throws {
    var stage = try Self.stage()
    for port in 1...200 as ClosedRange<UInt16> {
      let part = FlowPart(transport: 6, start: Self.start, clientBytes: 40, outcome: .refused)
      stage.take(try Self.exchange(.flow(part), port: port), at: Self.start, now: Self.start)
    }
    let values = try Self.values(stage.windows.finish(), of: "pump-3")
    #expect(values["failed_connections"] == 200)
    #expect((185...215).contains(values["distinct_ports"] ?? 0))
    #expect(values["distinct_peers"] == 1)
  }

  @Test func `clinical messages count for who said them`() throws {
    var stage = try Self.stage()
    let message = HL7Message(
      type: "RDE", trigger: "O11", bytes: 300, isControl: true, patients: [RawPatient(id: "4711")])
    let events: [(WireEvent, WireSide)] = [
      (.hl7(.message(message)), .client), (.hl7(.acknowledgement(.error)), .server),
      (.hl7(.malformed(bytes: 9, flaw: .noHeader)), .server),
      (.dicom(.requested(calling: "CT1", called: "PACS")), .client),
      (.dicom(.command(DICOMCommand(verb: .move, destination: "ELSEWHERE"))), .client),
      (.dicom(.command(DICOMCommand(verb: .move, status: 0xA702))), .server),
      (.dicom(.data(bytes: 5000)), .client), (.dicom(.aborted), .client),
      (.tls(TLSHandshake(offered: 0x0301, chosen: 0x0301)), .client),
    ]
    for (event, sender) in events {
      stage.take(try Self.exchange(event, sender: sender), at: Self.start, now: Self.start)
    }
    let windows = stage.windows.finish()
    #expect(
      try Self.values(windows, of: "pump-3") == [
        "hl7_messages": 1, "hl7_message_types": 1, "hl7_control_orders": 1, "hl7_refusals": 1, "hl7_patients": 1,
        "dicom_associations": 1, "dicom_retrievals": 1, "dicom_destinations": 1, "dicom_data_bytes": 5000,
        "dicom_refusals": 1, "weak_handshakes": 1,
      ])
    let engine = try #require(windows.first { $0.entity.label.isEmpty })
    #expect(engine.features[WireFeatures.Device.hl7Malformed.rawValue] == 1)
    #expect(engine.features[WireFeatures.Device.dicomFailures.rawValue] == 1)
  }

  @Test func `names asked for count for who asks`() throws {
    var stage = try Self.stage()
    let random = Array("zx8q1kf0v7m2p9w4hj3ctd6y5bnrglse.example".utf8)
    for event in [DNSMessage(name: random, type: 16), DNSMessage(name: random, type: 16, code: 3)] {
      stage.take(
        try Self.exchange(.dns(event), sender: event.code == nil ? .client : .server), at: Self.start, now: Self.start)
    }
    let values = try Self.values(stage.windows.finish(), of: "pump-3")
    #expect(values == ["names_asked": 1, "names_missing": 1, "distinct_names": 1, "name_entropy_most": 5])
  }

  @Test func `calls by the clock are a beacon`() throws {
    var stage = try Self.stage { $0.windows.wireLength = .seconds(3600) }
    for index in 0..<12 {
      let time = Self.start.advanced(by: .seconds(60) * index)
      stage.take(try Self.exchange(.flow(FlowPart(transport: 6, start: time)), to: "203.0.113.7"), at: time, now: time)
    }
    #expect(try Self.values(stage.windows.finish(), of: "pump-3")["beacon_score_most"] == 1)
  }

  @Test func `a key's change makes other pseudonyms of the same devices`() throws {
    var stage = try Self.stage()
    let part = FlowPart(transport: 17, start: Self.start)
    stage.take(try Self.exchange(.flow(part)), at: Self.start, now: Self.start)
    let before = stage.windows.finish().map(\.entity)
    let ring = KeyRing(current: try #require(EpochKey(epoch: 2, bytes: [UInt8](2...33))))
    stage.use(
      Pseudonymiser(keys: PseudonymKeys(staff: ring, path: SymmetricKey(data: [UInt8](repeating: 7, count: 32)))))
    stage.take(try Self.exchange(.flow(part)), at: Self.start, now: Self.start)
    let after = stage.windows.finish().map(\.entity)
    #expect(Set(before).intersection(after).map(\.label) == ["pump-3"])
  }
}
