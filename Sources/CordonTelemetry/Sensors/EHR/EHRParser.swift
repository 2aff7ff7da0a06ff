package import CordonCore

/// Records of an EHR's audit trail, and of what explains it, to observations: each record stands alone.
///
/// A record is a FHIR resource as JSON (AuditEvent, what `FHIRCareReader` knows, or a Bundle of them), or an ATNA message
/// as XML; either may come in a syslog packet. Which one, its first byte says.
package struct EHRParser: SensorParser {
  /// Resources of one Bundle that are read.
  package static let bundleLimit = 1024

  package private(set) var counters = ParserCounters()

  package init() {}

  package mutating func parse(_ record: [UInt8], arrived: Timestamp, into observations: inout [Observation]) {
    counters.records += 1
    let before = observations.count
    guard read(record, into: &observations) else {
      observations.removeLast(observations.count - before)
      counters.malformed += 1
      return
    }
    let made = observations.count - before
    counters.observations += UInt64(made)
    if made == 0 { counters.ignored += 1 }
  }

  package mutating func advance(to now: Timestamp, into observations: inout [Observation]) {}

  package mutating func finish(into observations: inout [Observation]) {}

  /// False for a record that is not what it claims to be.
  private func read(_ record: [UInt8], into observations: inout [Observation]) -> Bool {
    var body = record[...]
    if body.starts(with: [0xEF, 0xBB, 0xBF]) { body = body.dropFirst(3) }
    body = body.drop { $0 <= 0x20 }
    if SyslogMessage.isFramed(body) {
      guard let inner = SyslogMessage.body(of: body) else { return false }
      body = inner
    }
    switch body.first {
    case 0x3C: return readMessage(Array(body), into: &observations)
    case 0x7B: return readResource(Array(body), into: &observations)
    default: return false
    }
  }

  private func readMessage(_ bytes: [UInt8], into observations: inout [Observation]) -> Bool {
    // Some senders end a message with a zero byte.
    var reader = XMLReader(Array(bytes[...(bytes.lastIndex { $0 > 0x20 } ?? 0)]))
    let event = ATNATrailReader.read(&reader)
    guard !reader.isDamaged, let event, event.time != nil else { return false }
    if let observation = EHRInterpreter.observation(of: event) { observations.append(observation) }
    return true
  }

  private func readResource(_ bytes: [UInt8], into observations: inout [Observation]) -> Bool {
    var reader = JSONReader(bytes)
    guard let type = Self.type(at: reader) else { return false }
    var isWhole = true
    if type == "Bundle" {
      readBundle(&reader, into: &observations)
    } else {
      isWhole = take(&reader, type, into: &observations)
    }
    return isWhole && !reader.isDamaged && reader.isAtEnd
  }

  /// The entries that are known count; the others are of no interest, and one that is incomplete spoils no other.
  private func readBundle(_ reader: inout JSONReader, into observations: inout [Observation]) {
    var entries = 0
    reader.members { reader, name in
      guard name == "entry" else { return }
      reader.elements { reader in
        entries += 1
        guard entries <= Self.bundleLimit else { return }
        reader.members { reader, name in
          guard name == "resource", let type = Self.type(at: reader), type != "Bundle" else { return }
          _ = take(&reader, type, into: &observations)
        }
      }
    }
  }

  private func take(_ reader: inout JSONReader, _ type: String, into observations: inout [Observation]) -> Bool {
    if type == "AuditEvent" {
      let event = FHIRTrailReader.read(&reader)
      if let observation = EHRInterpreter.observation(of: event) { observations.append(observation) }
      return event.time != nil
    }
    // A practitioner is somebody whom care is planned with, and somebody who may be a patient, too.
    var again = reader
    guard FHIRCareReader.types.contains(type) || FHIRPersonReader.types.contains(type) else {
      reader.skip()
      return true
    }
    var facts = FHIRCareReader.types.contains(type) ? FHIRCareReader.read(&reader, type: type) : []
    if FHIRPersonReader.types.contains(type) {
      if let person = FHIRPersonReader.read(&again, type: type) { facts.append(.person(person)) }
      reader = again
    }
    for fact in facts {
      observations.append(
        Observation(
          time: .epoch, family: .ehr, source: EHRSensor.name, activity: .careFact, outcome: .success,
          object: .care(fact)))
    }
    return true
  }

  /// A resource's type, wherever in the object it stands; the reader is a copy, and the text is read again.
  private static func type(at reader: JSONReader) -> String? {
    var (reader, type) = (reader, String?.none)
    reader.members { reader, name in
      if name == "resourceType", type == nil { type = reader.text() }
    }
    return type
  }
}
