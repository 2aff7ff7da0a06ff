import CordonCore
import CordonWire

// People name things by a label or by the start of an id; the collector takes whole ids.
extension AdminSession {
  /// Fewest hexadecimal digits that name something by the start of its id.
  static let fewestDigits = 4
  /// How many of the newest are searched for the start of an id.
  static let mostSearched: UInt32 = 1000

  /// The one agent with a label, an id or the start of an id.
  func agent(named name: String) async throws -> Cordon_V1_Agent {
    let agents = try await client.listAgents(.init(), options: AdminCall.options).agents
    let found = agents.filter { $0.id == name || $0.label == name }
    let candidates = found.isEmpty && name.count >= Self.fewestDigits ? agents.filter { $0.id.hasPrefix(name) } : found
    return try Self.only(candidates, named: name, "agent", list: "cordon agent list") { "\($0.label) (\($0.id))" }
  }

  /// The one detection whose id starts with a text; a whole id needs no search.
  func detection(named name: String) async throws -> Cordon_V1_StoredDetection {
    try await detectionWithReporters(named: name).detection
  }

  /// The same with the agents that reported what the collector raised it of.
  func detectionWithReporters(named name: String) async throws -> Cordon_V1_GetDetectionResponse {
    var request = Cordon_V1_GetDetectionRequest()
    if let id = UniqueID(name) {
      request.id = id.data
    } else {
      var list = Cordon_V1_ListDetectionsRequest()
      list.most = Self.mostSearched
      let detections = try await client.listDetections(list, options: AdminCall.options).detections
      request.id = try Self.one(detections.map(\.detection.id), startingWith: name, "detection")
    }
    return try await client.getDetection(request, options: AdminCall.options)
  }

  /// The one incident whose id starts with a text.
  func incident(named name: String) async throws -> Cordon_V1_GetIncidentResponse {
    var request = Cordon_V1_GetIncidentRequest()
    if let id = UniqueID(name) {
      request.id = id.data
    } else {
      var list = Cordon_V1_ListIncidentsRequest()
      list.closedToo = true
      list.most = Self.mostSearched
      let incidents = try await client.listIncidents(list, options: AdminCall.options).incidents
      request.id = try Self.one(incidents.map(\.id), startingWith: name, "incident")
    }
    return try await client.getIncident(request, options: AdminCall.options)
  }

  /// The one command whose id starts with a text, among the newest.
  func command(named name: String) async throws -> Cordon_V1_StoredCommand {
    var list = Cordon_V1_ListCommandsRequest()
    list.most = Self.mostSearched
    let commands = try await client.listCommands(list, options: AdminCall.options).commands
    let id = try Self.one(commands.map(\.command.id), startingWith: name, "command")
    guard let found = commands.first(where: { $0.command.id == id }) else {
      throw CordonError(.missing, "no-such", "There is no command \(name).")
    }
    return found
  }

  /// The one order to unseal whose id starts with a text, among the newest.
  func unseal(named name: String) async throws -> Cordon_V1_StoredUnseal {
    var list = Cordon_V1_ListUnsealsRequest()
    list.most = Self.mostSearched
    let unseals = try await client.listUnseals(list, options: AdminCall.options).unseals
    let id = try Self.one(unseals.map(\.order.id), startingWith: name, "unseal")
    guard let found = unseals.first(where: { $0.order.id == id }) else {
      throw CordonError(.missing, "no-such", "There is no order to unseal \(name).")
    }
    return found
  }

  static func one(_ ids: [Bytes], startingWith name: String, _ what: String) throws(CordonError) -> Bytes {
    let digits = name.lowercased().filter { $0 != "-" }
    guard digits.count >= fewestDigits, digits.allSatisfy(\.isHexDigit), digits.count <= 32 else {
      throw CordonError(
        .invalid, "id", "\"\(name.prefix(80))\" is not the id of a \(what), nor the start of one.",
        remedy: "Copy it from `cordon \(what) list`; the first \(fewestDigits) digits or more are enough.")
    }
    let found = ids.filter { Hex.encode($0).hasPrefix(digits) }
    return try only(found, named: name, what, list: "cordon \(what) list") {
      UniqueID(bytes: $0)?.description ?? Hex.encode($0)
    }
  }

  private static func only<Thing>(
    _ found: [Thing], named name: String, _ what: String, list: String, describe: (Thing) -> String
  ) throws(CordonError) -> Thing {
    guard let first = found.first else {
      throw CordonError(.missing, "no-such", "There is no \(what) \(name.prefix(80)).", remedy: "\(list) shows them.")
    }
    guard found.count == 1 else {
      throw CordonError(
        .conflict, "ambiguous",
        "\(name) is the start of \(found.count): \(found.prefix(5).map(describe).joined(separator: ", ")).",
        remedy: "Give more of the id.")
    }
    return first
  }
}
