import CordonCore

/// What one line of an authentication log says, before it is weighed against the lines around it.
struct AuthEvent: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// The program's own word that somebody got in, or used rights; it is not said twice.
    case success
    /// The program's own word that one or more attempts failed.
    case failure
    /// A sign that an attempt failed, which the program's own word may follow.
    case hint(Hint)
    /// PAM's count of failures beyond those that it told of.
    case further
    case sessionOpened
    case sessionClosed
  }

  /// Which of the signs that a failed attempt leaves.
  enum Hint: UInt8, Hashable, Sendable {
    case pam = 1, pamOther = 2, unknownUser = 4, closed = 8, notAllowed = 16, answered = 32

    /// Those of PAM, which may come from a process of their own, or from none.
    static let ofPAM = pam.rawValue | pamOther.rawValue
  }

  /// What became of a line.
  enum Reading: Hashable, Sendable {
    case event(AuthEvent)
    /// Of a program that lets people in, and no attempt: a probe, a session's housekeeping, a repetition.
    case other
    /// Of another program, or in words that are not known.
    case foreign
  }

  var kind: Kind
  var service: Authentication.Service
  var method = Authentication.Method.unknown
  /// Empty where the line does not say.
  var user = ""
  /// Whom the user became; empty where it is no matter of becoming.
  var target = ""
  var origin: Authentication.Origin?
  var attempts: UInt32 = 1
  var isOfNobody = false

  init(_ kind: Kind, _ service: Authentication.Service) {
    self.kind = kind
    self.service = service
  }

  /// Reads a line's message by the program that wrote it.
  static func read(_ line: SyslogLine, _ bytes: Span<UInt8>) -> Reading {
    // Nothing reads behind the message's end, where a line's white space was cut off.
    let bytes = bytes.extracting(0..<line.message.upperBound)
    var program = line.program
    // `sshd(pam_unix)[19939]: …` is how PAM signed before it named its service in the message.
    if let bracket = bytes.first(of: UInt8(ascii: "("), in: program) {
      let module = bracket..<program.upperBound
      program = program.lowerBound..<bracket
      guard bytes.has("(pam_", at: bracket) else { return .foreign }
      guard let service = PAMMessage.service(bytes, program) else { return .other }
      return PAMMessage.read(
        bytes, line.message, service: service, isFirstModule: bytes.has("(pam_unix)", at: module.lowerBound))
    }
    if bytes.has("pam_", at: line.message.lowerBound), let reading = PAMMessage.read(bytes, line.message) {
      return reading
    }
    if bytes.equals("sshd", in: program) || bytes.equals("sshd-session", in: program)
      || bytes.equals("sshd-auth", in: program)
    {
      return SSHMessage.read(bytes, line.message)
    }
    if bytes.equals("sudo", in: program) { return SudoMessage.read(bytes, line.message) }
    if bytes.equals("su", in: program) || bytes.equals("su-l", in: program) {
      return SuMessage.read(bytes, line.message)
    }
    if bytes.equals("login", in: program) || bytes.has(" LOGIN ON ", at: line.message.lowerBound + 4) {
      return LoginMessage.read(bytes, line.message)
    }
    return .foreign
  }

  /// An origin as a line writes it: an address, or the name that a resolver gave.
  static func origin(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Authentication.Origin? {
    guard (1...CanonicalName.partLimit).contains(range.count) else { return nil }
    let text = bytes.text(in: range)
    return IPAddress(text).map(Authentication.Origin.address) ?? .name(text)
  }

  /// A user's name, which may be anything that somebody typed; empty where it is too long to be one.
  static func user(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    range.count <= CanonicalName.partLimit ? bytes.text(in: range) : ""
  }
}
