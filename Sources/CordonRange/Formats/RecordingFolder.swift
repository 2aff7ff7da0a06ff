package import CordonCore
import Glibc

/// A recording on disk: logs of each host, a capture of the network for each place, the EHR's trail in two forms and what
/// explains it, and the tables.
package struct RecordingFolder {
  private let path: String
  private let recording: Recording
  private var logs: [AuditLog]
  private var authLogs: [AuthLog]
  private var captures: [NetworkCapture]
  private var trail: FHIRAuditEvent
  private var summary: RecordingSummary

  /// Writes a whole recording into a folder, which is made where it is not there; `progress` hears of each finished day.
  ///
  /// Throws where the settings are out of range, where the folder holds something, and where it cannot be written. What
  /// is written by then stays.
  package static func write(
    _ settings: HospitalSettings, to path: String, progress: (_ day: Int) -> Void = { _ in }
  ) throws(CordonError) -> RecordingSummary {
    let recording = try Recording(settings)
    var folder = try RecordingFolder(path, recording)
    try recording.forEachDay { (day, activity) throws(CordonError) in
      try folder.append(activity, until: recording.hospital.calendar.midnight(of: day + 1))
      progress(day)
    }
    // What was said over the last midnight.
    try folder.append(
      HospitalActivity(), until: recording.hospital.calendar.end.advanced(by: HospitalCalendar.dayLength))
    return folder.summary
  }

  private init(_ path: String, _ recording: Recording) throws(CordonError) {
    self.path = path
    self.recording = recording
    let hospital = recording.hospital
    logs = hospital.hosts.map { AuditLog(of: $0, in: hospital) }
    authLogs = hospital.hosts.map { AuthLog(of: $0, in: hospital) }
    captures = hospital.capturePoints.map { NetworkCapture(of: $0, in: hospital) }
    trail = FHIRAuditEvent(in: hospital)
    let labels = recording.labels
    summary = RecordingSummary(hospital.settings, folder: path)
    summary.labels = labels.count
    try Self.makeEmpty(path)
    try make("hosts")
    try make("ehr")
    try make("atna")
    if !captures.isEmpty { try make("wire") }
    for host in hospital.hosts { try make("hosts/\(host.label)") }
    try append(Array(HospitalTables.labels(labels).utf8), to: "labels.csv")
    try append(Array(HospitalTables.staff(hospital).utf8), to: "staff.csv")
    try append(Array(HospitalTables.accounts(hospital).utf8), to: "passwd")
    try append(Array(HospitalTables.hosts(hospital).utf8), to: "hosts.csv")
    try append(Array(HospitalTables.devices(hospital).utf8), to: "devices.csv")
    for place in hospital.capturePoints { try append(NetworkCapture.header, to: "wire/\(place.label).pcap") }
    try append(Array(FHIRCare(in: hospital).text.utf8), to: "ehr/care.ndjson")
  }

  private mutating func append(_ activity: HospitalActivity, until end: Timestamp) throws(CordonError) {
    try appendLogs(activity.machine)
    var lines: [UInt8] = []
    var messages: [UInt8] = []
    let writer = ATNAMessage(in: recording.hospital)
    for access in activity.records {
      trail.append(access, to: &lines)
      writer.append(access, to: &messages)
    }
    summary.recordAccesses += UInt64(activity.records.count)
    try append(lines, to: "ehr/audit-events.ndjson")
    try append(messages, to: "atna/audit-messages.log")
    for conversation in activity.wire { captures[conversation.capturePoint].take(conversation) }
    for (index, place) in recording.hospital.capturePoints.enumerated() {
      var frames: [UInt8] = []
      let before = captures[index].frames
      captures[index].append(before: end, to: &frames)
      summary.frames += captures[index].frames - before
      try append(frames, to: "wire/\(place.label).pcap")
    }
  }

  private mutating func appendLogs(_ events: [MachineEvent]) throws(CordonError) {
    var audits = [[UInt8]](repeating: [], count: logs.count)
    var logons = audits
    for event in events {
      let before = (logs[event.host].records, authLogs[event.host].records)
      logs[event.host].append(event, to: &audits[event.host])
      authLogs[event.host].append(event, to: &logons[event.host])
      summary.auditRecords += logs[event.host].records - before.0
      summary.authLines += authLogs[event.host].records - before.1
    }
    for host in recording.hospital.hosts {
      try append(audits[host.index], to: "hosts/\(host.label)/audit.log")
      try append(logons[host.index], to: "hosts/\(host.label)/auth.log")
    }
  }
}

extension RecordingFolder {
  /// Appends to a file; files are not held open between days, so that their number has no limit.
  private mutating func append(_ bytes: [UInt8], to name: String) throws(CordonError) {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("opened", file) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure("written", file) }
      written += count
    }
    summary.bytes += UInt64(bytes.count)
  }

  private func make(_ name: String) throws(CordonError) {
    guard mkdir("\(path)/\(name)", 0o755) == 0 else { throw Self.failure("made", "\(path)/\(name)") }
  }

  private static func makeEmpty(_ path: String) throws(CordonError) {
    if mkdir(path, 0o755) == 0 { return }
    guard errno == EEXIST, let folder = opendir(path) else { throw failure("made", path) }
    defer { closedir(folder) }
    var entries = 0
    while readdir(folder) != nil { entries += 1 }
    // Itself and its parent are always there.
    guard entries <= 2 else {
      throw CordonError(
        .conflict, "range-not-empty", "\(path) holds something already, and nothing in it is replaced.",
        remedy: "Name a folder that is empty or not there.")
    }
  }

  private static func failure(_ what: String, _ path: String) -> CordonError {
    CordonError(
      errno == EACCES || errno == EROFS ? .denied : .inputOutput, "range-unwritable",
      "\(path) cannot be \(what): \(String(cString: strerror(errno))).",
      remedy: "Name a folder that you may write, on a disk with room.")
  }
}
