import CordonCore

/// In the evening a workstation that never reads images asks the archive for a hundred studies and has them sent to an
/// application of its own.
struct ImageRetrieval {
  private static let studies = 100
  private static let title = "EXPORT-SCP"

  let cast: AttackCast

  /// Nil where there is no modality, and so nothing in the archive.
  var activity: HospitalActivity? {
    let attack = WireAttack(cast: cast, kind: .imageRetrieval)
    guard attack.hospital.devices.contains(where: { $0.kind == .modality }),
      case .some((let host, var time, var random)) = attack.start(hour: 20)
    else { return nil }
    let archive = ClinicalServer.archive.peer
    var activity = HospitalActivity()
    for _ in 0..<Self.studies {
      let objects = 2 + random.poisson(mean: 3)
      let asked = ImageDialogue(
        calling: Self.title, called: ClinicalServer.archiveTitle,
        steps: [.find(answers: 1), .move(to: Self.title, objects: objects)])
      let sent = ImageDialogue(
        calling: ClinicalServer.archiveTitle, called: Self.title,
        steps: .init(repeating: .store(bytes: 6_000), count: objects))
      activity.wire.append(attack.conversation(.images(asked), from: host.address, to: archive, at: time))
      activity.wire.append(
        attack.conversation(
          .images(sent), from: archive.address, to: Peer(host.address, 11112), at: time.advanced(by: .milliseconds(400))
        ))
      time = time.advanced(by: .seconds(3 + random.exponential(mean: 8)))
    }
    return activity
  }
}
