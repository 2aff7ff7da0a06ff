package import CordonCore

/// Records of Zeek's logs, as JSON or as tables, to what went over the wire: each record stands alone.
///
/// A connection is told when it ended, for Zeek writes it then; a question to DNS and its answer are two observations.
package struct ZeekParser: SensorParser {
  package private(set) var counters = ParserCounters()

  private var fields = RecordFields(ZeekField.tree)
  private var table = ZeekTable()

  package init() {}

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    let isTable = record.first == UInt8(ascii: "#")
    guard isTable ? readLine(record) : fields.readJSON(record) else {
      counters.malformed += 1
      return
    }
    guard let log = isTable ? table.log : ZeekLog(fields) else {
      counters.ignored += 1
      return
    }
    guard let time else {
      counters.malformed += 1
      return
    }
    let before = observations.count
    tell(log, at: time, &observations)
    counters.observations += UInt64(observations.count - before)
    if observations.count == before { counters.ignored += 1 }
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  private mutating func readLine(_ record: [UInt8]) -> Bool {
    guard let start = table.lineStart(of: record), let layout = table.layout else { return false }
    return fields.readColumns(record, from: start, by: layout)
  }

  /// Seconds since 1970, or a moment as ISO 8601 has it.
  private var time: Timestamp? {
    let field = ZeekField.time.rawValue
    if let milliseconds = fields.milliseconds(field) { return Timestamp(milliseconds: milliseconds) }
    return MomentText.read(fields.raw(field))
  }

  private func tell(_ log: ZeekLog, at time: Timestamp, _ observations: inout [Observation]) {
    switch log {
    case .connections: tellConnection(time, &observations)
    case .questions: tellQuestion(time, &observations)
    case .handshakes: tellHandshake(time, &observations)
    case .notices: tellNotice(time, &observations)
    case .kerberos, .ntlm, .radius: tellLogOn(log == .kerberos, time, &observations)
    }
  }

  private func observe(
    _ event: WireEvent, by sender: WireSide = .client, at time: Timestamp, _ observations: inout [Observation]
  ) {
    guard let client = address(.clientAddress), let server = address(.serverAddress) else { return }
    let exchange = WireExchange(
      client: client, server: server, port: fields.port(ZeekField.serverPort.rawValue) ?? 0, sender: sender,
      event: event)
    observations.append(
      Observation(
        time: time, family: .wire, source: ZeekSensor.name, activity: .exchange, object: .exchange(exchange)))
  }

  private func tellConnection(_ start: Timestamp, _ observations: inout [Observation]) {
    let duration = fields.milliseconds(ZeekField.duration.rawValue) ?? 0
    let part = FlowPart(
      transport: NetworkWords.transport(fields, ZeekField.transport.rawValue), start: start,
      clientBytes: number(.clientBytes), serverBytes: number(.serverBytes), clientPackets: number(.clientPackets),
      serverPackets: number(.serverPackets), outcome: outcome)
    observe(.flow(part), at: start.advanced(by: .milliseconds(duration)), &observations)
  }

  /// As Zeek's documentation of `conn_state` has it.
  private var outcome: FlowPart.Outcome {
    let state = ZeekField.state.rawValue
    if fields.equals(state, "REJ") { return .refused }
    if fields.equals(state, "OTH") || fields.equals(state, "RSTRH") || fields.equals(state, "SHR") { return .midstream }
    let isUnanswered = fields.equals(state, "S0") || fields.equals(state, "SH") || fields.equals(state, "RSTOS0")
    return isUnanswered ? .unanswered : .established
  }

  private func tellQuestion(_ time: Timestamp, _ observations: inout [Observation]) {
    guard let name = fields.content(ZeekField.question.rawValue) else { return }
    var message = DNSMessage(
      name: NetworkWords.question(name), type: UInt16(truncatingIfNeeded: number(.questionType)))
    observe(.dns(message), at: time, &observations)
    guard let code = fields.number(ZeekField.responseCode.rawValue) else { return }
    message.code = UInt8(truncatingIfNeeded: code)
    observe(.dns(message), by: .server, at: time, &observations)
  }

  private func tellHandshake(_ time: Timestamp, _ observations: inout [Observation]) {
    let chosen = NetworkWords.tlsVersion(fields.raw(ZeekField.version.rawValue))
    let offered = fields.number(ZeekField.clientVersion.rawValue).flatMap { UInt16(exactly: $0) } ?? chosen
    guard let offered else { return }
    let name = fields.content(ZeekField.serverName.rawValue) ?? []
    observe(
      .tls(TLSHandshake(offered: offered, chosen: chosen, serverName: NetworkWords.question(name))), at: time,
      &observations)
  }

  /// Notices of these kinds are attacks; what else Zeek notices is for the site's own engineers.
  private static let graveNotices = [
    "Scan::", "SSH::Password_Guessing", "SSH::Login_By_Password_Guesser", "FTP::Bruteforcing", "Heartbleed::",
    "HTTP::SQL_Injection", "Intel::Notice", "Signatures::", "TeamCymruMalwareHashRegistry::Match", "CVE_",
  ]

  private func tellNotice(_ time: Timestamp, _ observations: inout [Observation]) {
    guard let note = fields.text(ZeekField.note.rawValue, most: 64),
      note.utf8.allSatisfy({ ASCIICase.isAlphanumeric($0) || $0 == 0x3A || $0 == 0x5F })
    else { return }
    let isGrave = Self.graveNotices.contains { note.hasPrefix($0) }
    let parties = [address(.source) ?? address(.clientAddress), address(.destination) ?? address(.serverAddress)]
    let alert = ObservedAlert(
      rule: note, severity: isGrave ? .high : .low, parties: parties.compactMap(\.self))
    observations.append(
      Observation(time: time, family: .wire, source: ZeekSensor.name, activity: .alert, object: .alert(alert)))
  }

  /// Of a domain's people: a first ticket asked for, or a log-on by NTLM or RADIUS.
  private func tellLogOn(_ isKerberos: Bool, _ time: Timestamp, _ observations: inout [Observation]) {
    guard let account = isKerberos ? principal : user else { return }
    let succeeded = ZeekField.succeeded.rawValue
    let hasFailed =
      fields.equals(succeeded, "F") || fields.equals(succeeded, "false")
      || fields.equals(ZeekField.result.rawValue, "failed")
    // What is no account's name may be anything, a password typed in the wrong field too: it goes nowhere.
    let isOfNobody = hasFailed && fields.equals(ZeekField.error.rawValue, "KDC_ERR_C_PRINCIPAL_UNKNOWN")
    observations.append(
      Observation(
        time: time, family: .host, source: ZeekSensor.name, activity: .logOn,
        outcome: hasFailed ? .failure : .success, actor: isOfNobody ? nil : account,
        object: .authentication(
          Authentication(
            service: .other, method: isKerberos ? .kerberos : .unknown,
            origin: address(.clientAddress).map { .address($0) }, isOfNobody: isOfNobody)),
        foreign: ForeignEvent(machine: "")))
  }

  /// `ann/WARD.EXAMPLE` of a first ticket; nil for computers, and for tickets that a first one paid for.
  private var principal: RawAccount? {
    guard !fields.equals(ZeekField.requestType.rawValue, "TGS"), !fields.equals(ZeekField.requestType.rawValue, "AP"),
      let parts = fields.text(ZeekField.client.rawValue)?.split(separator: "/"), parts.count == 2
    else { return nil }
    return WindowsAccounts.account(String(parts[0]), domain: String(parts[1]), identifier: nil, computer: "")
  }

  private var user: RawAccount? {
    WindowsAccounts.account(
      fields.text(ZeekField.userName.rawValue), domain: fields.text(ZeekField.domainName.rawValue), identifier: nil,
      computer: "")
  }

  private func address(_ field: ZeekField) -> IPAddress? { fields.address(field.rawValue) }

  private func number(_ field: ZeekField) -> UInt64 { fields.number(field.rawValue) ?? 0 }
}
