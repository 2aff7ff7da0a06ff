import CordonCore

/// What su itself writes: util-linux's and the shadow suite's.
enum SuMessage {
  static func read(_ bytes: Span<UInt8>, _ message: Range<Int>) -> AuthEvent.Reading {
    var start = message.lowerBound
    var event = AuthEvent(.success, .su)
    if bytes.has("FAILED SU ", at: start) {
      event.kind = .failure
      start += 10
    } else if bytes.has("FAILED su for ", at: start) || bytes.has("Successful su for ", at: start) {
      let isFailure = bytes[start] == UInt8(ascii: "F")
      event.kind = isFailure ? .failure : .success
      return pair(&event, bytes, (start + (isFailure ? 14 : 18))..<message.upperBound, parting: " by ")
    }
    // `(to root) ann on pts/0`
    guard bytes.has("(to ", at: start), let close = bytes.position(of: ") ", in: start..<message.upperBound) else {
      return .other
    }
    event.target = AuthEvent.user(bytes, (start + 4)..<close)
    let rest = (close + 2)..<message.upperBound
    let end = bytes.lastPosition(of: " on ", in: rest) ?? rest.upperBound
    event.user = AuthEvent.user(bytes, bytes.trimmed(rest.lowerBound..<end))
    return .event(event)
  }

  /// `root by ann`
  private static func pair(
    _ event: inout AuthEvent, _ bytes: Span<UInt8>, _ range: Range<Int>, parting: StaticString
  ) -> AuthEvent.Reading {
    guard let middle = bytes.lastPosition(of: parting, in: range) else { return .other }
    event.target = AuthEvent.user(bytes, bytes.trimmed(range.lowerBound..<middle))
    event.user = AuthEvent.user(bytes, bytes.trimmed((middle + parting.utf8CodeUnitCount)..<range.upperBound))
    return .event(event)
  }
}

/// What login itself writes, on consoles.
enum LoginMessage {
  static func read(_ bytes: Span<UInt8>, _ message: Range<Int>) -> AuthEvent.Reading {
    let start = message.lowerBound
    if bytes.has("FAILED LOGIN", at: start) {
      // `FAILED LOGIN (1) on '/dev/tty1' FOR 'ann', Authentication failure`
      var event = AuthEvent(.failure, .login)
      event.method = .password
      guard let name = bytes.position(of: "FOR ", in: message), name + 5 < message.upperBound,
        let end = bytes.lastPosition(of: "', ", in: (name + 5)..<message.upperBound)
      else { return .other }
      event.user = AuthEvent.user(bytes, (name + 5)..<end)
      event.isOfNobody = event.user == "UNKNOWN" || event.user.isEmpty
      return .event(event)
    }
    var event = AuthEvent(.success, .login)
    if bytes.has("ROOT LOGIN ", at: start) {
      event.user = "root"
      return .event(event)
    }
    if bytes.has("LOGIN ON ", at: start), let by = bytes.lastPosition(of: " BY ", in: message) {
      event.user = AuthEvent.user(bytes, bytes.word(from: by + 4, in: message))
      return .event(event)
    }
    return .other
  }
}
