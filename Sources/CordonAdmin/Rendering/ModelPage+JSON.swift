import CordonWire

extension ModelPage {
  static func json(_ model: Cordon_V1_StoredModel) -> JSONValue {
    .fields([
      "id": .text(EntityText.id(model.id)), "schema": .text(model.schema), "state": .text(model.state),
      "kinds": .list(model.kinds.map { .text($0) }), "bytes": .integer(Int64(model.size)),
      "made_at": .time(model.createdMs), "made_by": .text(model.madeBy), "promoted_by": .optional(model.promotedBy),
      "parent": model.lineage.parentID.isEmpty ? .null : .text(EntityText.id(model.lineage.parentID)),
      "data_from": .time(model.lineage.dataFromMs), "data_to": .time(model.lineage.dataToMs),
      "rows": .unsigned(model.lineage.rows),
      "metrics": .object(model.lineage.metrics.map { .init(name: $0.name, value: .number($0.value)) }),
      "thresholds": .list(model.thresholds.map(json)),
      "agents": .object(model.uses.map { .init(name: $0.state, value: .unsigned($0.agents)) }),
      "rings": .list(model.rings.map(json)),
    ])
  }

  static func detailed(_ response: Cordon_V1_GetModelResponse) -> JSONValue {
    guard case .object(let fields) = json(response.model) else { return .null }
    let shadow = response.shadow
    return .object(
      fields + [
        .init(
          name: "seen",
          value: .fields([
            "entity_days": .unsigned(shadow.entityDays), "alerts": .unsigned(shadow.alerts),
            "allowed": .number(shadow.allowed), "labelled": .unsigned(shadow.labelled),
            "agreed": .unsigned(shadow.agreed), "malicious_missed": .unsigned(shadow.missed),
            "objections": .list(shadow.objections.map { .text($0) }),
          ])),
        .init(
          name: "drift",
          value: .list(
            response.drift.map {
              .fields(["feature": .text($0.feature), "index": .number($0.index), "bound": .number($0.bound)])
            })),
      ])
  }

  private static func json(_ scale: Cordon_V1_ScaleThreshold) -> JSONValue {
    .fields([
      "scale": .text(scale.scale), "threshold": scale.hasThreshold ? .number(scale.threshold) : .null,
      "rate": .number(scale.budgetShare), "entity_days": .unsigned(scale.entityDays),
    ])
  }

  private static func json(_ ring: Cordon_V1_RolloutRing) -> JSONValue {
    .fields([
      "ring": .integer(Int64(ring.ring)), "group": ring.everyone ? .null : .text(ring.group),
      "state": .text(ring.state), "serial": .unsigned(ring.serial), "sent_at": .time(ring.sentMs),
    ])
  }
}
