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
    var cast = AttackCast(hospital: hospital)
    for kind in hospital.settings.attacks {
      let activity = activity(of: kind, cast)
      guard let activity else {
        throw CordonError(
          .invalid, "range-no-cast", "Nobody of this hospital can take part in the attack \(kind.rawValue).",
          remedy: "Ask for more users or days, or for another seed.")
      }
      cast.taken.formUnion(activity.machine.compactMap(\.person))
      cast.taken.formUnion(activity.records.map(\.person))
      planned.append(PlannedAttack(kind: kind, activity: activity))
    }
    return planned
  }

  private func activity(of kind: AttackKind, _ cast: AttackCast) -> HospitalActivity? {
    switch kind {
    case .snooping: Snooping(cast: cast).activity
    case .stolenCredentials: StolenCredentials(cast: cast).activity
    case .slowExfiltration: SlowExfiltration(cast: cast).activity
    case .famousPatient: FamousPatient(cast: cast).activity
    case .neighbourSnooping, .coworkerSnooping: KinSnooping(cast: cast, kind: kind).activity
    case .slowHarvest: SlowHarvest(cast: cast).activity
    case .insiderExport: InsiderExport(cast: cast).activity
    case .ransomware: Ransomware(cast: cast).activity
    case .lateralMovement: LateralMovement(cast: cast).activity
    case .pumpTampering: PumpTampering(cast: cast).activity
    case .imageRetrieval: ImageRetrieval(cast: cast).activity
    case .clinicalInjection: ClinicalInjection(cast: cast).activity
    case .beaconing: Beaconing(cast: cast).activity
    case .logTampering: LogTampering(cast: cast).activity
    }
  }
}
