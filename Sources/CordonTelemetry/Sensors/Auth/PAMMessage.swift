import CordonCore

/// What PAM's modules write, whatever program asked them.
enum PAMMessage {
  /// Who asks on behalf of the machine rather than of a person.
  private static let automatic: [StaticString] = [
    "cron", "crond", "CRON", "atd", "anacron", "systemd-user", "samba", "runuser", "news",
  ]

  /// Nil for a service that is no person's.
  static func service(_ bytes: Span<UInt8>, _ name: Range<Int>) -> Authentication.Service? {
    for other in automatic where bytes.equals(other, in: name) { return nil }
    // su-l, sudo-i and runuser-l are the same programs asked for a log-in shell.
    if bytes.has("sshd", at: name.lowerBound) { return .ssh }
    if bytes.equals("sudo", in: name) || bytes.equals("sudo-i", in: name) { return .sudo }
    if bytes.equals("su", in: name) || bytes.equals("su-l", in: name) { return .su }
    if bytes.equals("login", in: name) { return .login }
    if bytes.equals("remote", in: name) || bytes.equals("rlogin", in: name) { return .login }
    let isDisplay =
      bytes.has("gdm", at: name.lowerBound) || bytes.has("lightdm", at: name.lowerBound)
      || bytes.has("sddm", at: name.lowerBound) || bytes.has("xdm", at: name.lowerBound)
      || bytes.has("kde", at: name.lowerBound) || bytes.has("gnome-screensaver", at: name.lowerBound)
    return isDisplay ? .display : .other
  }

  /// `pam_unix(sshd:auth): …`; nil where the message only begins like one.
  static func read(_ bytes: Span<UInt8>, _ message: Range<Int>) -> AuthEvent.Reading? {
    guard
      let open = bytes.first(
        of: UInt8(ascii: "("), in: message.lowerBound..<min(message.lowerBound + 24, message.upperBound)),
      let colon = bytes.first(of: UInt8(ascii: ":"), in: open..<message.upperBound), colon - open <= 64,
      let close = bytes.position(of: "): ", in: colon..<message.upperBound), close - colon <= 16
    else { return nil }
    guard let service = service(bytes, (open + 1)..<colon) else { return .other }
    let isUnix = bytes.has("pam_unix(", at: message.lowerBound)
    return read(bytes, (close + 3)..<message.upperBound, service: service, isFirstModule: isUnix)
  }

  /// What a module says, its signature taken off.
  ///
  /// - Parameter isFirstModule: PAM asks several modules about one attempt, and most of the time pam_unix first.
  static func read(
    _ bytes: Span<UInt8>, _ text: Range<Int>, service: Authentication.Service, isFirstModule: Bool
  ) -> AuthEvent.Reading {
    let start = text.lowerBound
    if bytes.has("authentication failure; ", at: start) {
      var event = AuthEvent(.hint(isFirstModule ? .pam : .pamOther), service)
      takeFields(of: bytes, text, into: &event)
      return .event(event)
    }
    if bytes.has("session opened for user ", at: start) {
      return session(bytes, (start + 24)..<text.upperBound, .sessionOpened, service)
    }
    if bytes.has("session closed for user ", at: start) {
      return session(bytes, (start + 24)..<text.upperBound, .sessionClosed, service)
    }
    return .other
  }

  /// `logname=ann uid=1000 euid=0 tty=/dev/pts/0 ruser=ann rhost=192.0.2.1  user=root`
  static func takeFields(of bytes: Span<UInt8>, _ text: Range<Int>, into event: inout AuthEvent) {
    let user = AuthEvent.user(bytes, value(" user=", bytes, text))
    event.origin = AuthEvent.origin(bytes, value(" rhost=", bytes, text))
    switch event.service {
    case .su, .sudo:
      event.target = event.service == .su ? user : ""
      let asker = value(" ruser=", bytes, text)
      event.user = AuthEvent.user(bytes, asker.isEmpty ? value("logname=", bytes, text) : asker)
    default:
      event.user = user
      // pam_unix leaves the name out where there is nobody of that name.
      event.isOfNobody = user.isEmpty
    }
  }

  private static func value(_ key: StaticString, _ bytes: Span<UInt8>, _ text: Range<Int>) -> Range<Int> {
    guard let start = bytes.lastPosition(of: key, in: text) else { return text.upperBound..<text.upperBound }
    return bytes.word(from: start + key.utf8CodeUnitCount, in: text)
  }

  /// `ann(uid=1000) by (uid=0)`, `root by ann(uid=1000)`, `ann by LOGIN(uid=0)`
  private static func session(
    _ bytes: Span<UInt8>, _ text: Range<Int>, _ kind: AuthEvent.Kind, _ service: Authentication.Service
  ) -> AuthEvent.Reading {
    var event = AuthEvent(kind, service)
    let by = bytes.lastPosition(of: " by ", in: text)
    let owner = name(bytes, text.lowerBound..<(by ?? text.upperBound))
    let asker = by.map { name(bytes, ($0 + 4)..<text.upperBound) } ?? ""
    guard !owner.isEmpty else { return .other }
    let isForAnother = service == .su || service == .sudo || (service == .other && !asker.isEmpty && asker != owner)
    (event.user, event.target) = isForAnother ? (asker, owner) : (owner, "")
    return .event(event)
  }

  private static func name(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    let end = bytes.first(of: UInt8(ascii: "("), in: range) ?? range.upperBound
    return AuthEvent.user(bytes, bytes.trimmed(range.lowerBound..<end))
  }
}
