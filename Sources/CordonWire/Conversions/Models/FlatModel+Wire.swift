package import CordonCore
package import CordonLearning

extension Cordon_V1_ModelMember {
  package init(_ model: FlatModel) {
    self.init()
    switch model {
    case .isolationForest(let forest): isolationForest = Cordon_V1_IsolationForest(forest)
    case .extendedForest(let forest): extendedForest = Cordon_V1_ExtendedForest(forest)
    case .halfSpaces(let forest): halfSpaces = Cordon_V1_HalfSpaceForest(forest)
    case .tails(let model): tails = Cordon_V1_TailModel(model)
    case .projection(let model): projection = Cordon_V1_ProjectionModel(model)
    case .neighbours(let model): neighbours = Cordon_V1_NeighbourModel(model)
    case .network(let model): network = Cordon_V1_NetworkModel(model)
    case .boostedTrees(let trees): boostedTrees = Cordon_V1_BoostedTrees(trees)
    case .ensemble(let models): ensemble = Cordon_V1_ModelEnsemble(models)
    }
  }

  /// The model; the members' own initialisers refuse whatever would trap or score what is not finite.
  package func domain() throws(CordonError) -> FlatModel {
    if case .ensemble(let models) = kind { return .ensemble(try models.domain()) }
    return try single()
  }

  /// A model that is no ensemble: what members of an ensemble are, so that nesting ends here.
  func single() throws(CordonError) -> FlatModel {
    switch kind {
    case .isolationForest(let forest): return .isolationForest(try forest.domain())
    case .extendedForest(let forest): return .extendedForest(try forest.domain())
    case .halfSpaces(let forest): return .halfSpaces(try forest.domain())
    case .tails(let model): return .tails(try model.domain())
    case .projection(let model): return .projection(try model.domain())
    case .neighbours(let model): return .neighbours(try model.domain())
    case .network(let model): return .network(try model.domain())
    case .boostedTrees(let trees): return .boostedTrees(try trees.domain())
    case .ensemble: throw CordonError(.invalid, "malformed", "An ensemble holds an ensemble.")
    case nil: throw CordonError(.invalid, "unknown-model", "A bundle holds no model that this version knows.")
    }
  }
}

extension Cordon_V1_ModelEnsemble {
  init(_ ensemble: ModelEnsemble) {
    self.init()
    members = ensemble.members.map { member in
      var message = Cordon_V1_EnsembleMember()
      message.model = Cordon_V1_ModelMember(member.model)
      message.calibrationScores = member.calibration.scores
      message.calibrationValues = member.calibration.values
      message.calibrationSlope = member.calibration.slope
      message.weight = member.weight
      return message
    }
  }

  func domain() throws(CordonError) -> ModelEnsemble {
    var members: [ModelEnsemble.Member] = []
    for member in try Bounded.list(self.members, "ensemble", most: ModelEnsemble.memberLimit) {
      let calibration = try Bounded.made(
        ScoreCalibration(
          scores: member.calibrationScores, values: member.calibrationValues, slope: member.calibrationSlope),
        "calibration of an ensemble's member")
      members.append(
        ModelEnsemble.Member(model: try member.model.single(), calibration: calibration, weight: member.weight))
    }
    return try Bounded.made(ModelEnsemble(members: members), "ensemble")
  }
}
