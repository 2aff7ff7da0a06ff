package import CordonLearning

/// What a scenario's bench came to, over several fleets of the same kind.
///
/// A threshold is an order statistic of one calibration, and is off by 1/√k; the Poisson interval knows only the watched
/// days. Several fleets, each with a calibration of its own, make that part small beside it.
package struct CalibrationReport: Sendable {
  /// A budget kept over all fleets.
  package struct Row: Hashable, Sendable {
    /// Alerts a day of one fleet.
    package var alertsPerDay: Double
    /// Alerts that analysts would have seen.
    package var seen: Int
    /// Least budget that the data could keep at each scale, where this one is not feasible at some; nil otherwise.
    package var leastFeasible: Double?
    package var interval: PoissonInterval
    /// Alerts seen on the go-live's day, populations among them.
    package var seenAtGoLive: Int
    package var populations: Int
  }

  package static let budgets = [0.1, 0.3, 1, 3, 10]

  package var scenario: FleetScenario
  package var rows: [Row]
  /// With the thresholds of one alert a day.
  package var burst: ProbeResult
  package var longShift: ProbeResult

  /// Runs `fleets` fleets of a bench, with seeds that follow its own; `begins` is told of each, from 1.
  package init(
    _ bench: CalibrationBench, fleets: Int, budgets: [Double] = CalibrationReport.budgets,
    begins: (Int) -> Void = { _ in }
  ) {
    scenario = bench.scenario
    var seen = [[WatchedAlerts]](repeating: [], count: budgets.count)
    var least = [Double?](repeating: nil, count: budgets.count)
    burst = ProbeResult(probes: 0, delays: [])
    longShift = burst
    for fleet in 0..<fleets {
      begins(fleet + 1)
      var bench = bench
      bench.seed += UInt64(fleet)
      let calibrations = bench.calibrate()
      let results = budgets.map { bench.results(alertsPerDay: $0, calibrations) }
      for (index, scales) in results.enumerated() {
        least[index] = max(least[index] ?? 0, bench.leastFeasible(scales) ?? 0)
      }
      let thresholds = results.map { $0.map { $0.threshold ?? .infinity } }
      for (index, alerts) in bench.watch(thresholds).enumerated() { seen[index].append(alerts) }
      let one = bench.results(alertsPerDay: 1, calibrations).map { $0.threshold ?? .infinity }
      burst.add(bench.probe(height: 6, windows: 3, thresholds: one))
      longShift.add(bench.probe(height: 1, windows: bench.windowsPerDay, thresholds: one))
    }
    let goLive = FleetScenario.goLiveDay
    rows = budgets.indices.map { index in
      let count = seen[index].reduce(0) { $0 + $1.count }
      let infeasible = least[index].flatMap { $0 > 0 ? $0 : nil }
      return Row(
        alertsPerDay: budgets[index], seen: count, leastFeasible: infeasible,
        interval: PoissonInterval(seen: count, expected: budgets[index] * Double(bench.testDays * fleets)),
        seenAtGoLive: seen[index].reduce(0) { $0 + $1.count(days: goLive..<goLive + 1) },
        populations: seen[index].reduce(0) { $0 + $1.populations.count })
    }
  }
}

extension CalibrationBench {
  /// The least site budget that would make every scale feasible; nil where all are.
  package func leastFeasible(_ results: [ThresholdResult]) -> Double? {
    let least = results.compactMap { result -> Double? in
      guard case .infeasible(let rate, _) = result else { return nil }
      return rate * Double(entities * Scale.onAgent.count)
    }
    return least.max()
  }
}

extension ProbeResult {
  fileprivate mutating func add(_ other: ProbeResult) {
    probes += other.probes
    delays = (delays + other.delays).sorted()
  }
}
