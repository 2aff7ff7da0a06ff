extension SigmaSource {
  /// What a rule about `product: windows` writes as its category or service, as this source tells it.
  private static let windowsNames: [(name: String, isService: Bool, source: SigmaSource)] = [
    ("process_creation", false, .windowsProcessCreation), ("file_event", false, .windowsFileEvent),
    ("file_delete", false, .windowsFileDelete), ("network_connection", false, .windowsNetworkConnection),
    ("registry_set", false, .windowsRegistry), ("registry_event", false, .windowsRegistry),
    ("registry_add", false, .windowsRegistry), ("registry_delete", false, .windowsRegistry),
    ("image_load", false, .windowsImageLoad), ("process_access", false, .windowsProcessAccess),
    ("create_remote_thread", false, .windowsRemoteThread), ("dns_query", false, .windowsDNSQuery),
    ("pipe_created", false, .windowsPipe), ("security", true, .windowsSecurity), ("system", true, .windowsSystem),
  ]

  /// The source of a rule about `product: windows`; nil where Cordon has no such observations.
  package static func windows(category: String?, service: String?) -> SigmaSource? {
    guard (category == nil) != (service == nil) else { return nil }
    return windowsNames.first { $0.name == category ?? service && $0.isService == (service != nil) }?.source
  }

  /// What rules about `product: windows` may name, for people.
  package static var windowsText: String {
    func names(_ isService: Bool) -> String {
      windowsNames.filter { $0.isService == isService }.map(\.name).joined(separator: ", ")
    }
    return "category \(names(false)); service \(names(true))"
  }

  var windowsLogSource: String {
    let found = Self.windowsNames.first { $0.source == self }
    return found.map { ($0.isService ? "service: " : "category: ") + $0.name } ?? ""
  }

  /// Fields of Sysmon's events, and those that Windows itself writes for the same under Sysmon's names.
  var windowsFields: [(name: String, field: SigmaField)] {
    switch self {
    case .windowsProcessCreation:
      Self.subject + Self.file + [
        ("CommandLine", .commandLine), ("CurrentDirectory", .currentDirectory), ("ParentImage", .parentImage),
        ("ParentCommandLine", .parentCommandLine), ("ParentUser", .parentUser), ("IntegrityLevel", .integrityLevel),
      ]
    case .windowsFileEvent, .windowsFileDelete: Self.subject + [("TargetFilename", .targetFilename)]
    case .windowsNetworkConnection:
      Self.subject + [
        ("DestinationIp", .destinationIP), ("DestinationPort", .destinationPort), ("Initiated", .initiated),
        ("DestinationHostname", .destinationHostname), ("SourceIp", .sourceIP), ("SourcePort", .sourcePort),
      ]
    case .windowsRegistry:
      Self.subject + [
        ("TargetObject", .targetObject), ("Details", .details), ("EventType", .registryEventType),
      ]
    case .windowsImageLoad:
      Self.subject + Self.file + [
        ("ImageLoaded", .imageLoaded), ("Signed", .isSigned), ("Signature", .signature),
        ("SignatureStatus", .signatureStatus),
      ]
    case .windowsProcessAccess:
      [
        ("SourceImage", .sourceImage), ("TargetImage", .targetImage), ("GrantedAccess", .grantedAccess),
        ("CallTrace", .callTrace),
      ]
    case .windowsRemoteThread:
      [
        ("SourceImage", .sourceImage), ("TargetImage", .targetImage), ("StartModule", .startModule),
        ("StartFunction", .startFunction),
      ]
    case .windowsDNSQuery: Self.subject + [("QueryName", .queryName), ("QueryResults", .queryResults)]
    case .windowsPipe: Self.subject + [("PipeName", .pipeName)]
    case .windowsSecurity: Self.log + Self.audited
    case .windowsSystem: Self.log + [("ServiceName", .serviceName), ("ImagePath", .imagePath)]
    case .processCreation, .fileEvent, .networkConnection, .auditExec: []
    }
  }

  private static let subject: [(name: String, field: SigmaField)] = [("Image", .image), ("User", .user)]

  private static let file: [(name: String, field: SigmaField)] = [
    ("OriginalFileName", .originalFileName), ("Hashes", .hashes), ("Company", .company), ("Product", .product),
    ("Description", .fileDescription),
  ]

  private static let log: [(name: String, field: SigmaField)] = [("EventID", .eventID), ("Provider_Name", .provider)]

  /// Of the security log's events.
  private static let audited: [(name: String, field: SigmaField)] = [
    ("SubjectUserName", .subjectUserName), ("SubjectDomainName", .subjectDomainName),
    ("SubjectUserSid", .subjectUserSID), ("TargetUserName", .targetUserName), ("TargetDomainName", .targetDomainName),
    ("TargetUserSid", .targetUserSID), ("LogonType", .logOnType), ("LogonProcessName", .logOnProcess),
    ("AuthenticationPackageName", .authenticationPackage), ("WorkstationName", .workstationName),
    ("IpAddress", .ipAddress), ("IpPort", .sourcePort), ("Status", .status), ("SubStatus", .subStatus),
    ("KeyLength", .keyLength), ("ObjectName", .objectName), ("ObjectType", .objectType),
    ("ObjectServer", .objectServer), ("AccessMask", .accessMask), ("AccessList", .accessList),
    ("Properties", .properties), ("PrivilegeList", .privilegeList), ("ServiceName", .serviceName),
    ("ServiceFileName", .serviceFileName), ("TaskName", .taskName), ("TaskContent", .taskContent),
    ("ShareName", .shareName), ("RelativeTargetName", .relativeTargetName),
    ("TicketEncryptionType", .ticketEncryption), ("TicketOptions", .ticketOptions), ("MemberName", .memberName),
    ("MemberSid", .memberSID), ("TargetSid", .targetSID), ("ProcessName", .processName),
    ("TargetServerName", .targetServerName), ("AttributeLDAPDisplayName", .attributeName),
    ("AttributeValue", .attributeValue),
  ]
}
