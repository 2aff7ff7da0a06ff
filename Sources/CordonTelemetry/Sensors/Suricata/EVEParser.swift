package import CordonCore

/// Records of Suricata's EVE log to alerts and to what went over the wire: each record stands alone.
package struct EVEParser: SensorParser {
  package private(set) var counters = ParserCounters()

  private var fields = RecordFields(EVEField.tree)

  package init() {}

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    guard fields.readJSON(record), fields.has(EVEField.kind.rawValue),
      let time = MomentText.read(fields.raw(EVEField.time.rawValue))
    else {
      counters.malformed += 1
      return
    }
    guard let observation = observation(at: time) else {
      counters.ignored += 1
      return
    }
    counters.observations += 1
    observations.append(observation)
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  private func observation(at time: Timestamp) -> Observation? {
    let kind = EVEField.kind.rawValue
    if fields.equals(kind, "alert") { return alert(time) }
    if fields.equals(kind, "flow") { return flow(time) }
    if fields.equals(kind, "dns") { return question(time) }
    if fields.equals(kind, "tls") { return handshake(time) }
    return nil
  }

  private func alert(_ time: Timestamp) -> Observation? {
    guard let signature = fields.number(EVEField.signature.rawValue) else { return nil }
    let alert = ObservedAlert(
      rule: "\(signature)", category: NetworkWords.category(fields.text(EVEField.category.rawValue)),
      severity: severity, parties: [address(.sourceAddress), address(.destinationAddress)].compactMap(\.self))
    return Observation(time: time, family: .wire, source: SuricataSensor.name, activity: .alert, object: .alert(alert))
  }

  /// 1 is the gravest of Suricata's.
  private var severity: Severity {
    switch fields.number(EVEField.severity.rawValue) {
    case 1: .high
    case 2: .medium
    default: .low
    }
  }

  private func exchange(
    _ event: WireEvent, _ time: Timestamp, by sender: WireSide = .client, isTurned: Bool = false
  ) -> Observation? {
    guard let source = address(.sourceAddress), let destination = address(.destinationAddress) else { return nil }
    let port = fields.port((isTurned ? EVEField.sourcePort : .destinationPort).rawValue) ?? 0
    let exchange = WireExchange(
      client: isTurned ? destination : source, server: isTurned ? source : destination, port: port, sender: sender,
      event: event)
    return Observation(
      time: time, family: .wire, source: SuricataSensor.name, activity: .exchange, object: .exchange(exchange))
  }

  private func flow(_ time: Timestamp) -> Observation? {
    let start = MomentText.read(fields.raw(EVEField.flowStart.rawValue)) ?? time
    let end = MomentText.read(fields.raw(EVEField.flowEnd.rawValue)) ?? time
    let transport = NetworkWords.transport(fields, EVEField.transport.rawValue)
    let back = number(.serverPackets)
    // Of TCP alone a silence says something; a reset that answered is in the flags of the server's packets.
    var outcome = FlowPart.Outcome.established
    if transport == 6, fields.equals(EVEField.flowState.rawValue, "new") { outcome = .unanswered }
    if transport == 6, back <= 1, hasReset { outcome = .refused }
    let part = FlowPart(
      transport: transport, start: start, clientBytes: number(.clientBytes), serverBytes: number(.serverBytes),
      clientPackets: number(.clientPackets), serverPackets: back, outcome: outcome)
    return exchange(.flow(part), end)
  }

  /// Whether the server's flags, two hexadecimal digits, hold a reset.
  private var hasReset: Bool {
    let flags = fields.raw(EVEField.clientFlags.rawValue)
    return flags.count == 2 && (flags.last.flatMap { Hex.digit($0) } ?? 0) & 4 != 0
  }

  private func question(_ time: Timestamp) -> Observation? {
    guard let name = fields.content(EVEField.question.rawValue) else { return nil }
    let kind = EVEField.dnsKind.rawValue
    let isAnswer = fields.equals(kind, "answer") || fields.equals(kind, "response")
    let code = fields.text(EVEField.responseCode.rawValue, most: 16).flatMap { NetworkWords.responseCode($0) }
    let message = DNSMessage(
      name: NetworkWords.question(name),
      type: fields.text(EVEField.questionType.rawValue, most: 16).map { NetworkWords.recordType($0) } ?? 0,
      code: isAnswer ? code ?? 0 : nil)
    // Some versions name the answer's own sender first, some the flow's.
    let isTurned = fields.port(EVEField.sourcePort.rawValue) == 53
    return exchange(.dns(message), time, by: isAnswer ? .server : .client, isTurned: isTurned)
  }

  private func handshake(_ time: Timestamp) -> Observation? {
    guard let version = NetworkWords.tlsVersion(fields.raw(EVEField.version.rawValue)) else { return nil }
    let name = fields.content(EVEField.serverName.rawValue) ?? []
    return exchange(
      .tls(TLSHandshake(offered: version, chosen: version, serverName: NetworkWords.question(name))), time)
  }

  private func address(_ field: EVEField) -> IPAddress? { fields.address(field.rawValue) }

  private func number(_ field: EVEField) -> UInt64 { fields.number(field.rawValue) ?? 0 }
}
