package import CordonCore

/// What crosses the network in clear although patients are in it, TLS that protects little, and desktops shown to whoever
/// asks: findings, not attacks.
///
/// One finding a day for each server and port; together they are the site's inventory of exposure. HL7 and DICOM that the
/// sensor can read are in clear by definition.
package enum ExposureFinding {
  /// Nil for an exchange that exposes nothing, or stays on one machine.
  package static func hit(_ exchange: WireExchange, at time: Timestamp) -> TripwireHit? {
    guard let (rule, predicate, version) = exposure(exchange.event), HostFeatures.isOutbound(exchange.server) else {
      return nil
    }
    var evidence = [Detection.Evidence(what: "port", value: Double(exchange.port))]
    if let version { evidence.append(.init(what: "TLS version", value: version)) }
    return TripwireHit(
      rule, technique: "T1040", time: time,
      parties: [.init(exchange.server, .target), .init(exchange.client, .source)], evidence: evidence,
      predicate: "\(predicate) on port \(exchange.port)", identity: "\(exchange.server):\(exchange.port)")
  }

  /// The rule that tells of it, in which words, and for TLS the version agreed on.
  private static func exposure(_ event: WireEvent) -> (TripwireRule, String, Double?)? {
    switch event {
    case .hl7(.message): return (.clearHL7, "exchange HL7 messages in clear", nil)
    case .dicom(.accepted): return (.clearDICOM, "exchange DICOM objects in clear", nil)
    case .tls(let handshake):
      guard handshake.isWeak, let chosen = handshake.chosen else { return nil }
      let (name, number) = Self.version(chosen)
      return (.weakTLS, "agreed on \(name), which no longer protects", number)
    case .rdp(let handshake) where handshake.isUnprotected:
      return (.weakRDP, "share a desktop without TLS", nil)
    case .rdp(let handshake) where handshake.letsStrangersIn:
      return (.weakRDP, "share a desktop before the user is known (no network level authentication)", nil)
    case .flow, .dns, .hl7, .dicom, .rdp: return nil
    }
  }

  private static func version(_ number: UInt16) -> (String, Double) {
    switch number {
    case 0x0302: ("TLS 1.1", 1.1)
    case 0x0301: ("TLS 1.0", 1.0)
    default: ("SSL 3.0", 0)
    }
  }
}
