package import CordonCore

/// Lays out attacks in a hospital; they draw from streams of their own, so that all else stays as it is without them.
package struct AttackPlanner: Sendable {
  private let hospital: Hospital

  package init(_ hospital: Hospital) { self.hospital = hospital }

  /// The attacks that the settings ask for, each over the whole recording.
  ///
  /// Throws where by this seed nobody works often enough to take part.
  package func plan() throws(CordonError) -> [PlannedAttack] {
    var planned: [PlannedAttack] = []
    for kind in hospital.settings.attacks {
      let activity =
        switch kind {
        case .snooping: Snooping(cast: AttackCast(hospital: hospital)).activity
        case .stolenCredentials: StolenCredentials(cast: AttackCast(hospital: hospital)).activity
        case .slowExfiltration: SlowExfiltration(cast: AttackCast(hospital: hospital)).activity
        }
      guard let activity else {
        throw CordonError(
          .invalid, "range-no-cast", "Nobody of this hospital can take part in the attack \(kind.rawValue).",
          remedy: "Ask for more users or days, or for another seed.")
      }
      planned.append(PlannedAttack(kind: kind, activity: activity))
    }
    return planned
  }
}
