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

  // What the logs of Windows tell, `product: windows`.
  case windowsProcessCreation = 5
  case windowsFileEvent = 6
  case windowsFileDelete = 7
  case windowsNetworkConnection = 8
  /// `category: registry_set`, and `registry_event`, `registry_add` and `registry_delete` where a rule tells them apart
  /// by `EventType`.
  case windowsRegistry = 9
  case windowsImageLoad = 10
  case windowsProcessAccess = 11
  case windowsRemoteThread = 12
  case windowsDNSQuery = 13
  case windowsPipe = 14
  /// `service: security`.
  case windowsSecurity = 15
  /// `service: system`.
  case windowsSystem = 16
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
  // Single arguments, the program's own name first. Kept in order.
  case argument0 = 16
  case argument1, argument2, argument3, argument4, argument5, argument6, argument7

  // Of the logs of Windows.
  case originalFileName = 24
  case integrityLevel, hashes, company, product, fileDescription, parentUser
  case sourceIP, sourcePort, destinationHostname
  case targetObject, details, registryEventType
  case imageLoaded, isSigned, signature, signatureStatus
  case sourceImage, targetImage, grantedAccess, callTrace, startModule, startFunction
  case queryName, queryResults, pipeName
  case eventID, provider
  case subjectUserName, subjectDomainName, subjectUserSID, targetUserName, targetDomainName, targetUserSID
  case logOnType, logOnProcess, authenticationPackage, workstationName, ipAddress, status, subStatus, keyLength
  case objectName, objectType, objectServer, accessMask, accessList, properties, privilegeList
  case serviceName, serviceFileName, imagePath, taskName, taskContent, shareName, relativeTargetName
  case ticketEncryption, ticketOptions, memberName, memberSID, targetSID, processName, targetServerName
  case attributeName, attributeValue

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
    default: windowsFields
    }
  }

  /// As rules write their `logsource`.
  package var logSource: String {
    switch self {
    case .processCreation: "category: process_creation"
    case .fileEvent: "category: file_event"
    case .networkConnection: "category: network_connection"
    case .auditExec: "service: auditd"
    default: "product: windows, \(windowsLogSource)"
    }
  }
}
