/// What kind of observation a rule is about; raw values are the wire's.
package enum SigmaSource: UInt8, Sendable, CaseIterable {
  /// `product: linux`, `category: process_creation`: a program started.
  case processCreation = 1
  /// `category: file_event`: a file written, or brought there by a rename.
  case fileEvent = 2
  /// `category: network_connection`: a connection tried.
  case networkConnection = 3
  /// `service: auditd`, records of `type: EXECVE`: a program started, by its single arguments.
  case auditExec = 4
}

/// A property of an observation that a rule may ask about; raw values are the wire's.
package enum SigmaField: UInt8, Sendable, CaseIterable {
  case image = 1
  case commandLine = 2
  case currentDirectory = 3
  case user = 4
  case parentImage = 5
  case parentCommandLine = 6
  case targetFilename = 7
  case destinationIP = 8
  case destinationPort = 9
  case initiated = 10
  // Single arguments, the program's own name first. Kept last and in order.
  case argument0 = 16
  case argument1, argument2, argument3, argument4, argument5, argument6, argument7

  /// The argument at an index, where it can be asked about.
  package static func argument(_ index: Int) -> SigmaField? {
    (0...7).contains(index) ? SigmaField(rawValue: argument0.rawValue + UInt8(index)) : nil
  }
}

extension SigmaSource {
  /// The fields that rules of this source may name; a field's first name is the one that is written.
  package var fields: [(name: String, field: SigmaField)] {
    switch self {
    case .processCreation:
      [
        ("Image", .image), ("CommandLine", .commandLine), ("CurrentDirectory", .currentDirectory), ("User", .user),
        ("ParentImage", .parentImage), ("ParentCommandLine", .parentCommandLine),
      ]
    case .fileEvent: [("TargetFilename", .targetFilename), ("Image", .image), ("User", .user)]
    case .networkConnection:
      [
        ("Image", .image), ("DestinationIp", .destinationIP), ("DestinationPort", .destinationPort),
        ("Initiated", .initiated), ("User", .user),
      ]
    case .auditExec:
      // The kernel's PROCTITLE record is the command line.
      [("exe", .image), ("proctitle", .commandLine)]
        + (0...7).compactMap { index in SigmaField.argument(index).map { ("a\(index)", $0) } }
    }
  }

  /// As rules write their `logsource`.
  package var logSource: String {
    switch self {
    case .processCreation: "category: process_creation"
    case .fileEvent: "category: file_event"
    case .networkConnection: "category: network_connection"
    case .auditExec: "service: auditd"
    }
  }
}
