package import CordonCore

/// Lines of authentication logs to observations: one for each attempt, however many lines tell of it.
///
/// A record is a line of a log, or an entry of systemd's journal in JSON, as `journalctl --output=json` writes it.
///
/// sshd, PAM and the program that was asked each tell of the same attempt in their own words and order. The program's own
/// word counts; PAM's and other signs count where none follows within `patience`, as on machines that keep the two in
/// different files. Attempts are told apart by process, at most `openLimit` at a time.
package struct AuthParser: SensorParser {
  package static let openLimit = 256
  /// For the program's own word after PAM's: pam_unix alone waits two seconds.
  package static let patience = Duration.seconds(10)
  /// How long lines of one process are taken for repetitions of what it has said.
  package static let settled = Duration.seconds(120)
  /// Bytes of a line.
  package static let lengthLimit = 8192

  private struct Attempt: Sendable {
    enum State: Sendable {
      /// Only signs so far.
      case hinted(AuthEvent, seen: UInt8)
      case failed, succeeded
      /// PAM's sign, whose attempt another process has told of.
      case answered
    }

    var pid: UInt32
    var service: Authentication.Service
    var time: Timestamp
    var state: State
  }

  package private(set) var counters = ParserCounters()

  /// Oldest first.
  private var open: [Attempt] = []
  private var newest = Timestamp.epoch
  private var clock: LocalClock
  private let host: [UInt8]

  /// - Parameters:
  ///   - host: this machine's name: lines of others, which a log server has, are passed over. Empty: all are read.
  ///   - offset: seconds that the machine's clock is ahead of UTC at a moment.
  package init(
    host: String = "",
    offset: @escaping @Sendable (Timestamp) -> Int = { SiteClock.offset(of: SiteClock.machineZone, at: $0) }
  ) {
    self.host = Array(host.prefix { $0 != "." }.lowercased().utf8)
    clock = LocalClock(offset: offset)
  }

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    // No line of a log begins like an entry of the journal.
    if record.first == UInt8(ascii: "{") {
      guard let entry = JournalEntry.read(record) else { return counters.malformed += 1 }
      take(entry.line, entry.bytes.span, arrived, into: &observations) { entry.bearsOut($0.service) }
    } else {
      let bytes = record.span
      guard bytes.count <= Self.lengthLimit, let line = SyslogLine.read(bytes) else { return counters.malformed += 1 }
      take(line, bytes, arrived, into: &observations) { _ in true }
    }
  }

  private mutating func take(
    _ line: SyslogLine, _ bytes: Span<UInt8>, _ arrived: Timestamp, into observations: inout [Observation],
    where isGenuine: (AuthEvent) -> Bool
  ) {
    guard let time = moment(of: line, arrived) else { return counters.malformed += 1 }
    guard isOwn(line, bytes), case .event(let event) = AuthEvent.read(line, bytes), isGenuine(event) else {
      return counters.ignored += 1
    }
    if time > newest {
      newest = time
      expire(before: newest, into: &observations)
    }
    take(event, of: line.pid, at: time, into: &observations)
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {
    expire(before: now, into: &observations)
  }

  package mutating func finish(into observations: inout [Observation]) {
    for attempt in open { close(attempt, into: &observations) }
    open.removeAll()
  }

  private mutating func moment(of line: SyslogLine, _ arrived: Timestamp) -> Timestamp? {
    switch line.stamp {
    case .moment(let time): time
    case .local(let time): clock.moment(of: time, readAt: arrived)
    }
  }

  private func isOwn(_ line: SyslogLine, _ bytes: Span<UInt8>) -> Bool {
    guard !host.isEmpty, !bytes.equals("localhost", in: line.host), !bytes.equals("-", in: line.host) else {
      return true
    }
    let end = bytes.first(of: UInt8(ascii: "."), in: line.host) ?? line.host.upperBound
    guard end - line.host.lowerBound == host.count else { return false }
    for offset in host.indices where ASCIICase.folded(bytes[line.host.lowerBound + offset]) != host[offset] {
      return false
    }
    return true
  }

  private mutating func take(
    _ event: AuthEvent, of pid: UInt32, at time: Timestamp, into observations: inout [Observation]
  ) {
    // A line without a process belongs to no other.
    let index = pid == 0 ? nil : open.lastIndex { $0.pid == pid && $0.service == event.service }
    switch event.kind {
    case .success:
      dropForeignHint(of: event, own: index)
      // login says again what PAM has said.
      if event.service == .login, let index, case .succeeded = open[index].state { return counters.ignored += 1 }
      settle(index, .succeeded, pid, event, time, into: &observations)
      emit(event, at: time, into: &observations)
    case .failure:
      dropForeignHint(of: event, own: index)
      settle(index, .failed, pid, event, time, into: &observations)
      emit(event, at: time, into: &observations)
    case .hint(let hint): note(event, hint, index, pid, time, into: &observations)
    case .further: takeFurther(event, index, time, into: &observations)
    case .sessionOpened: takeOpened(event, index, pid, time, into: &observations)
    case .sessionClosed:
      if let index { open.remove(at: index) }
      guard [.ssh, .login, .display].contains(event.service) else { return counters.ignored += 1 }
      emit(event, at: time, into: &observations)
    }
  }

  /// Forgets what PAM said of the attempt through another process, or through one that it did not name.
  private mutating func dropForeignHint(of event: AuthEvent, own: Int?) {
    if let own, case .hinted(_, let seen) = open[own].state, seen & AuthEvent.Hint.ofPAM != 0 { return }
    let index = open.firstIndex { attempt in
      guard attempt.service == event.service, case .hinted(let hint, let seen) = attempt.state else { return false }
      return seen & ~AuthEvent.Hint.ofPAM == 0 && hint.mayBe(of: event)
    }
    // It stays, so that what that process says again is known for a repetition.
    if let index { open[index].state = .answered }
  }

  private mutating func settle(
    _ index: Int?, _ state: Attempt.State, _ pid: UInt32, _ event: AuthEvent, _ time: Timestamp,
    into observations: inout [Observation]
  ) {
    if let index { open.remove(at: index) }
    keep(Attempt(pid: pid, service: event.service, time: time, state: state), into: &observations)
  }

  /// Remembers an attempt, in the place of the oldest where there is no more.
  private mutating func keep(_ attempt: Attempt, into observations: inout [Observation]) {
    // A program that does not name its process has said its last word at once; PAM may have more to come.
    if attempt.pid == 0 {
      guard case .hinted(_, let seen) = attempt.state, seen & ~AuthEvent.Hint.ofPAM == 0 else {
        return close(attempt, into: &observations)
      }
    }
    if open.count >= Self.openLimit { close(open.removeFirst(), into: &observations) }
    open.append(attempt)
  }

  private mutating func note(
    _ event: AuthEvent, _ hint: AuthEvent.Hint, _ index: Int?, _ pid: UInt32, _ time: Timestamp,
    into observations: inout [Observation]
  ) {
    if hint == .answered { dropForeignHint(of: event, own: index) }
    guard let index else {
      let state = Attempt.State.hinted(event, seen: hint.rawValue)
      return keep(Attempt(pid: pid, service: event.service, time: time, state: state), into: &observations)
    }
    guard case .hinted(var known, let seen) = open[index].state else { return counters.ignored += 1 }
    let attempt = open.remove(at: index)
    var all = hint.rawValue
    if seen & all != 0 {
      // The same sign again is another attempt.
      close(attempt, into: &observations)
      known = event
    } else {
      all |= seen
      known.merge(event)
      // sshd has said that there is nobody of that name; PAM may only not have said the name.
      if all & AuthEvent.Hint.unknownUser.rawValue != 0 { known.isOfNobody = true }
    }
    keep(Attempt(pid: pid, service: event.service, time: time, state: .hinted(known, seen: all)), into: &observations)
  }

  private mutating func takeFurther(
    _ event: AuthEvent, _ index: Int?, _ time: Timestamp, into observations: inout [Observation]
  ) {
    guard let index else { return emit(event, at: time, into: &observations) }
    guard case .hinted(var known, let seen) = open[index].state else { return counters.ignored += 1 }
    known.attempts = known.attempts &+ event.attempts
    open[index].state = .hinted(known, seen: seen)
  }

  private mutating func takeOpened(
    _ event: AuthEvent, _ index: Int?, _ pid: UInt32, _ time: Timestamp, into observations: inout [Observation]
  ) {
    // sudo tells of each command, and of no session that matters beside it.
    guard event.service != .sudo else { return counters.ignored += 1 }
    if let index, case .succeeded = open[index].state { return counters.ignored += 1 }
    settle(index, .succeeded, pid, event, time, into: &observations)
    emit(event, at: time, into: &observations)
  }

  private mutating func expire(before now: Timestamp, into observations: inout [Observation]) {
    guard let first = open.first, now.since(first.time) >= Self.patience else { return }
    var index = 0
    while index < open.count {
      let attempt = open[index]
      let age = now.since(attempt.time)
      if age < Self.patience { break }
      if case .hinted = attempt.state {
        close(open.remove(at: index), into: &observations)
      } else if age >= Self.settled || open.count >= Self.openLimit {
        open.remove(at: index)
      } else {
        index += 1
      }
    }
  }

  /// What an attempt comes to that nothing more will be heard of.
  private mutating func close(_ attempt: Attempt, into observations: inout [Observation]) {
    guard case .hinted(let event, _) = attempt.state else { return }
    emit(event, at: attempt.time, into: &observations)
  }

  private mutating func emit(_ event: AuthEvent, at time: Timestamp, into observations: inout [Observation]) {
    counters.observations += 1
    observations.append(event.observation(at: time))
  }
}

extension AuthEvent {
  /// Takes from another line of the same attempt what this one did not say.
  fileprivate mutating func merge(_ other: AuthEvent) {
    if user.isEmpty { user = other.user }
    if case .address = origin {} else { origin = other.origin ?? origin }
    isOfNobody = isOfNobody && other.isOfNobody
  }

  /// Whether a sign and an event may be of one attempt: by the same user, from the same place, as far as either says.
  fileprivate func mayBe(of event: AuthEvent) -> Bool {
    if let origin, let other = event.origin, origin != other { return false }
    return user == event.user || user.isEmpty && event.isOfNobody
  }

  /// What the event means, once it is weighed.
  func observation(at time: Timestamp) -> Observation {
    let isOfRights = service == .sudo || service == .su || !target.isEmpty
    let succeeded = kind == .success || kind == .sessionOpened || kind == .sessionClosed
    let activity: Activity = kind == .sessionClosed ? .logOff : isOfRights ? .privilegeUse : .logOn
    let fact = Authentication(
      service: service, method: method, origin: origin, target: target.isEmpty ? nil : .login(target),
      attempts: attempts, isOfNobody: isOfNobody)
    return Observation(
      time: time, family: .host, source: AuthSensor.name, activity: activity, outcome: succeeded ? .success : .failure,
      // A name of nobody's may be a password typed in the wrong field: it goes nowhere.
      actor: user.isEmpty || isOfNobody ? nil : .login(user), isLogin: succeeded && activity == .logOn,
      object: .authentication(fact))
  }
}
