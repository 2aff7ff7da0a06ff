import CordonLearning
import Testing

@Suite struct AlertGateTests {
  @Test func `one alert a scale and episode, above the threshold and not at it`() {
    var gate = AlertGate(scales: 2)
    #expect(gate.decide(5, threshold: 5, scale: 0, day: 1) == .silent)
    #expect(gate.decide(5.1, threshold: 5, scale: 0, day: 1) == .alert)
    #expect(gate.decide(9, threshold: 5, scale: 0, day: 1) == .silent)
    #expect(gate.decide(9, threshold: 5, scale: 1, day: 1) == .alert)
    #expect(gate.decide(1, threshold: 5, scale: 0, day: 2) == .silent)
    #expect(gate.decide(6, threshold: 5, scale: 0, day: 3) == .alert)
  }

  @Test func `an episode that goes on the next day says so`() {
    var gate = AlertGate(scales: 1)
    #expect(gate.decide(6, threshold: 5, scale: 0, day: 1) == .alert)
    #expect(gate.decide(6, threshold: 5, scale: 0, day: 2) == .continuation)
    #expect(gate.decide(6, threshold: 5, scale: 0, day: 2) == .silent)
    #expect(gate.decide(6, threshold: 5, scale: 0, day: 1) == .silent)
    #expect(gate.decide(6, threshold: 5, scale: 0, day: 3) == .continuation)
  }

  @Test func `an infeasible budget alerts never`() {
    var gate = AlertGate(scales: 1)
    #expect(gate.decide(1e300, threshold: .infinity, scale: 0, day: 1) == .silent)
  }

  @Test func `a table without a calibration has no threshold`() {
    var table = ThresholdTable()
    table[.init(schema: 1, scale: .minute)] = .feasible(threshold: 7, rank: 1, entityDays: 100)
    table[.init(schema: 1, scale: .threeHours)] = .infeasible(leastRate: 0.1, entityDays: 9)
    #expect(table.thresholds(schema: 1, scales: Scale.onAgent) == [7, .infinity, .infinity])
    #expect(table.thresholds(schema: 2, scales: [.minute]) == [.infinity])
  }
}
