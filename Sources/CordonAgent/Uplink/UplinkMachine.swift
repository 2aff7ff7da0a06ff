package import CordonCore

/// Decides when an agent connects, what it may send, and what it makes of the answers.
///
/// A value without input or output: time is the time since some origin that never goes back, wall-clock time is used for
/// the clock's offset alone, and the spool is asked by whoever drives the machine.
package struct UplinkMachine: Sendable {
  /// What the stream is doing; each case says what it may become.
  package enum State: Hashable, Sendable {
    /// Becomes `connecting` once the time has come.
    case waiting(until: Duration)
    /// Becomes `greeting`, or `waiting` again.
    case connecting(since: Duration)
    /// Hello was sent. Becomes `streaming`, or `waiting` again.
    case greeting(since: Duration, wall: Timestamp, hello: [LanePosition])
    /// Becomes `waiting` when the stream ends.
    case streaming(since: Duration)
  }

  /// A batch that was sent and is not acknowledged.
  package struct Sent: Hashable, Sendable {
    package var place: SpoolPlace
    package var through: UInt64
    package var at: Duration
  }

  /// What may be handed out of the spool now.
  package struct Allowance: Hashable, Sendable {
    /// In sending order.
    package var lanes: [Lane]
    package var records: Int
    package var bytes: Int
  }

  package let settings: UplinkSettings
  package private(set) var state: State
  package private(set) var limits = UplinkLimits()
  package private(set) var inFlight: [Sent] = []
  /// How far the collector's clock is ahead of this machine's; nil until a Welcome told.
  package private(set) var clockOffset: Duration?
  /// Streams that ended in a row without one that was good.
  package private(set) var failures = 0
  /// Records that a batch may hold: shrinks when streams break, grows with each acknowledgement.
  package private(set) var batchRecords = UplinkLimits().batchRecords
  /// Windows that may be sent before the pace allows more; negative after a last large batch.
  private var credit = 0.0
  private var creditedAt: Duration = .zero
  private var heartbeatAt: Duration = .zero
  private var changesTold: UInt64 = 0

  /// Ready to connect at once.
  package init(settings: UplinkSettings = UplinkSettings(), at now: Duration = .zero) {
    self.settings = settings
    state = .waiting(until: now)
  }

  package var isStreaming: Bool { if case .streaming = state { true } else { false } }

  /// Whether the clocks are further apart than that; windows are marked skewed then.
  package func isSkewed(beyond tolerance: Duration) -> Bool {
    guard let clockOffset else { return false }
    return clockOffset > tolerance || clockOffset < .zero - tolerance
  }

  // MARK: The stream's life

  /// How long to wait before connecting; the machine is connecting once it says zero.
  package mutating func connect(at now: Duration) -> Duration {
    guard case .waiting(let until) = state, now < until else {
      state = .connecting(since: now)
      return .zero
    }
    return until - now
  }

  /// The stream is open: the Hello names these positions, of which the Welcome will speak.
  package mutating func opened(hello: [LanePosition], at now: Duration, wall: Timestamp) {
    state = .greeting(since: now, wall: wall, hello: hello)
  }

  /// The stream ended, for whatever reason; the spool is to be rewound.
  ///
  /// The pause is random between nothing and a bound that doubles (full jitter), so that agents never return in step.
  package mutating func ended(at now: Duration, randomness: inout some RandomNumberGenerator) {
    if case .streaming(let since) = state, now - since >= settings.stableAfter {
      failures = 0
    } else {
      failures = min(failures + 1, 30)
    }
    if !inFlight.isEmpty { batchRecords = max(settings.leastBatchRecords, batchRecords / 2) }
    inFlight = []
    let first = settings.backOffFirst.milliseconds
    let bound = min(settings.backOffMost.milliseconds, first << Int64(max(0, failures - 1)))
    state = .waiting(until: now + .milliseconds(Int64.random(in: 0...max(1, bound), using: &randomness)))
  }

  /// Why the stream should be given up; nil while all is well. Look every second or so.
  package func overdue(at now: Duration) -> CordonError? {
    switch state {
    case .waiting: return nil
    case .connecting(let since), .greeting(let since, _, _):
      guard now - since > settings.greeting else { return nil }
      return CordonError(
        .unavailable, "uplink-no-welcome", "The collector did not answer within \(settings.greeting).",
        remedy: "Look at the collector's address, its log, and the network between.")
    case .streaming:
      guard let oldest = inFlight.first, now - oldest.at > settings.acknowledgement else { return nil }
      return CordonError(
        .unavailable, "uplink-no-acknowledgement",
        "The collector acknowledged nothing for \(settings.acknowledgement).",
        remedy: "Look at the collector's disk; the records stay here until it has them.")
    }
  }

  // MARK: Answers

  /// Takes in what the collector said.
  package mutating func receive(_ input: CollectorInput, at now: Duration, wall: Timestamp) -> [UplinkDirective] {
    switch (input, state) {
    case (.welcome(let welcome), .greeting(_, let sent, let hello)):
      return greet(welcome, hello: hello, sent: sent, at: now, wall: wall)
    case (.acknowledged(let position, let serverTime), .streaming):
      clockOffset = serverTime.since(wall)
      progress(SpoolPlace(position.epoch, position.lane), through: position.through, at: now)
      return [.acknowledge(position)]
    case (.refused(let place, let sequence, let code, let message), .streaming):
      // What followed the refused record was not stored either: the spool hands it out again.
      inFlight.removeAll { $0.place == place }
      return [.setAside(place, sequence: sequence, code: code, message: message)]
    case (.pace(let recordsPerSecond, let most), .streaming):
      limits.recordsPerSecond = bounded(recordsPerSecond, UplinkSettings.mostRecordsPerSecond)
      limits.inFlight = bounded(most, UplinkSettings.mostInFlight)
      return []
    default:
      return [
        .close(
          CordonError(.invalid, "uplink-out-of-turn", "The collector sent a message that does not belong here."))
      ]
    }
  }

  private mutating func greet(
    _ welcome: CollectorInput.Welcome, hello: [LanePosition], sent: Timestamp, at now: Duration, wall: Timestamp
  ) -> [UplinkDirective] {
    guard welcome.protocolVersion == UplinkLimits.protocolVersion else {
      return [
        .close(
          CordonError(
            .conflict, "uplink-protocol",
            "The collector speaks protocol \(welcome.protocolVersion), this agent \(UplinkLimits.protocolVersion).",
            remedy: "Upgrade the collector first, then the agents."))
      ]
    }
    limits.batchRecords = bounded(welcome.limits.batchRecords, UplinkSettings.mostBatchRecords)
    limits.batchBytes = bounded(welcome.limits.batchBytes, UplinkSettings.mostBatchBytes)
    limits.inFlight = bounded(welcome.limits.inFlight, UplinkSettings.mostInFlight)
    limits.recordsPerSecond = bounded(welcome.limits.recordsPerSecond, UplinkSettings.mostRecordsPerSecond)
    batchRecords = min(batchRecords, limits.batchRecords)
    clockOffset = welcome.serverTime.since(sent.advanced(by: wall.since(sent) / 2))
    credit = Double(limits.recordsPerSecond)
    creditedAt = now
    heartbeatAt = now
    state = .streaming(since: now)
    return [.reconcile(hello: hello, watermarks: welcome.watermarks)]
  }

  private mutating func progress(_ place: SpoolPlace, through: UInt64, at now: Duration) {
    let before = inFlight.count
    inFlight.removeAll { $0.place == place && $0.through <= through }
    guard inFlight.count < before else { return }
    batchRecords = min(limits.batchRecords, batchRecords * 2)
    // The collector works: what is still under way gets its full time again.
    for index in inFlight.indices { inFlight[index].at = now }
  }

  private func bounded(_ asked: Int, _ most: Int) -> Int { min(max(1, asked), most) }

  // MARK: Sending

  /// What may be handed out of the spool and sent now; nil while too much is under way.
  ///
  /// Windows keep to the collector's pace; detections and outcomes do not wait for it.
  package mutating func allowance(at now: Duration) -> Allowance? {
    guard isStreaming, inFlight.count < limits.inFlight else { return nil }
    let rate = Double(limits.recordsPerSecond)
    let elapsed = Double((now - creditedAt).milliseconds) / 1000
    credit = min(rate, credit + elapsed * rate)
    creditedAt = now
    let lanes = Lane.bySendingOrder.filter { $0 != .window || credit >= 1 }
    return Allowance(lanes: lanes, records: batchRecords, bytes: limits.batchBytes)
  }

  /// A batch was handed out and goes onto the stream.
  package mutating func sent(_ place: SpoolPlace, through: UInt64, records: Int, at now: Duration) {
    inFlight.append(Sent(place: place, through: through, at: now))
    if place.lane == .window { credit -= Double(records) }
  }

  /// Whether a heartbeat is due; it counts as sent.
  package mutating func takeHeartbeat(at now: Duration, pulse: AgentPulse = AgentPulse()) -> Bool {
    guard isStreaming, now >= heartbeatAt || pulse.changes != changesTold else { return false }
    heartbeatAt = now + (pulse.period ?? settings.heartbeat)
    changesTold = pulse.changes
    return true
  }
}
