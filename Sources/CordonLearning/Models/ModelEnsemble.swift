/// Several models of the same row, each calibrated, as a weighted mean.
///
/// Members fail in different ways, so their mean fails less than most (Aggarwal, Sathe: "Theoretical foundations and
/// algorithms for outlier ensembles", 2015). Cost and memory: the members' together.
package struct ModelEnsemble: AnomalyModel {
  package static let memberLimit = 32

  /// One model with its way onto the shared scale.
  package struct Member: Hashable, Sendable {
    package let model: FlatModel
    package let calibration: ScoreCalibration
    /// Above 0.
    package let weight: Float

    package init(model: FlatModel, calibration: ScoreCalibration, weight: Float = 1) {
      self.model = model
      self.calibration = calibration
      self.weight = weight
    }
  }

  package let members: [Member]
  let totalWeight: Double

  package var columns: Int { members[0].model.columns }
  package var byteCount: Int { members.reduce(0) { $0 + $1.model.byteCount + $1.calibration.byteCount } }

  /// Nil for no members or too many, members of unequal width, a weight that is not above 0 and finite, or a member that
  /// is itself an ensemble.
  package init?(members: [Member]) {
    guard (1...Self.memberLimit).contains(members.count),
      members.allSatisfy({ member in
        if case .ensemble = member.model { return false }
        return member.weight.isFinite && member.weight > 0 && member.model.columns == members[0].model.columns
      })
    else { return nil }
    self.members = members
    totalWeight = members.reduce(0) { $0 + Double($1.weight) }
  }

  package func score(_ row: Span<Float>) -> Double {
    var sum = 0.0
    for member in members { sum += Double(member.weight) * member.calibration.value(member.model.score(row)) }
    return sum / totalWeight
  }
}
