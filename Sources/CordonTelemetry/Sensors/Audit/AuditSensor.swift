package import CordonCore

/// The kernel's audit system: processes started, connections tried, privileges changed, kernel modules loaded.
package struct AuditSensor: Sensor {
  package static let name = "audit"

  package static let needs = [
    SensorNeed("CAP_AUDIT_CONTROL", "to add Cordon's own rules, and take them away again"),
    SensorNeed("CAP_AUDIT_READ", "to read records beside auditd, from the kernel's multicast group"),
    SensorNeed("CONFIG_AUDITSYSCALL", "a kernel with system call auditing, not booted with audit=0"),
  ]

  private let settings: AuditSourceSettings

  package init(settings: AuditSourceSettings = AuditSourceSettings()) { self.settings = settings }

  package func makeSource() -> AuditSource { AuditSource(settings: settings) }

  package func makeParser() -> AuditParser { AuditParser() }

  /// Lines of an audit.log.
  package static func records(inReplay bytes: [UInt8]) -> SensorBatch {
    var batch = SensorBatch(sensor: name)
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == 0x0A {
      if index > start { add(bytes[start..<index], to: &batch) }
      start = index + 1
    }
    if start < bytes.count { add(bytes[start...], to: &batch) }
    return batch
  }

  /// The event time of a line; nil where it has none that can be read.
  package static func time(ofReplayed line: [UInt8]) -> Timestamp? {
    guard case .record(let record) = AuditRecord.read(line.span) else { return nil }
    return record.time
  }

  private static func add(_ line: ArraySlice<UInt8>, to batch: inout SensorBatch) {
    if line.count <= AuditRecord.lengthLimit { batch.records.append(Array(line)) } else { batch.dropped += 1 }
  }
}
