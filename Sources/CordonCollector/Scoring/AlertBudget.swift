package import CordonCore
package import CordonLearning

/// How a site's daily alerts are divided over what can raise them.
///
/// Hosts and users get a half each, or less with devices and records where the site's policy sees any; within it every
/// scale gets the same: bursts and slow change are different questions, and none may use up the others' alerts.
package enum AlertBudget {
  /// Whether parts of an entity's windows come from several agents, so that only the collector can score them.
  package static func isScoredHere(_ schema: FeatureSchema) -> Bool {
    schema.entity == .user || schema.entity == .record
  }

  /// Scales at which entities of a schema are followed: the collector's own have one more.
  package static func scales(of schema: FeatureSchema) -> [Scale] {
    isScoredHere(schema) ? Scale.allCases : Scale.onAgent
  }

  /// The division of a policy's daily alerts; nil for a policy that allows none.
  package static func split(_ policy: Policy) -> BudgetSplit? {
    var weights: [BudgetSplit.Part: Double] = [:]
    for schema in FeatureSchema.all where isSeen(schema.entity, policy) {
      let scales = scales(of: schema)
      for scale in scales {
        weights[BudgetSplit.Part(kind: schema.entity, scale: scale)] = 1 / Double(scales.count)
      }
    }
    return BudgetSplit(alertsPerDay: Double(policy.dailyAlerts), weights: weights)
  }

  /// A share for what nobody sees would be taken from hosts and users for nothing.
  private static func isSeen(_ kind: EntityKind, _ policy: Policy) -> Bool {
    switch kind {
    case .device:
      policy.wire.isEnabled || policy.logs.zeek.isEnabled || policy.logs.suricata.isEnabled
        || !policy.logs.windowsComputers.isEmpty
    case .record: policy.ehr.recordWindows
    default: true
    }
  }

  /// Alerts a day that all scales of a schema have together.
  package static func alertsPerDay(of schema: FeatureSchema, _ split: BudgetSplit) -> Double {
    scales(of: schema).reduce(0) { $0 + split.alertsPerDay(of: BudgetSplit.Part(kind: schema.entity, scale: $1)) }
  }
}
