import CordonCore
package import CordonLearning

/// Whether alerts come at the rate that was budgeted, on a fleet where nothing is wrong, and how soon what is wrong is found.
///
/// One fleet calibrates thresholds by daily maxima, another of the same kind is watched: its alerts are counted through the
/// product's own scales, gate and population rule. Then entities of a third are disturbed: three windows at 6σ, and 1σ for
/// a day. Same seed, same figures. Cost: about 50 ns a window.
package struct CalibrationBench: Sendable {
  package var scenario: FleetScenario
  /// Entities of the calibrating fleet, and of the watched one.
  package var entities: Int
  package var windowsPerDay: Int
  package var calibrationDays: Int
  package var testDays: Int
  /// Entities that are disturbed, each way.
  package var probes: Int
  package var seed: UInt64

  /// Days that baselines learn before anything counts: twice their memory, so that first guesses are forgotten.
  package static let trainingDays = 28

  package init(
    _ scenario: FleetScenario, entities: Int = 400, windowsPerDay: Int = 1440, calibrationDays: Int = 33,
    testDays: Int = 12, probes: Int = 200, seed: UInt64 = 1
  ) {
    self.scenario = scenario
    self.entities = entities
    self.windowsPerDay = windowsPerDay
    self.calibrationDays = calibrationDays
    self.testDays = testDays
    self.probes = probes
    self.seed = seed
  }

  /// Daily maxima of the calibrating fleet, one calibration a scale of `Scale.onAgent`.
  package func calibrate() -> [ThresholdCalibration] {
    var calibrations = Scale.onAgent.map { _ in ThresholdCalibration() }
    for number in 0..<entities {
      var run = EntityRun(self, number: number)
      run.train(days: Self.trainingDays)
      var tracker = DailyMaximumTracker(entity: run.entity)
      for _ in 0..<calibrationDays * windowsPerDay {
        run.step()
        collect(tracker.observe(run.follower.values, day: run.day), of: run, into: &calibrations)
      }
      let last = [Double](repeating: 0, count: Scale.onAgent.count)
      collect(tracker.observe(last, day: run.day + 2), of: run, into: &calibrations)
    }
    return calibrations
  }

  private func collect(
    _ finished: [DailyMaximum], of run: EntityRun, into calibrations: inout [ThresholdCalibration]
  ) {
    for (index, maximum) in finished.enumerated() {
      calibrations[index].maxima.insert(maximum.score, owner: run.entity.stableHash, day: maximum.day)
    }
  }

  /// What each scale may alert with a site budget, split evenly over the scales.
  package func results(alertsPerDay: Double, _ calibrations: [ThresholdCalibration]) -> [ThresholdResult] {
    let parts = Scale.onAgent.map { BudgetSplit.Part(kind: .host, scale: $0) }
    let weights = Dictionary(uniqueKeysWithValues: parts.map { ($0, 1.0) })
    guard let split = BudgetSplit(alertsPerDay: alertsPerDay, weights: weights) else { return [] }
    return zip(parts, calibrations).map { $1.threshold(rate: split.rate(of: $0, entities: entities)) }
  }

  /// Runs the watched fleet once against thresholds of several budgets; one list a budget.
  ///
  /// - Parameter thresholds: one list a budget, one threshold a scale.
  package func watch(_ thresholds: [[Double]]) -> [WatchedAlerts] {
    var raised = [[RaisedAlert]](repeating: [], count: thresholds.count)
    for number in 0..<entities {
      var run = EntityRun(self, number: entities + number)
      run.train(days: Self.trainingDays + calibrationDays)
      let firstDay = Int(run.day) + 1
      var gates = thresholds.map { _ in AlertGate(scales: Scale.onAgent.count) }
      for window in 0..<testDays * windowsPerDay {
        run.step(shift: window / windowsPerDay >= FleetScenario.goLiveDay ? scenario.goLive : 0)
        for budget in thresholds.indices {
          for (scale, score) in run.follower.values.enumerated() {
            let decision = gates[budget].decide(score, threshold: thresholds[budget][scale], scale: scale, day: run.day)
            guard decision != .silent else { continue }
            raised[budget].append(
              RaisedAlert(
                entity: run.entity, scale: Scale.onAgent[scale], time: run.time, day: Int(run.day) - firstDay,
                isContinuation: decision == .continuation))
          }
        }
      }
    }
    return raised.map { WatchedAlerts($0, groupSize: entities) }
  }

  /// Disturbs entities of a third fleet at a random window of a day; how soon each was found.
  ///
  /// - Parameters:
  ///   - height: in standard deviations.
  ///   - windows: how long it lasts.
  package func probe(height: Double, windows: Int, thresholds: [Double]) -> ProbeResult {
    var delays: [Int] = []
    for number in 0..<probes {
      var run = EntityRun(self, number: 2 * entities + number)
      var randomness = ModelRandomness(seed: seed ^ 0x5EED, stream: UInt64(number))
      run.train(days: Self.trainingDays + calibrationDays)
      let quiet = windowsPerDay + randomness.below(windowsPerDay)
      for _ in 0..<quiet { run.step() }
      for window in 0..<windows {
        run.step(shift: height)
        if zip(run.follower.values, thresholds).contains(where: { $0 > $1 }) {
          delays.append((window + 1) * 1440 / windowsPerDay)
          break
        }
      }
    }
    return ProbeResult(probes: probes, delays: delays.sorted())
  }
}

/// How many disturbed entities were found while they were disturbed, and after how many minutes each, ascending.
package struct ProbeResult: Hashable, Sendable {
  package var probes: Int
  package var delays: [Int]

  package var share: Double { Double(delays.count) / Double(max(probes, 1)) }

  /// Minutes until half of all were found; nil where fewer were.
  package var median: Int? { delays.count * 2 >= probes && probes > 0 ? delays[(probes - 1) / 2] : nil }
}
