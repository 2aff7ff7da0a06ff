import CordonAgent
import CordonCore
import CordonTelemetry
import CordonWire
import SwiftProtobuf
import Testing

/// The sensor's own reading of reports against the library that writes the contract.
@Suite struct SensorReportTests {
  static func parse(_ report: Cordon_V1_SensorReport) throws -> (found: [Observation], counters: ParserCounters) {
    var (parser, found) = (SDKParser(), [Observation]())
    let bytes: [UInt8] = try report.serializedBytes()
    parser.parse(bytes, arrived: Timestamp(milliseconds: 1_700_000_000_500), into: &found)
    return (found, parser.counters)
  }

  @Test func `every field of the contract is read where it stands`() throws {
    var report = Cordon_V1_SensorReport()
    report.timeMs = 1_700_000_000_000
    report.dropped = 300
    report.logOn.account = "ann"
    report.logOn.service = "su"
    report.logOn.origin = "2001:db8::1"
    report.logOn.outcome = .success
    report.logOn.isEnd = true
    let (left, counters) = try Self.parse(report)
    #expect(counters.abandoned == 300)
    #expect(left.first?.time == Timestamp(milliseconds: 1_700_000_000_000))
    #expect(left.first?.activity == .logOff && left.first?.actor == .name("ann"))
    #expect(
      left.first?.object
        == .authentication(
          Authentication(service: .su, origin: IPAddress("2001:db8::1").map(Authentication.Origin.address))))

    report.access = .with {
      ($0.account, $0.act, $0.patient, $0.authority) = ("doc", .search, "4711", "1.2.3")
      ($0.breakGlass, $0.origin, $0.outcome) = (true, "ws1", .failure)
    }
    let opened = try Self.parse(report).found.first
    #expect(opened?.actor == .record("doc") && opened?.outcome == .failure)
    #expect(
      opened?.object
        == .access(
          EHRAccess(
            act: .search, patients: [RawPatient(id: "4711", authority: "1.2.3")], isBreakGlass: true, origin: "ws1")))
  }

  @Test func `messages and numbers too`() throws {
    var report = Cordon_V1_SensorReport()
    report.message = .with {
      ($0.sender, $0.receiver, $0.receiverPort) = ("10.0.0.1", "10.0.0.2", 65_535)
      ($0.type, $0.trigger, $0.bytes, $0.isControl) = ("RGV", "O15", 1 << 33, true)
    }
    guard case .exchange(let sent) = try Self.parse(report).found.first?.object else {
      Issue.record("no exchange")
      return
    }
    let order = HL7Message(type: "RGV", trigger: "O15", bytes: 1 << 33, isControl: true)
    #expect(sent.port == 65_535 && sent.event == .hl7(.message(order)))

    report.counter = .with { ($0.device, $0.name, $0.value) = ("10.0.0.3", "flow", -0.25) }
    guard case .exchange(let counted) = try Self.parse(report).found.first?.object,
      case .hl7(.message(let number)) = counted.event
    else {
      Issue.record("no number")
      return
    }
    #expect(counted.client == IPAddress("10.0.0.3") && number.results.map(\.value) == [-0.25])
  }

  @Test func `a log-on that the PAM module and a log tell of counts once`() throws {
    var pipeline = try WorkerSupport.pipeline()
    let report = Cordon_V1_SensorReport.with {
      $0.timeMs = WorkerSupport.at(1000).milliseconds
      $0.logOn = .with {
        ($0.account, $0.service, $0.origin, $0.outcome) = ("plantedann", "sshd", "192.0.2.7", .success)
      }
    }
    let line = "2026-01-01T00:00:01Z localhost sshd[77]: Accepted password for plantedann from 192.0.2.7 port 5 ssh2"
    let batches = [
      SensorBatch(sensor: SDKSensor.name, records: [try report.serializedBytes()]),
      SensorBatch(sensor: AuthSensor.name, records: [Array(line.utf8)]),
    ]
    _ = WorkerPipelineTests.run(&pipeline, batches)
    let windows = WorkerPipelineTests.windows(pipeline.finish(at: WorkerSupport.at(2000)))
    for schema in [FeatureSchema.hostAtHost, .userAtHost] {
      let window = try #require(windows.first { $0.schema == schema.id })
      let position = try #require(schema.features.firstIndex { $0.name == "logons" })
      #expect(window.features[position] == 1, "\(schema.name)")
    }
  }
}
