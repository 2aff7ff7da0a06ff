import CordonCore
import CordonTestSupport
import Testing

@testable import CordonCollector

@Suite struct StandingBudgetTests {
  private let start = Samples.start

  @Test func theBudgetIsSpentAtItsLimitAndNotBefore() {
    var budget = StandingBudget()
    let blocks = (1...3).map { _ in budget.take(.blockAddress, most: 2, at: start) }
    #expect(blocks == [true, true, false])
    #expect(budget.used(.blockAddress, at: start) == 2)
    let others = [
      budget.take(.suspendProcess, most: 1, at: start), budget.take(.killProcess, most: 0, at: start),
    ]
    #expect(others == [true, false])
  }

  @Test func theHourSlides() {
    var budget = StandingBudget()
    let answers = [0, 3599, 3600].map { budget.take(.blockAddress, most: 1, at: start.advanced(by: .seconds($0))) }
    #expect(answers == [true, false, true])
  }

  @Test func aRestartGivesNoSecondBudget() {
    var budget = StandingBudget()
    budget.restore([(.blockAddress, start), (.blockAddress, start.advanced(by: .seconds(5)))])
    let isTaken = budget.take(.blockAddress, most: 2, at: start.advanced(by: .seconds(10)))
    #expect(!isTaken)
  }

  /// However orders come, no window of an hour ever holds more than the budget.
  @Test(arguments: UInt64(1)...10) func noHourHoldsMore(seed: UInt64) {
    var randomness = SeededRandomness(seed: seed)
    var budget = StandingBudget()
    var taken: [Timestamp] = []
    var now = start
    for _ in 0..<500 {
      now = now.advanced(by: .seconds(Int.random(in: 0...900, using: &randomness)))
      if budget.take(.blockAddress, most: 3, at: now) { taken.append(now) }
    }
    for time in taken {
      let within = taken.count { $0 >= time && $0.since(time) < .seconds(3600) }
      #expect(within <= 3, "seed \(seed)")
    }
  }
}
