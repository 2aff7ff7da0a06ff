import CordonCore
import CordonLearning
import CordonPolicy
import CordonWire

/// Models as a table, one in detail, and two beside each other.
enum ModelPage {
  static func list(_ models: [Cordon_V1_StoredModel]) -> Report {
    var table = Table(
      ["ID", "SCHEMA", "STATE", "MADE", "ROWS", "RUNNING", "REFUSED", "PROMOTED BY"],
      empty: "No models: the baselines alone judge. cordon model train SCHEMA makes a candidate.")
    for model in models {
      table.add([
        EntityText.shortID(model.id), model.schema, model.state,
        TimeText.iso(Timestamp(milliseconds: model.createdMs)), "\(model.lineage.rows)",
        "\(uses(model, "running"))", "\(uses(model, "refused"))", model.promotedBy.isEmpty ? "-" : model.promotedBy,
      ])
    }
    return Report(text: table.rendered, json: .list(models.map(json)))
  }

  static func page(_ response: Cordon_V1_GetModelResponse, at now: Timestamp) -> Report {
    let model = response.model
    var text = facts(model).rendered + thresholds(model.thresholds)
    if !model.rings.isEmpty {
      var table = Table(["RING", "AGENTS OF", "AS", "STATE", "SENT"], empty: "")
      for ring in model.rings {
        table.add([
          "\(ring.ring)", ring.everyone ? "everyone else" : ring.group, role(ring.role), ring.state,
          TimeText.relative(Timestamp(milliseconds: ring.sentMs), to: now),
        ])
      }
      text += "\n" + table.rendered
    }
    for refusal in model.refusals {
      text +=
        "refused by \(Table.plain(refusal.agentLabel)): \(Table.plain(refusal.message)) [\(Table.plain(refusal.code))]\n"
    }
    text += "\n" + shadow(response.shadow) + drift(response.drift)
    return Report(text: text, json: detailed(response))
  }

  /// A candidate that was just trained.
  static func candidate(_ model: Cordon_V1_StoredModel) -> Report {
    Report(text: facts(model).rendered + thresholds(model.thresholds), json: json(model))
  }

  /// What an operator is about to sign, from the bundle itself.
  static func lineage(_ bundle: ModelBundle) -> String {
    var sheet = FactSheet()
    sheet.add("model", "\(bundle.lineage.modelID)")
    sheet.add("schema", FeatureSchema.withID(bundle.schema)?.name ?? "\(bundle.schema)")
    sheet.add("purpose", bundle.purpose)
    sheet.add("data", "\(TimeText.iso(bundle.lineage.dataFrom)) to \(TimeText.iso(bundle.lineage.dataTo))")
    sheet.add("sample", "\(bundle.lineage.rows) rows, SHA-256 \(Hex.encode(bundle.lineage.sampleDigest))")
    sheet.add("parent", bundle.lineage.parentID.map { "\($0)" } ?? "")
    sheet.add("made with", bundle.lineage.codeVersion)
    for metric in bundle.lineage.metrics { sheet.add(metric.name, PolicyField.text(Float(metric.value))) }
    return sheet.rendered + thresholds(bundle.thresholds.map { Cordon_V1_ScaleThreshold($0) }) + "\n"
  }

  /// What became of a promotion.
  static func sent(_ model: Cordon_V1_StoredModel, as role: String, rings: Int) -> Report {
    let place = rings == 0 ? "the collector runs it" : "on its way to the first of \(rings) rings"
    return Report(
      "Model \(EntityText.id(model.id)) is \(role) of \(model.schema); \(place).",
      [
        "id": .text(EntityText.id(model.id)), "schema": .text(model.schema), "role": .text(role),
        "rings": .integer(Int64(rings)),
      ])
  }

  static func comparison(_ first: Cordon_V1_GetModelResponse, _ second: Cordon_V1_GetModelResponse) -> Report {
    var table = Table(["", EntityText.shortID(first.model.id), EntityText.shortID(second.model.id)], empty: "")
    func add(_ name: String, _ value: (Cordon_V1_GetModelResponse) -> String) {
      table.add([name, value(first), value(second)])
    }
    add("schema") { $0.model.schema }
    add("state") { $0.model.state }
    add("data to") { TimeText.iso(Timestamp(milliseconds: $0.model.lineage.dataToMs)) }
    add("rows") { "\($0.model.lineage.rows)" }
    add("bundle") { StatusPage.bytes(UInt64($0.model.size)) }
    for scale in Scale.allCases {
      let codes = [first, second].flatMap(\.model.thresholds).map(\.scale)
      guard codes.contains(scale.code) else { continue }
      add("threshold \(scale.code)") { response in
        response.model.thresholds.first { $0.scale == scale.code }.map(threshold) ?? "-"
      }
    }
    add("entity-days seen") { "\($0.shadow.entityDays)" }
    add("alerts") { "\($0.shadow.alerts)" }
    add("alerts allowed") { PolicyField.text(Float($0.shadow.allowed)) }
    add("agrees with labels") { "\($0.shadow.agreed) of \($0.shadow.labelled)" }
    add("malicious missed") { "\($0.shadow.missed)" }
    return Report(text: table.rendered, json: .list([detailed(first), detailed(second)]))
  }

  // MARK: Private

  private static func facts(_ model: Cordon_V1_StoredModel) -> FactSheet {
    var sheet = FactSheet()
    sheet.add("model", EntityText.id(model.id))
    sheet.add("schema", model.schema)
    sheet.add("state", model.state)
    sheet.add("kind", model.kinds.joined(separator: ", "))
    sheet.add("bundle", StatusPage.bytes(UInt64(model.size)))
    sheet.add("made", "\(TimeText.iso(Timestamp(milliseconds: model.createdMs))), by \(model.madeBy)")
    sheet.add("promoted by", model.promotedBy)
    sheet.add(
      "data",
      "\(TimeText.iso(Timestamp(milliseconds: model.lineage.dataFromMs))) to \(TimeText.iso(Timestamp(milliseconds: model.lineage.dataToMs)))"
    )
    sheet.add("sample", "\(model.lineage.rows) rows")
    sheet.add("parent", model.lineage.parentID.isEmpty ? "" : EntityText.id(model.lineage.parentID))
    for metric in model.lineage.metrics { sheet.add(metric.name, PolicyField.text(Float(metric.value))) }
    for use in model.uses { sheet.add(use.state, "\(use.agents) agents") }
    return sheet
  }

  private static func thresholds(_ thresholds: [Cordon_V1_ScaleThreshold]) -> String {
    guard !thresholds.isEmpty else { return "" }
    var table = Table(["SCALE", "THRESHOLD", "ALERTS A DAY AND ENTITY", "ENTITY-DAYS"], empty: "")
    for scale in thresholds {
      table.add([scale.scale, threshold(scale), PolicyField.text(Float(scale.budgetShare)), "\(scale.entityDays)"])
    }
    return "\n" + table.rendered
  }

  private static func threshold(_ scale: Cordon_V1_ScaleThreshold) -> String {
    scale.hasThreshold
      ? PolicyField.text(Float((scale.threshold * 100).rounded() / 100)) : "silent: budget not feasible yet"
  }

  private static func shadow(_ result: Cordon_V1_ShadowResult) -> String {
    guard result.entityDays > 0 else { return "Nothing has been scored with it yet.\n" }
    var text =
      "On \(result.entityDays) entity-days it passed its thresholds \(result.alerts) times; its budget allows "
      + "\(PolicyField.text(Float((result.allowed * 10).rounded() / 10))). It agrees with \(result.agreed) of "
      + "\(result.labelled) labels.\n"
    for objection in result.objections { text += "not yet: \(Table.plain(objection))\n" }
    return text
  }

  private static func drift(_ drift: [Cordon_V1_FeatureDrift]) -> String {
    guard !drift.isEmpty else { return "No feature has drifted within the last week.\n" }
    var table = Table(["DRIFTED FEATURE", "INDEX", "BOUND"], empty: "")
    for feature in drift {
      table.add([
        feature.feature, PolicyField.text(Float((feature.index * 100).rounded() / 100)),
        PolicyField.text(Float((feature.bound * 100).rounded() / 100)),
      ])
    }
    return "\n" + table.rendered
  }

  private static func uses(_ model: Cordon_V1_StoredModel, _ state: String) -> UInt64 {
    model.uses.first { $0.state == state }?.agents ?? 0
  }

  private static func role(_ role: Cordon_V1_ModelRole) -> String {
    switch role {
    case .champion: "champion"
    case .shadow: "shadow"
    default: "unknown"
    }
  }
}
