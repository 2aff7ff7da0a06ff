import CordonCore
import CordonLearning
import Testing

@Suite struct BudgetSplitTests {
  static let parts: [BudgetSplit.Part: Double] = [
    .init(kind: .host, scale: .minute): 2, .init(kind: .host, scale: .threeHours): 1,
    .init(kind: .user, scale: .minute): 1,
    .init(kind: .device, scale: .minute): 0,
  ]

  @Test func `shares sum to the site's budget, whatever the weights' sum`() throws {
    let split = try #require(BudgetSplit(alertsPerDay: 6, weights: Self.parts))
    #expect(abs(Self.parts.keys.reduce(0) { $0 + split.alertsPerDay(of: $1) } - 6) < 1e-9)
    #expect(split.alertsPerDay(of: .init(kind: .host, scale: .minute)) == 3)
    #expect(split.rate(of: .init(kind: .host, scale: .minute), entities: 300) == 0.01)
    #expect(split.alertsPerDay(of: .init(kind: .record, scale: .minute)) == 0)
    #expect(split.rate(of: .init(kind: .host, scale: .minute), entities: 0) == 0)
  }

  @Test func `the smallest feasible budget of the site is what makes a part feasible`() throws {
    let split = try #require(BudgetSplit(alertsPerDay: 1, weights: Self.parts))
    let part = BudgetSplit.Part(kind: .user, scale: .minute)
    let least = try #require(split.leastFeasible(part, leastRate: 1.0 / 1001, entities: 500))
    let enough = try #require(BudgetSplit(alertsPerDay: least, weights: Self.parts))
    #expect(abs(enough.rate(of: part, entities: 500) - 1.0 / 1001) < 1e-12)
    #expect(split.leastFeasible(.init(kind: .device, scale: .minute), leastRate: 0.1, entities: 5) == nil)
  }

  @Test(arguments: [0, -1, .nan, .infinity] as [Double]) func `a budget that is no number of alerts is refused`(
    budget: Double
  ) {
    #expect(BudgetSplit(alertsPerDay: budget, weights: Self.parts) == nil)
  }

  @Test func `weights that divide nothing are refused`() {
    let part = BudgetSplit.Part(kind: .host, scale: .minute)
    #expect(BudgetSplit(alertsPerDay: 1, weights: [:]) == nil)
    for weight in [0, -1, Double.nan, .infinity] {
      #expect(BudgetSplit(alertsPerDay: 1, weights: [part: weight]) == nil)
    }
  }
}
