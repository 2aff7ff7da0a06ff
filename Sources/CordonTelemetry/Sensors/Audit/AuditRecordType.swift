import CLinux

/// Kinds of the kernel's audit records that the parser reads, by their numbers and by their names in log files.
package enum AuditRecordType: UInt16, Sendable, CaseIterable {
  case syscall = 1300
  case path = 1302
  case configChange = 1305
  case socketAddress = 1306
  case workingFolder = 1307
  case execve = 1309
  /// The process that a call was about.
  case targetProcess = 1318
  case endOfEvent = 1320
  case processTitle = 1327
  case kernelModule = 1330
  /// Written by our own source, never by the kernel: what it saw happen to the audit system itself.
  case cordonNote = 32_001

  /// As `type=` has it in a log file.
  package var name: String {
    switch self {
    case .syscall: "SYSCALL"
    case .path: "PATH"
    case .configChange: "CONFIG_CHANGE"
    case .socketAddress: "SOCKADDR"
    case .workingFolder: "CWD"
    case .execve: "EXECVE"
    case .targetProcess: "OBJ_PID"
    case .endOfEvent: "EOE"
    case .processTitle: "PROCTITLE"
    case .kernelModule: "KERN_MODULE"
    case .cordonNote: "CORDON_NOTE"
    }
  }

  private static let byName = Dictionary(
    uniqueKeysWithValues: allCases.filter { $0 != .cordonNote }.map { (Array($0.name.utf8), $0) })

  /// From the name in a log file; nil for every other record, and for notes, which no file may hold.
  init?(name: Span<UInt8>) {
    guard name.count <= 13 else { return nil }
    var bytes: [UInt8] = []
    for index in name.indices { bytes.append(name[index]) }
    guard let found = Self.byName[bytes] else { return nil }
    self = found
  }
}
