package import CordonCore

/// Audit records to observations: gathers the records of one serial, from the kernel or from a log file.
///
/// An event is complete at its EOE or PROCTITLE record, when it is `patience` older than the newest record, or when more
/// than `openLimit` are open: then the oldest is interpreted with what it has, and counted.
package struct AuditParser: SensorParser {
  package static let openLimit = 64
  package static let patience = Duration.seconds(2)

  package private(set) var counters = ParserCounters()

  private var open: [AuditEvent] = []
  private let interpreter = AuditInterpreter()
  /// Time of the newest record.
  private var newest = Timestamp.epoch

  package init() {}

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    let bytes = record.span
    switch AuditRecord.read(bytes) {
    case .malformed: counters.malformed += 1
    case .other: counters.ignored += 1
    case .record(let head): take(head, bytes, into: &observations)
    }
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {
    while let first = open.first, now.since(first.time) >= Self.patience {
      open.removeFirst()
      complete(first, into: &observations)
    }
  }

  package mutating func finish(into observations: inout [Observation]) {
    for event in open { complete(event, into: &observations) }
    open.removeAll()
  }

  private mutating func take(_ head: AuditRecord, _ bytes: Span<UInt8>, into observations: inout [Observation]) {
    let position = open.lastIndex { $0.serial == head.serial && $0.time == head.time }
    switch head.type {
    case .endOfEvent, .processTitle:
      // Without an event this ends one that was completed before, or whose beginning was not seen.
      guard let position else { return counters.ignored += 1 }
      complete(open.remove(at: position), into: &observations)
    case .configChange where position == nil, .cordonNote where position == nil:
      var event = AuditEvent(serial: head.serial, time: head.time)
      guard event.take(head, bytes) else { return counters.malformed += 1 }
      complete(event, into: &observations)
    case _ where position == nil:
      openEvent(head, bytes, into: &observations)
    default:
      guard let position else { return }
      if !open[position].take(head, bytes) { counters.malformed += 1 }
    }
  }

  private mutating func openEvent(_ head: AuditRecord, _ bytes: Span<UInt8>, into observations: inout [Observation]) {
    var event = AuditEvent(serial: head.serial, time: head.time)
    guard event.take(head, bytes) else { return counters.malformed += 1 }
    if open.count >= Self.openLimit {
      counters.abandoned += 1
      complete(open.removeFirst(), into: &observations)
    }
    open.append(event)
    if head.time > newest {
      newest = head.time
      advance(to: newest, into: &observations)
    }
  }

  private mutating func complete(_ event: AuditEvent, into observations: inout [Observation]) {
    let before = observations.count
    interpreter.interpret(event, into: &observations)
    let made = observations.count - before
    counters.observations += UInt64(made)
    if made == 0 { counters.ignored += 1 }
  }
}
