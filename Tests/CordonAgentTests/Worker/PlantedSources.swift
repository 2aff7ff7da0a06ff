import CordonCore
import CordonTelemetry

/// What other programs and the machine's own lists tell, with a planted name wherever a text can stand.
enum PlantedSources {
  /// Of log-ons that a program of the site writes as JSON lines.
  static let mapping = RecordMapping(
    name: "plantedlog", format: .json, time: "at", user: "who", realm: Planted.realm,
    activities: [.init(meaning: .logOn, patterns: ["*"])])

  private static let text = Planted.texts.joined(separator: " ").filter { $0 != "\"" && $0 != "\\" }

  static var batches: [SensorBatch] { [zeek, suricata, mapped, reports, ports] }

  private static func lines(_ sensor: String, _ lines: [String]) -> SensorBatch {
    SensorBatch(sensor: sensor, records: lines.map { Array($0.utf8) })
  }

  private static let zeek = lines(
    ZeekSensor.name,
    [
      #"{"_path":"conn","ts":1767225601.25,"id.orig_h":"192.0.2.7","id.orig_p":50000,"id.resp_h":"198.51.100.9","#
        + #""id.resp_p":443,"proto":"tcp","duration":2.5,"orig_ip_bytes":400,"resp_ip_bytes":3000,"conn_state":"SF"}"#,
      #"{"_path":"dns","ts":1767225601.25,"id.orig_h":"192.0.2.7","id.resp_h":"192.0.2.1","id.resp_p":53,"#
        + #""proto":"udp","query":"plantedann.planted.realm.example","qtype":16,"rcode":3}"#,
      #"{"_path":"ssl","ts":1767225601,"id.orig_h":"192.0.2.7","id.resp_h":"198.51.100.9","id.resp_p":443,"#
        + #""version":"TLSv10","cipher":"X","server_name":"plantedbob.example","subject":"CN=\#(text)"}"#,
      #"{"_path":"kerberos","ts":1767225601,"id.orig_h":"192.0.2.7","id.resp_h":"192.0.2.1","id.resp_p":88,"#
        + #""request_type":"AS","client":"plantedann/PLANTED.REALM.EXAMPLE","success":true}"#,
      #"{"_path":"notice","ts":1767225601,"note":"Scan::Port_Scan","msg":"\#(text)","sub":"\#(text)","#
        + #""src":"192.0.2.7","dst":"192.0.2.1"}"#,
    ])

  private static let suricata = lines(
    SuricataSensor.name,
    [
      #"{"timestamp":"2026-01-01T00:00:01Z","event_type":"alert","src_ip":"192.0.2.7","src_port":4444,"#
        + #""dest_ip":"192.0.2.1","dest_port":445,"proto":"TCP","payload_printable":"\#(text)","#
        + #""alert":{"gid":1,"signature_id":2024218,"rev":4,"signature":"\#(text)","category":"\#(text)","severity":1}}"#,
      #"{"timestamp":"2026-01-01T00:00:01Z","event_type":"dns","src_ip":"192.0.2.7","dest_ip":"192.0.2.1","#
        + #""dest_port":53,"proto":"UDP","dns":{"type":"answer","rrname":"plantedann.example","rcode":"NXDOMAIN"}}"#,
      #"{"timestamp":"2026-01-01T00:00:01Z","event_type":"tls","src_ip":"192.0.2.7","dest_ip":"198.51.100.9","#
        + #""dest_port":443,"proto":"TCP","tls":{"sni":"plantedbob.example","subject":"\#(text)","version":"TLS 1.0"}}"#,
    ])

  private static let mapped = lines(
    MappedSensor.name,
    ["plantedlog\n{\"at\":\"2026-01-01T00:00:01Z\",\"who\":\"plantedann\",\"note\":\"\(text)\"}"])

  /// As the C library writes them: a log-on, an access to a record, a message and a number.
  private static let reports: SensorBatch = {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
    func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    let logOn = field(1, "plantedann") + field(2, "sshd") + field(3, "192.0.2.7") + [4 << 3, 1]
    let access = field(1, "plantedann") + field(3, "MRN-7734120") + field(4, Planted.authority) + field(6, "plantedws")
    let message = field(1, "192.0.2.7") + field(2, "192.0.2.1") + [3 << 3, 80] + field(4, "ORU") + field(5, "R01")
    let number = field(1, "192.0.2.7") + field(2, "plantedann's pulse") + [3 << 3 | 1, 0, 0, 0, 0, 0, 0, 0x54, 0x40]
    return SensorBatch(
      sensor: SDKSensor.name,
      records: [field(3, logOn), field(4, access), field(5, message), field(6, number)])
  }()

  private static let ports: SensorBatch = {
    let process = ObservedProcess(
      pid: 77, parent: 1, startTicks: 1, parentStartTicks: 1, executable: Array(Planted.path.utf8))
    let port = ListeningPort(transport: .tcp, port: 4444, isOpen: true, isNew: true, total: 9)
    let facts =
      [.port(port)] + [IPAddress("192.0.2.7")].compactMap { $0.map { MachineRecord.Fact.peer($0, port: 443) } }
    return SensorBatch(
      sensor: SocketSensor.name,
      records: facts.map {
        MachineRecord(time: WorkerSupport.at(1000), process: process, user: 1001, fact: $0).encoded
      })
  }()
}
