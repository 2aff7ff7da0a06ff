import CordonCore

/// What sudo itself writes: one line for each command, and one for each that it refused.
///
/// The command and its arguments are never looked into here: they may hold anything, passwords too.
enum SudoMessage {
  /// `ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/id`
  static func read(_ bytes: Span<UInt8>, _ message: Range<Int>) -> AuthEvent.Reading {
    guard let colon = bytes.position(of: " : ", in: message) else { return .other }
    let user = bytes.trimmed(message.lowerBound..<colon)
    let rest = (colon + 3)..<message.upperBound
    let end = bytes.position(of: " ; COMMAND=", in: rest) ?? rest.upperBound
    var event = AuthEvent(.success, .sudo)
    event.user = AuthEvent.user(bytes, user)
    if let target = bytes.position(of: " ; USER=", in: rest.lowerBound..<end) {
      event.target = AuthEvent.user(bytes, bytes.word(from: target + 8, in: rest.lowerBound..<end))
    }
    guard !event.user.isEmpty else { return .other }
    if bytes.has("TTY=", at: rest.lowerBound) || bytes.has("PWD=", at: rest.lowerBound)
      || bytes.has("HOST=", at: rest.lowerBound) || bytes.has("(command continued)", at: rest.lowerBound)
    {
      return bytes.has("(command", at: rest.lowerBound) ? .other : .event(event)
    }
    event.kind = .failure
    let word = bytes.word(from: rest.lowerBound, in: rest)
    if let count = bytes.number(in: word), bytes.has(" incorrect password attempt", at: word.upperBound) {
      event.method = .password
      event.attempts = UInt32(clamping: count)
      return .event(event)
    }
    return isRefusal(bytes, rest) ? .event(event) : .other
  }

  private static let refusals: [StaticString] = [
    "user NOT in sudoers", "user NOT authorized", "command not allowed", "a password is required", "no tty present",
    "a terminal is required", "authentication server failure", "sorry, you are not allowed",
  ]

  private static func isRefusal(_ bytes: Span<UInt8>, _ rest: Range<Int>) -> Bool {
    for refusal in refusals where bytes.has(refusal, at: rest.lowerBound) { return true }
    return false
  }
}
