/// What is read of Suricata's EVE records.
enum EVEField: Int, CaseIterable {
  case time, kind, sourceAddress, sourcePort, destinationAddress, destinationPort, transport
  case signature, category, severity
  case flowStart, flowEnd, flowState, clientBytes, serverBytes, clientPackets, serverPackets, clientFlags
  case dnsKind, question, questionType, responseCode
  case version, serverName

  static let tree = FieldTree(paths.flatMap { field, paths in paths.map { ($0, field.rawValue) } })

  private static let paths: [(EVEField, [String])] = [
    (.time, ["timestamp"]), (.kind, ["event_type"]), (.sourceAddress, ["src_ip"]), (.sourcePort, ["src_port"]),
    (.destinationAddress, ["dest_ip"]), (.destinationPort, ["dest_port"]), (.transport, ["proto"]),
    (.signature, ["alert.signature_id"]), (.category, ["alert.category"]), (.severity, ["alert.severity"]),
    (.flowStart, ["flow.start"]), (.flowEnd, ["flow.end"]), (.flowState, ["flow.state"]),
    (.clientBytes, ["flow.bytes_toserver"]), (.serverBytes, ["flow.bytes_toclient"]),
    (.clientPackets, ["flow.pkts_toserver"]), (.serverPackets, ["flow.pkts_toclient"]),
    (.clientFlags, ["tcp.tcp_flags_tc"]), (.dnsKind, ["dns.type"]), (.question, ["dns.rrname", "dns.queries.rrname"]),
    (.questionType, ["dns.rrtype", "dns.queries.rrtype"]), (.responseCode, ["dns.rcode"]),
    (.version, ["tls.version"]), (.serverName, ["tls.sni"]),
  ]
}
