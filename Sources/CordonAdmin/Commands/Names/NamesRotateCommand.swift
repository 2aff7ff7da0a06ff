import ArgumentParser
import CordonCore
import CordonTelemetry
import CordonTrust
import CordonWire
import FoundationEssentials

struct NamesRotateCommand: ConnectedCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Make the keys of the next epoch, and send them sealed to every agent.",
    discussion: """
      Needs the bundle with the patients' key in this home (site-gateway.bundle), and a key with the role privacy. From \
      the moment on people and patients have new pseudonyms, and what behaviour had learned of users begins anew; for \
      the stated time agents still open names of the epoch before. The bundles in this home are replaced: give the \
      privacy office its copy and IT the new ones for machines that enrol. Agents that are away get theirs when they \
      return; --again seals the newest epoch for those that do not use it yet.

      Examples:
        cordon names rotate --begins-in 24h --linkable-for 30d
        cordon names rotate --again
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "How long until the new keys are used.") var beginsIn = DurationArgument(.seconds(86_400))
  @Option(help: "How long after that names of the epoch before are still opened, up to 400d.")
  var linkableFor = DurationArgument(.seconds(30 * 86_400))
  @Flag(help: "Make no new keys: seal the newest for agents that do not use them yet.") var again = false

  func validate() throws {
    guard beginsIn.duration >= .zero, linkableFor.duration >= .zero,
      linkableFor.duration <= KeyRotation.mostLinkable
    else { throw ValidationError("--begins-in must not be negative, and --linkable-for at most 400d.") }
  }

  func run(in session: AdminSession) async throws -> Report {
    let papers = RotationPapers(home: session.home)
    let bundle = try papers.bundle()
    let listed = try await session.client.listAgents(.init(), options: AdminCall.options).agents
      .filter { $0.state == AgentRecord.State.enrolled.rawValue }
    guard again else {
      try papers.refusePending()
      let next = Self.secrets(after: bundle, at: session.now.advanced(by: beginsIn.duration))
      let end = next.begins.advanced(by: linkableFor.duration)
      let envelopes = try seal(next, after: bundle.secrets, end, to: listed, in: session)
      let file = try papers.prepare(
        envelopes, epoch: next.epoch, bundle: bundle.rotated(to: next, linkableUntil: end, at: session.now))
      return try await papers.deliver(envelopes, from: file, in: session)
    }
    guard let before = bundle.earlier.last, let end = before.ends else {
      throw CordonError(
        .missing, "no-rotation", "The keys of this site were never rotated, or those before are no longer kept.",
        remedy: "Enrol what is behind anew, with a bundle of `cordon site bundle`.")
    }
    let behind = listed.filter { $0.heartbeat.keyEpoch < bundle.keyEpoch }
    let envelopes = try seal(bundle.secrets, after: before, end, to: behind, in: session)
    guard !envelopes.isEmpty else {
      return Report("Every agent uses the keys of epoch \(bundle.keyEpoch).", ["agents": .integer(0)])
    }
    return try await papers.deliver(envelopes, from: nil, in: session)
  }

  private static func secrets(after bundle: SiteBundle, at moment: Timestamp) -> EpochSecrets {
    func secret() -> [UInt8] {
      (0..<EpochSecrets.keyLength).map { _ in UInt8.random(in: .min ... .max) }
    }
    return EpochSecrets(
      epoch: bundle.keyEpoch + 1, staff: secret(), patient: bundle.patientKey.map { _ in secret() }, begins: moment)
  }

  /// One envelope an agent; what cannot be sealed to is said and left out.
  private func seal(
    _ next: EpochSecrets, after present: EpochSecrets, _ end: Timestamp, to agents: [Cordon_V1_Agent],
    in session: AdminSession
  ) throws -> [Envelope] {
    let key = try session.home.authorityKey()
    var envelopes: [Envelope] = []
    for agent in agents {
      do {
        guard let id = AgentID(agent.id) else { throw CordonError(.invalid, "agent-id", "It has no id.") }
        let rotation = try RotatedKeys.seal(
          next, after: present, linkableUntil: end, to: id, key: [UInt8](agent.sealingKey))
        envelopes.append(try rotation.sealed(by: [key]))
      } catch let error as CordonError {
        session.environment.complain("\(Table.plain(agent.label)) gets no keys: \(error.message)\n")
      }
    }
    return envelopes
  }
}
