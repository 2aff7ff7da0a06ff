import CordonCollector
import CordonCore
import CordonLearning
import Testing

@Suite struct AlertBudgetTests {
  /// Alerts a day of each schema, of ten.
  static func shares(_ change: (inout Policy) -> Void) throws -> [String: Double] {
    var policy = Policy.observeOnly
    policy.dailyAlerts = 10
    change(&policy)
    let split = try #require(AlertBudget.split(policy))
    return Dictionary(
      uniqueKeysWithValues: FeatureSchema.all.map { ($0.name, AlertBudget.alertsPerDay(of: $0, split)) })
  }

  @Test func `what nobody sees has no share`() throws {
    let usual = try Self.shares { _ in }
    #expect(usual["device@wire"] == 0 && usual["record@ehr"] == 0)
    #expect(abs((usual["host@host"] ?? 0) - 5) < 1e-9 && abs((usual["user@ehr"] ?? 0) - 5) < 1e-9)
    let all = try Self.shares {
      $0.wire.isEnabled = true
      $0.ehr.recordWindows = true
    }
    for name in ["host@host", "user@host", "device@wire", "record@ehr"] {
      #expect(abs((all[name] ?? 0) - 2.5) < 1e-9, "\(name)")
    }
  }

  @Test func `users and records are scored where their parts meet`() {
    #expect(FeatureSchema.all.filter(AlertBudget.isScoredHere).map(\.name) == ["user@host", "user@ehr", "record@ehr"])
    #expect(AlertBudget.scales(of: .recordAtEHR) == Scale.allCases)
  }
}
