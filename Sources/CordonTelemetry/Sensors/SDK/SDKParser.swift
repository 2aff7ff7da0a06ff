package import CordonCore

/// Reports of a gateway's own software to observations: each report stands alone.
package struct SDKParser: SensorParser {
  /// How far a report's own time may lie before its arrival; an older one, as of a clock that was never set, and one of
  /// the future, happened when they arrive.
  package static let lateness = Duration.seconds(86_400)
  private static let haste = Duration.seconds(60)

  package private(set) var counters = ParserCounters()

  package init() {}

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    guard let report = SDKReport.read(record.span) else { return counters.malformed += 1 }
    // What a sender had to give up.
    counters.abandoned &+= report.dropped
    guard let observation = Self.observation(of: report, arrived: arrived) else { return counters.malformed += 1 }
    counters.observations += 1
    observations.append(observation)
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  private static func observation(of report: SDKReport, arrived: Timestamp) -> Observation? {
    let time = time(report.time, arrived: arrived)
    switch report.event {
    case .logOn(let logOn): return observation(of: logOn, at: time)
    case .access(let access): return observation(of: access, at: time)
    case .message(let message):
      guard let sender = IPAddress(message.sender), let receiver = IPAddress(message.receiver) else { return nil }
      let head = HL7Message(
        type: message.type, trigger: message.trigger, bytes: message.bytes, isControl: message.isControl)
      return exchange(head, from: sender, to: receiver, port: message.receiverPort, at: time)
    case .counter(let counter):
      guard let device = IPAddress(counter.device) else { return nil }
      let name = Array(counter.name.utf8)
      let result = HL7Result(code: HL7Text.hash(0..<name.count, in: name.span), value: counter.value)
      return exchange(
        HL7Message(type: "", trigger: "", bytes: 0, results: [result]), from: device, to: device, port: 0, at: time)
    }
  }

  private static func observation(of logOn: SDKReport.LogOn, at time: Timestamp) -> Observation {
    let fact = Authentication(
      service: service(logOn.service), origin: origin(logOn.origin), isOfNobody: logOn.account.isEmpty)
    return Observation(
      time: time, family: .host, source: SDKSensor.name, activity: logOn.isEnd ? .logOff : .logOn,
      outcome: logOn.outcome, actor: logOn.account.isEmpty ? nil : .name(logOn.account),
      isLogin: logOn.outcome == .success && !logOn.isEnd, object: .authentication(fact))
  }

  private static func observation(of access: SDKReport.Access, at time: Timestamp) -> Observation {
    let patients = access.patient.isEmpty ? [] : [RawPatient(id: access.patient, authority: access.authority)]
    return Observation(
      time: time, family: .ehr, source: SDKSensor.name, activity: .recordAccess, outcome: access.outcome,
      actor: .record(access.account), isLogin: true,
      object: .access(
        EHRAccess(act: access.act, patients: patients, isBreakGlass: access.isBreakGlass, origin: access.origin)))
  }

  private static func exchange(
    _ message: HL7Message, from sender: IPAddress, to receiver: IPAddress, port: UInt16, at time: Timestamp
  ) -> Observation {
    Observation(
      time: time, family: .wire, source: SDKSensor.name, activity: .exchange, outcome: .success,
      object: .exchange(
        WireExchange(client: sender, server: receiver, port: port, sender: .client, event: .hl7(.message(message)))))
  }

  private static func time(_ told: Timestamp?, arrived: Timestamp) -> Timestamp {
    guard let told, told > arrived.advanced(by: .zero - lateness), told <= arrived.advanced(by: haste) else {
      return arrived
    }
    return told
  }

  private static func service(_ name: String) -> Authentication.Service {
    switch name {
    case "sshd", "ssh": .ssh
    case "sudo", "sudo-i": .sudo
    case "su", "su-l": .su
    case "login": .login
    case "gdm-password", "gdm-autologin", "lightdm", "sddm", "xrdp-sesman": .display
    default: .other
    }
  }

  private static func origin(_ text: String) -> Authentication.Origin? {
    guard !text.isEmpty else { return nil }
    return IPAddress(text).map(Authentication.Origin.address) ?? .name(text)
  }
}
