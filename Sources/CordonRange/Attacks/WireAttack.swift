import CordonCore

/// What attacks on the network have in common: a night, and a machine that has no business with devices.
struct WireAttack {
  let cast: AttackCast
  let kind: AttackKind

  var hospital: Hospital { cast.hospital }

  /// From a workstation, at an hour of a day of the second half; each attack on a day of its own. Nil where there is none.
  func start(hour: Double) -> (host: Host, time: Timestamp, random: SeededStream)? {
    let order = AttackKind.allCases.firstIndex(of: kind) ?? 0
    let days = Array(cast.days.dropLast())
    guard !days.isEmpty else { return nil }
    let day = days[order % days.count]
    var random = hospital.stream("wire", order)
    let host = random.pick(hospital.hosts.filter { $0.kind != .server })
    let time = hospital.calendar.midnight(of: day).advanced(by: .seconds((hour + random.uniform()) * 3600))
    return (host, time, random)
  }

  func conversation(
    _ content: Conversation.Content, from client: NetworkAddress, to server: Peer, at time: Timestamp,
    capturePoint: Int? = nil
  ) -> Conversation {
    Conversation(
      time: time, capturePoint: capturePoint ?? hospital.core, client: client, server: server, content: content,
      attack: kind)
  }
}
