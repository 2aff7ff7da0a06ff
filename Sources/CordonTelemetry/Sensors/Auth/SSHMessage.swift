import CordonCore

/// What sshd itself writes, from OpenSSH 3 to 10.
///
/// A user's name is whatever the client sent, so it is cut from behind: the last ` from ` of the line is sshd's own.
enum SSHMessage {
  static func read(_ bytes: Span<UInt8>, _ message: Range<Int>) -> AuthEvent.Reading {
    let start = message.lowerBound
    if bytes.has("Failed ", at: start) { return attempt(bytes, (start + 7)..<message.upperBound, .failure) }
    if bytes.has("Accepted ", at: start) { return attempt(bytes, (start + 9)..<message.upperBound, .success) }
    if bytes.has("Invalid user ", at: start) || bytes.has("Illegal user ", at: start) {
      return named(bytes, (start + 13)..<message.upperBound, .unknownUser, isOfNobody: true)
    }
    if bytes.has("message repeated ", at: start) { return repeated(bytes, (start + 17)..<message.upperBound) }
    if bytes.has("error: PAM: Authentication failure for ", at: start) {
      return answered(bytes, (start + 39)..<message.upperBound)
    }
    if bytes.has("PAM ", at: start) { return further(bytes, (start + 4)..<message.upperBound) }
    if bytes.has("User ", at: start), let end = bytes.position(of: " not allowed because ", in: message) {
      guard end >= start + 5 else { return .foreign }
      return named(bytes, (start + 5)..<end, .notAllowed, isOfNobody: false)
    }
    return closed(bytes, message)
  }

  /// `password for [invalid user ]ann from 192.0.2.1 port 22 ssh2[: …]`
  private static func attempt(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: AuthEvent.Kind) -> AuthEvent.Reading {
    let word = bytes.word(from: range.lowerBound, in: range)
    // "none" is a client that asks which methods there are.
    guard bytes.has(" for ", at: word.upperBound), !bytes.equals("none", in: word) else { return .other }
    var event = AuthEvent(kind, .ssh)
    event.method = method(bytes, word)
    var start = word.upperBound + 5
    if bytes.has("invalid user ", at: start) || bytes.has("illegal user ", at: start) {
      event.isOfNobody = true
      start += 13
    }
    guard start <= range.upperBound, take(&event, bytes, start..<range.upperBound) else { return .foreign }
    return .event(event)
  }

  /// `ann from 192.0.2.1[ port 22][ …]`: a name, which may be empty, and where from.
  private static func named(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ hint: AuthEvent.Hint, isOfNobody: Bool
  ) -> AuthEvent.Reading {
    var event = AuthEvent(.hint(hint), .ssh)
    event.isOfNobody = isOfNobody
    return take(&event, bytes, range) ? .event(event) : .foreign
  }

  /// `[illegal user ]ann from 192.0.2.1`: what PAM answered to a process of sshd's that only asks it.
  private static func answered(_ bytes: Span<UInt8>, _ range: Range<Int>) -> AuthEvent.Reading {
    let isInvalid = bytes.has("illegal user ", at: range.lowerBound)
    let start = range.lowerBound + (isInvalid ? 13 : 0)
    return named(bytes, start..<range.upperBound, .answered, isOfNobody: isInvalid)
  }

  private static func take(_ event: inout AuthEvent, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    // Of `Invalid user  from 192.0.2.1` the name is empty, and one of its spaces is the one before "from".
    guard let from = bytes.lastPosition(of: "from ", in: range) else { return false }
    let name = range.lowerBound..<max(range.lowerBound, from - 1)
    event.user = AuthEvent.user(bytes, bytes.trimmed(name))
    event.origin = AuthEvent.origin(bytes, bytes.word(from: from + 5, in: range))
    return event.origin != nil
  }

  /// `5 times: [ Failed password for root from 192.0.2.1 port 22 ssh2]`
  private static func repeated(_ bytes: Span<UInt8>, _ range: Range<Int>) -> AuthEvent.Reading {
    let word = bytes.word(from: range.lowerBound, in: range)
    guard let count = bytes.number(in: word), bytes.has(" times: [ ", at: word.upperBound),
      bytes[range.upperBound - 1] == UInt8(ascii: "]")
    else { return .foreign }
    let inner = (word.upperBound + 10)..<max(word.upperBound + 10, range.upperBound - 1)
    guard !bytes.has("message repeated", at: inner.lowerBound) else { return .foreign }
    let reading = read(bytes.extracting(0..<inner.upperBound), inner)
    guard case .event(var event) = reading else { return reading }
    event.attempts = UInt32(clamping: count)
    return .event(event)
  }

  /// `2 more authentication failures; logname= … rhost=192.0.2.1  user=root`
  private static func further(_ bytes: Span<UInt8>, _ range: Range<Int>) -> AuthEvent.Reading {
    let word = bytes.word(from: range.lowerBound, in: range)
    guard let count = bytes.number(in: word), bytes.has(" more authentication failure", at: word.upperBound) else {
      return .other
    }
    var event = AuthEvent(.further, .ssh)
    event.attempts = UInt32(clamping: count)
    PAMMessage.takeFields(of: bytes, range, into: &event)
    return .event(event)
  }

  /// `Connection closed by authenticating user ann 192.0.2.1 port 22 [preauth]` and its kin: an attempt given up.
  private static func closed(_ bytes: Span<UInt8>, _ message: Range<Int>) -> AuthEvent.Reading {
    let start = message.lowerBound
    let isEnd =
      bytes.has("Connection closed by ", at: start) || bytes.has("Connection reset by ", at: start)
      || bytes.has("Disconnected from ", at: start) || bytes.has("Disconnecting ", at: start)
    guard isEnd else { return isKnown(bytes, start) ? .other : .foreign }
    let isInvalid = bytes.position(of: " invalid user ", in: message)
    guard
      let user = isInvalid.map({ $0 + 14 })
        ?? bytes.position(of: " authenticating user ", in: message).map({ $0 + 21 }),
      let port = bytes.lastPosition(of: " port ", in: message), user < port,
      let space = bytes.lastPosition(of: " ", in: user..<port)
    else { return .other }
    var event = AuthEvent(.hint(.closed), .ssh)
    event.isOfNobody = isInvalid != nil
    event.user = AuthEvent.user(bytes, user..<space)
    event.origin = AuthEvent.origin(bytes, (space + 1)..<port)
    return .event(event)
  }

  private static func method(_ bytes: Span<UInt8>, _ word: Range<Int>) -> Authentication.Method {
    if bytes.equals("password", in: word) { return .password }
    if bytes.equals("publickey", in: word) { return .publicKey }
    if bytes.has("keyboard-interactive", at: word.lowerBound) { return .interactive }
    if bytes.has("gssapi", at: word.lowerBound) { return .kerberos }
    if bytes.equals("hostbased", in: word) { return .hostBased }
    return .unknown
  }

  /// How sshd's other lines begin: known, and of no attempt to log on.
  private static let others: [StaticString] = [
    "Connection from ", "Received disconnect from ", "error: ", "fatal: ", "input_userauth_request: ",
    "Server listening",
    "Received signal", "reverse mapping checking", "Did not receive identification", "Bad protocol version",
    "Disconnecting: ", "banner exchange: ", "Unable to negotiate", "ssh_dispatch_run_fatal: ", "refused connect from ",
    "Postponed ", "Starting session: ", "Close session: ", "User child is on pid", "subsystem request",
    "Timeout before ",
    "Timeout, client", "Exiting on signal", "Address ", "Magic value check failed", "Protocol major versions",
    "Nasty PTR record", "Accepted key ", "Accepted certificate", "Set ", "rexec line", "drop connection",
    "Transferred: ",
    "Closing connection to", "kex_exchange_identification: ", "ROOT LOGIN REFUSED", "exited MaxStartups",
    "beginning MaxStartups",
    "srclimit_penalise", "Authentication refused: ", "userauth_", "Could not ", "Corrupted MAC",
    "dispatch_protocol_error",
    "padding error", "penalty: ", "Authentication key ", "maximum authentication attempts", "Failed to ", "mm_",
  ]

  private static func isKnown(_ bytes: Span<UInt8>, _ start: Int) -> Bool {
    for other in others where bytes.has(other, at: start) { return true }
    return false
  }
}
