package import CordonCore
package import CordonLearning

/// How a site's daily alerts are divided over what can raise them.
///
/// Hosts and users get a half each, or a third with devices where the site's policy sees any; within it every scale gets
/// the same: bursts and slow change are different questions, and none of them may use up the others' alerts.
package enum AlertBudget {
  /// Scales at which entities of a schema are followed: the collector's own have one more.
  package static func scales(of schema: FeatureSchema) -> [Scale] {
    schema.entity == .user ? Scale.allCases : Scale.onAgent
  }

  /// The division of a policy's daily alerts; nil for a policy that allows none.
  package static func split(_ policy: Policy) -> BudgetSplit? {
    var weights: [BudgetSplit.Part: Double] = [:]
    for schema in FeatureSchema.all where schema.entity != .device || seesDevices(policy) {
      let scales = scales(of: schema)
      for scale in scales {
        weights[BudgetSplit.Part(kind: schema.entity, scale: scale)] = 1 / Double(scales.count)
      }
    }
    return BudgetSplit(alertsPerDay: Double(policy.dailyAlerts), weights: weights)
  }

  /// A share for devices that nobody sees would be taken from hosts and users for nothing.
  private static func seesDevices(_ policy: Policy) -> Bool {
    policy.wire.isEnabled || policy.logs.zeek.isEnabled || policy.logs.suricata.isEnabled
      || !policy.logs.windowsComputers.isEmpty
  }

  /// Alerts a day that all scales of a schema have together.
  package static func alertsPerDay(of schema: FeatureSchema, _ split: BudgetSplit) -> Double {
    scales(of: schema).reduce(0) { $0 + split.alertsPerDay(of: BudgetSplit.Part(kind: schema.entity, scale: $1)) }
  }
}
