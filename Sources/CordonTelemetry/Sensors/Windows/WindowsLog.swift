import CordonCore

/// Which of Windows' logs an event is of.
enum WindowsLog: Hashable {
  case security, sysmon, system, other

  /// By the channel, which each layout tells, else by who wrote the event.
  init(_ fields: RecordFields) {
    let channel = WindowsField.channel.rawValue
    let provider = Int(SigmaField.provider.rawValue)
    if fields.equals(channel, "Microsoft-Windows-Sysmon/Operational")
      || fields.equals(provider, "Microsoft-Windows-Sysmon")
    {
      self = .sysmon
    } else if fields.equals(channel, "Security") || fields.equals(provider, "Microsoft-Windows-Security-Auditing") {
      self = .security
    } else if fields.equals(channel, "System") || fields.equals(provider, "Service Control Manager") {
      self = .system
    } else {
      self = .other
    }
  }
}

/// What an event's number means, of those that are read.
struct WindowsMeaning: Hashable {
  enum Shape: Hashable {
    case logOn, logOff
    case processStart, connection, filteredConnection
    case fileWrite, fileDelete
    /// Of somebody who is named as the event's subject, with an activity that needs no object.
    case act
    case logCleared
  }

  let shape: Shape
  let activity: Activity
  let outcome: ActivityOutcome
  let sources: [SigmaSource]
  /// What rules may ask of it and an observation of its shape has no place for, each once.
  let kept: [SigmaField]
  /// Stands for Sysmon's `EventType`, which NXLog writes over with its own.
  let registryEvent: [UInt8]

  init(
    shape: Shape, activity: Activity, outcome: ActivityOutcome = .success, sources: [SigmaSource],
    registryEvent: String = ""
  ) {
    self.shape = shape
    self.activity = activity
    self.outcome = outcome
    self.sources = sources
    self.registryEvent = Array(registryEvent.utf8)
    var seen = Self.told(by: shape)
    kept = sources.flatMap(\.fields).map(\.field).filter { seen.insert($0).inserted }
  }

  /// Fields of rules that an observation of a shape tells already.
  private static func told(by shape: Shape) -> Set<SigmaField> {
    switch shape {
    case .processStart: [.image, .commandLine, .currentDirectory, .parentImage, .parentCommandLine]
    case .connection: [.image, .destinationIP, .destinationPort]
    case .fileWrite, .fileDelete: [.image, .targetFilename]
    case .act: [.image]
    case .logOn, .logOff, .filteredConnection, .logCleared: []
    }
  }

  /// Nil for an event that is not read.
  static func of(_ number: UInt64, in log: WindowsLog) -> WindowsMeaning? {
    switch log {
    case .security: security[number]
    case .sysmon: sysmon[number]
    case .system: system[number]
    case .other: nil
    }
  }

  private static let audited: [SigmaSource] = [.windowsSecurity]

  /// Event 4768 with a status that is no success.
  static let refusedTicket = WindowsMeaning(
    shape: .logOn, activity: .logOn, outcome: .failure, sources: audited)

  private static func act(
    _ activity: Activity, _ outcome: ActivityOutcome = .success, _ sources: [SigmaSource] = audited
  ) -> WindowsMeaning {
    WindowsMeaning(shape: .act, activity: activity, outcome: outcome, sources: sources)
  }

  /// Of Windows' own audit.
  private static let security: [UInt64: WindowsMeaning] = [
    1102: .init(shape: .logCleared, activity: .sensorTampering, sources: audited),
    4624: .init(shape: .logOn, activity: .logOn, sources: audited),
    4625: .init(shape: .logOn, activity: .logOn, outcome: .failure, sources: audited),
    4634: .init(shape: .logOff, activity: .logOff, sources: []),
    4647: .init(shape: .logOff, activity: .logOff, sources: []),
    // Another account's password was given.
    4648: act(.privilegeUse), 4672: act(.privilegeUse),
    4688: .init(
      shape: .processStart, activity: .processStart, sources: [.windowsProcessCreation, .windowsSecurity]),
    4697: act(.persistenceChange), 4698: act(.persistenceChange), 4702: act(.persistenceChange),
    4719: .init(shape: .logCleared, activity: .sensorTampering, sources: audited),
    4720: act(.accountChange), 4722: act(.accountChange), 4724: act(.accountChange), 4738: act(.accountChange),
    4728: act(.accountChange), 4732: act(.accountChange), 4756: act(.accountChange),
    // Refused by a domain controller; what it lets in, the computer itself tells.
    4771: .init(shape: .logOn, activity: .logOn, outcome: .failure, sources: audited),
    5156: .init(shape: .filteredConnection, activity: .connect, sources: []),
    // What only rules look at: handles, directory access, tickets, shares.
    4656: act(.systemEvent), 4661: act(.systemEvent), 4662: act(.systemEvent), 4663: act(.systemEvent),
    4673: act(.systemEvent), 4768: act(.systemEvent), 4769: act(.systemEvent), 4776: act(.systemEvent),
    4799: act(.systemEvent), 5136: act(.systemEvent), 5140: act(.systemEvent), 5145: act(.systemEvent),
  ]

  private static let sysmon: [UInt64: WindowsMeaning] = [
    1: .init(shape: .processStart, activity: .processStart, sources: [.windowsProcessCreation]),
    3: .init(shape: .connection, activity: .connect, sources: [.windowsNetworkConnection]),
    7: act(.systemEvent, .success, [.windowsImageLoad]), 8: act(.systemEvent, .success, [.windowsRemoteThread]),
    10: act(.systemEvent, .success, [.windowsProcessAccess]),
    11: .init(shape: .fileWrite, activity: .fileWrite, sources: [.windowsFileEvent]),
    12: act(.systemEvent, .success, [.windowsRegistry]),
    13: .init(shape: .act, activity: .systemEvent, sources: [.windowsRegistry], registryEvent: "SetValue"),
    14: .init(shape: .act, activity: .systemEvent, sources: [.windowsRegistry], registryEvent: "RenameKey"),
    17: act(.systemEvent, .success, [.windowsPipe]),
    22: act(.systemEvent, .success, [.windowsDNSQuery]),
    23: .init(shape: .fileDelete, activity: .fileDelete, sources: [.windowsFileDelete]),
    26: .init(shape: .fileDelete, activity: .fileDelete, sources: [.windowsFileDelete]),
  ]

  private static let system: [UInt64: WindowsMeaning] = [
    104: .init(shape: .logCleared, activity: .sensorTampering, sources: [.windowsSystem]),
    7045: act(.persistenceChange, .success, [.windowsSystem]),
  ]
}
