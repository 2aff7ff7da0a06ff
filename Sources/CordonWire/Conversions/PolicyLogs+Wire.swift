package import CordonCore
import SwiftProtobuf

extension Cordon_V1_LogsPolicy {
  package init(_ logs: Policy.Logs) {
    self.init()
    windows = Cordon_V1_FollowedLogs(logs.windows)
    windowsComputers = logs.windowsComputers
    zeek = Cordon_V1_FollowedLogs(logs.zeek)
    suricata = Cordon_V1_FollowedLogs(logs.suricata)
    mappings = logs.mappings.map(Cordon_V1_RecordMapping.init)
  }

  package func domain() throws(CordonError) -> Policy.Logs {
    var logs = Policy.Logs()
    logs.windows = try windows.domain("sensors.windows.paths")
    logs.windowsComputers = try PolicyBounds.names(windowsComputers, "sensors.windows.computers")
    logs.zeek = try zeek.domain("sensors.zeek.paths")
    logs.suricata = try suricata.domain("sensors.suricata.paths")
    guard mappings.count <= RecordMapping.mostMappings else {
      throw CordonError(.invalid, "out-of-range", "There are more than \(RecordMapping.mostMappings) mappings.")
    }
    for mapping in mappings { logs.mappings.append(try mapping.domain()) }
    return logs
  }
}

extension Cordon_V1_FollowedLogs {
  fileprivate init(_ logs: Policy.Logs.Followed) {
    self.init()
    enabled = logs.isEnabled
    paths = logs.paths
  }

  fileprivate func domain(_ field: String) throws(CordonError) -> Policy.Logs.Followed {
    var logs = Policy.Logs.Followed()
    logs.isEnabled = enabled
    logs.paths = try PolicyBounds.names(paths, field, most: WireLimits.path)
    return logs
  }
}

extension Cordon_V1_RecordMapping {
  fileprivate init(_ mapping: RecordMapping) {
    self.init()
    name = mapping.name
    paths = mapping.paths
    format = mapping.format.rawValue
    time = mapping.time
    user = mapping.user
    realm = mapping.realm
    machine = mapping.machine
    address = mapping.address
    activity = mapping.activity
    activities = mapping.activities.map { word in
      .with {
        $0.meaning = word.meaning.rawValue
        $0.patterns = word.patterns
      }
    }
    outcome = mapping.outcome
    failures = mapping.failures
    patient = mapping.patient
    authority = mapping.authority
    object = mapping.object
    port = mapping.port
    until = mapping.planning.until
    group = mapping.planning.group
    familyName = mapping.planning.familyName
    givenName = mapping.planning.givenName
    birthDate = mapping.planning.birthDate
    street = mapping.planning.street
    postalCode = mapping.planning.postalCode
  }

  fileprivate func domain() throws(CordonError) -> RecordMapping {
    guard let format = RecordMapping.Format(rawValue: format), !name.isEmpty, !activities.isEmpty,
      activities.count <= RecordMapping.mostPatterns
    else {
      throw CordonError(
        .invalid, "malformed", "A mapping of the policy has no name, activity or known format.")
    }
    var mapping = RecordMapping(name: name, time: time, user: user, activities: [])
    mapping.paths = try PolicyBounds.names(paths, "mappings.paths", most: WireLimits.path)
    mapping.format = format
    for word in activities {
      // A meaning of a later version: half a mapping would be another mapping.
      guard let meaning = RecordMapping.Meaning(rawValue: word.meaning) else {
        throw CordonError(
          .invalid, "malformed", "The mapping \(name) tells an activity that this version does not know.")
      }
      mapping.activities.append(.init(meaning: meaning, patterns: try Self.patterns(word.patterns)))
    }
    // Told without a field of their own, such lines would all be malformed.
    guard !time.isEmpty || !mapping.activities.contains(where: \.meaning.needsTime),
      !user.isEmpty || !mapping.activities.contains(where: \.meaning.needsUser)
    else {
      throw CordonError(.invalid, "malformed", "The mapping \(name) has no field of the time, or of the user.")
    }
    mapping.failures = try Self.patterns(failures)
    mapping.realm = realm
    mapping.machine = machine
    mapping.address = address
    mapping.activity = activity
    mapping.outcome = outcome
    mapping.patient = patient
    mapping.authority = authority
    mapping.object = object
    mapping.port = port
    mapping.planning = planning
    for text in [
      name, time, user, realm, machine, address, activity, outcome, patient, authority, object, port, until, group,
      familyName, givenName, birthDate, street, postalCode,
    ] {
      _ = try Bounded.text(text, "mappings")
    }
    return mapping
  }

  private var planning: RecordMapping.Planning {
    var planning = RecordMapping.Planning()
    planning.until = until
    planning.group = group
    planning.familyName = familyName
    planning.givenName = givenName
    planning.birthDate = birthDate
    planning.street = street
    planning.postalCode = postalCode
    return planning
  }

  private static func patterns(_ patterns: [String]) throws(CordonError) -> [String] {
    guard patterns.count <= RecordMapping.mostPatterns else {
      throw CordonError(.invalid, "out-of-range", "A mapping has more than \(RecordMapping.mostPatterns) words.")
    }
    for pattern in patterns { _ = try Bounded.text(pattern, "mappings") }
    return patterns
  }
}
