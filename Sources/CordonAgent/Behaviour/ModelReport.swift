import CordonCore

/// What an agent says of its models: which score, since when they may alert, what was refused and why.
enum ModelReport {
  /// For every schema that is scored here at least what scores it now; of a gateway's, once there is something to score.
  static func uses(_ shelf: ModelShelf, _ stage: BehaviourStage) -> [ModelUse] {
    var uses: [ModelUse] = []
    for schema in BehaviourStage.schemas {
      let place = ModelShelf.Place(schema: schema.id, role: .champion)
      guard shelf[place, .running] == nil,
        schema.id == FeatureSchema.hostAtHost.id || stage.isWatching(schema: schema.id)
      else { continue }
      uses.append(
        ModelUse(
          schema: schema.id, purpose: place.role.name, state: .running, code: "baseline",
          message: "No model gives thresholds yet: scored, and alerted by tripwires alone.",
          learningUntil: stage.learningUntil(schema: schema.id)))
    }
    for (place, entry) in shelf.all {
      var use = ModelUse(
        schema: place.schema, digest: entry.digest, purpose: place.role.name, state: entry.state, code: entry.code,
        message: entry.message)
      if entry.state == .running, place.role == .champion {
        use.learningUntil = stage.learningUntil(schema: place.schema)
        let model = stage.model(of: place.schema, role: .champion)
        if !entry.isGated {
          (use.code, use.message) = ("learning", "It alerts once this machine has learned enough to judge it.")
        } else if let model, !model.silence.isEmpty {
          (use.code, use.message) = ("budget-infeasible", model.silence)
        }
      }
      uses.append(use)
    }
    return uses
  }
}
