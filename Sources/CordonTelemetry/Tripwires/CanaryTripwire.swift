package import CordonCore

/// A decoy written, moved or removed: no one has a reason to.
package struct CanaryTripwire: Sendable {
  package init() {}

  /// A hit for a touched decoy; opening one counts only where the sensor was asked to report it.
  package func examine(_ observation: Observation) -> TripwireHit? {
    let (file, verb): (ObservedFile, String)
    switch (observation.activity, observation.object) {
    case (.fileWrite, .file(let touched)): (file, verb) = (touched, "wrote to")
    case (.fileDelete, .file(let touched)): (file, verb) = (touched, "deleted")
    case (.fileOpen, .file(let touched)): (file, verb) = (touched, "opened")
    case (.fileRename, .renamed(_, let touched)): (file, verb) = (touched, "moved")
    default: return nil
    }
    guard file.isCanary else { return nil }
    var evidence = [Detection.Evidence(what: "canary files touched", value: 1, unit: "count")]
    if let content = file.content {
      evidence.append(.init(what: "entropy of the content", value: Double(content.entropy), unit: "bits a byte"))
    }
    return TripwireHit(
      .canaryTouched, technique: "T1486", time: observation.time, process: observation.process,
      actor: observation.actor, files: [file.path], evidence: evidence,
      predicate: "\(verb) a canary file, which no one has a reason to touch",
      identity: observation.process?.identity ?? "unknown")
  }
}
