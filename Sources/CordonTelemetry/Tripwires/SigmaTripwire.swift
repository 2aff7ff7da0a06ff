package import CordonCore

/// Observations that match a Sigma rule of the policy.
package struct SigmaTripwire: Sendable {
  /// Hits that one observation may make: the gravest rules come first.
  package static let mostHits = 4

  private var matcher: SigmaMatcher
  /// Of matchers that were replaced.
  private var gaveUpBefore: UInt64 = 0
  private var reflex: Set<String> = []
  private var event = SigmaEvent()
  private var matched: [Int] = []

  /// Without rules.
  package init() { matcher = .none }

  /// Searches for an expression that ended at a limit, under whatever rules.
  package var gaveUp: UInt64 { gaveUpBefore + matcher.gaveUp }

  /// Takes a policy's rules. Throws where one cannot be worked out; those from before stay in force then.
  package mutating func use(_ sigma: Policy.Sigma) throws(CordonError) {
    guard sigma.isEnabled else {
      replace(by: .none)
      return
    }
    if sigma.rules != matcher.rules { replace(by: try SigmaMatcher(sigma.rules)) }
    reflex = Set(sigma.reflex)
  }

  private mutating func replace(by next: SigmaMatcher) {
    gaveUpBefore += matcher.gaveUp
    matcher = next
  }

  /// The user whose name the rules want to know of an observation; nil where none asks for it.
  package func wantedUser(of observation: Observation) -> UInt32? {
    guard matcher.reads(SigmaField.user), Self.sources(of: observation).contains(where: { matcher.reads($0) }) else {
      return nil
    }
    if case .program(let program) = observation.object, let user = program.user { return user }
    if case .uid(let user)? = observation.actor { return user }
    return nil
  }

  /// The hits of an observation; `userName` is that of the wanted user, where it is known.
  package mutating func examine(_ observation: Observation, userName: String?) -> [TripwireHit] {
    let sources = Self.sources(of: observation)
    guard sources.contains(where: { matcher.reads($0) }) else { return [] }
    fill(from: observation, userName)
    matched.removeAll(keepingCapacity: true)
    for source in sources { matcher.match(event, of: source, into: &matched) }
    guard !matched.isEmpty else { return [] }
    let rules = matched.map { matcher.rules[$0] }.sorted { $0.severity > $1.severity }
    return rules.prefix(Self.mostHits).map { hit($0, observation) }
  }

  private static func sources(of observation: Observation) -> [SigmaSource] {
    if let foreign = observation.foreign { return foreign.sources }
    return switch (observation.activity, observation.object) {
    // A start that failed ran nothing.
    case (.processStart, .program) where observation.outcome != .failure: processSources
    case (.fileWrite, .file), (.fileRename, .renamed): fileSources
    case (.connect, .peer): networkSources
    default: []
    }
  }

  private static let processSources: [SigmaSource] = [.processCreation, .auditExec]
  private static let fileSources: [SigmaSource] = [.fileEvent]
  private static let networkSources: [SigmaSource] = [.networkConnection]

  private mutating func fill(from observation: Observation, _ userName: String?) {
    event.clear()
    if let executable = observation.process?.executable, !executable.isEmpty { event.set(.image, executable) }
    if let userName { event.set(.user, userName.utf8) }
    switch observation.object {
    case .program(let program): fill(from: program)
    case .file(let file): event.set(.targetFilename, file.path)
    case .renamed(_, let file): event.set(.targetFilename, file.path)
    case .peer(let address, let port):
      event.set(.destinationIP, address.description.utf8)
      event.set(.destinationPort, "\(port)".utf8)
      // Audit sees connections that this machine begins; another's log says itself who did.
      if observation.foreign == nil { event.set(.initiated, "true".utf8) }
    default: break
    }
    observation.foreign?.forEachField { field, bytes in event.set(field, bytes) }
  }

  private mutating func fill(from program: StartedProgram) {
    if !program.arguments.isEmpty {
      event.set(.commandLine, joining: program.arguments)
      var index = 0
      for argument in program.arguments.split(separator: 0, omittingEmptySubsequences: false) {
        guard let field = SigmaField.argument(index) else { break }
        event.set(field, argument)
        index += 1
      }
    }
    if !program.workingFolder.isEmpty { event.set(.currentDirectory, program.workingFolder) }
    if !program.parentExecutable.isEmpty { event.set(.parentImage, program.parentExecutable) }
    if !program.parentArguments.isEmpty { event.set(.parentCommandLine, joining: program.parentArguments) }
  }

  private func hit(_ rule: SigmaRule, _ observation: Observation) -> TripwireHit {
    var files: [[UInt8]] = []
    switch observation.object {
    case .file(let file), .renamed(_, let file): files = [file.path]
    default: break
    }
    let program = observation.process.map { String(decoding: $0.executable, as: UTF8.self) } ?? ""
    return TripwireHit(
      .sigma(id: rule.id, severity: rule.severity, mayReflex: reflex.contains(rule.id)),
      technique: rule.techniques.first ?? "", time: observation.time, process: observation.process,
      actor: observation.actor, files: files,
      evidence: [.init(what: "Sigma rules matched", value: 1, unit: "count")],
      predicate: "did what the Sigma rule \"\(rule.title)\" looks for",
      // A program that does it again and again under one account is one trouble.
      identity: "\(String(describing: observation.actor)):\(program)")
  }
}
