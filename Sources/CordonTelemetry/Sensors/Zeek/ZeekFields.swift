/// What is read of Zeek's logs, whichever log has it.
enum ZeekField: Int, CaseIterable {
  case log, time, duration
  case clientAddress, clientPort, serverAddress, serverPort, transport
  case clientBytes, serverBytes, clientPackets, serverPackets, state
  case question, questionType, responseCode
  case version, clientVersion, serverName, cipher
  case note, source, destination
  case requestType, client, succeeded, userName, domainName, result, error

  static let tree = FieldTree(paths.flatMap { field, paths in paths.map { ($0, field.rawValue) } })

  /// Writers of JSON put `_` where Zeek has a point.
  private static let paths: [(ZeekField, [String])] = [
    (.log, ["_path", "@stream", "_stream"]), (.time, ["ts", "_write_ts"]), (.duration, ["duration"]),
    (.clientAddress, ["id.orig_h", "id_orig_h"]), (.clientPort, ["id.orig_p", "id_orig_p"]),
    (.serverAddress, ["id.resp_h", "id_resp_h"]), (.serverPort, ["id.resp_p", "id_resp_p"]),
    (.transport, ["proto"]), (.clientBytes, ["orig_ip_bytes"]), (.serverBytes, ["resp_ip_bytes"]),
    (.clientPackets, ["orig_pkts"]), (.serverPackets, ["resp_pkts"]), (.state, ["conn_state"]),
    (.question, ["query"]), (.questionType, ["qtype"]), (.responseCode, ["rcode"]), (.version, ["version"]),
    (.clientVersion, ["client_version"]), (.serverName, ["server_name"]), (.cipher, ["cipher"]), (.note, ["note"]),
    (.source, ["src"]), (.destination, ["dst"]), (.requestType, ["request_type"]), (.client, ["client"]),
    (.succeeded, ["success"]), (.userName, ["username"]), (.domainName, ["domainname"]), (.result, ["result"]),
    (.error, ["error_msg"]),
  ]
}

/// The logs of Zeek's that are read; of every other a record is ignored.
enum ZeekLog: String {
  case connections = "conn"
  case questions = "dns"
  case handshakes = "ssl"
  case notices = "notice"
  case kerberos, ntlm, radius

  /// Of a JSON record: by its log's name, else, where the writer left that out, by the fields that it alone has.
  init?(_ fields: RecordFields) {
    if let name = fields.text(ZeekField.log.rawValue, most: 64) {
      self.init(rawValue: name)
      return
    }
    func has(_ field: ZeekField) -> Bool { fields.has(field.rawValue) }
    if has(.state) {
      self = .connections
    } else if has(.question), has(.transport) {
      self = .questions
    } else if has(.cipher), !has(.requestType) {
      self = .handshakes
    } else if has(.note) {
      self = .notices
    } else {
      return nil
    }
  }
}
