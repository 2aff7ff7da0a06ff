/// A made-up fleet's noise: what a clean entity's raw value does over time, in standard deviations.
package struct FleetScenario: Hashable, Sendable {
  package var name: String
  /// Autoregressive parts, each with its correlation from one window to the next; their variances are equal and sum to 1.
  package var correlations: [Double]
  /// Amplitude of a daily season.
  package var season = 0.0
  /// Spread of the entities' means.
  package var offsets = 0.0
  /// Rise of every entity's mean from `goLiveDay` of the test on.
  package var goLive = 0.0

  package init(
    _ name: String, correlations: [Double] = [0], season: Double = 0, offsets: Double = 0, goLive: Double = 0
  ) {
    self.name = name
    self.correlations = correlations
    self.season = season
    self.offsets = offsets
    self.goLive = goLive
  }

  /// Day of the test on which a go-live begins.
  package static let goLiveDay = 4

  /// Those that `detection.md` names. Long memory is a sum of autoregressive parts from minutes to a week (Granger, "Long
  /// memory relationships and the aggregation of dynamic models", 1980).
  package static let all: [FleetScenario] = [
    FleetScenario("independent"),
    FleetScenario("ρ .5", correlations: [0.5]),
    FleetScenario("ρ .9", correlations: [0.9]),
    FleetScenario("daily season", season: 1.5),
    FleetScenario("season and ρ .9", correlations: [0.9], season: 1.5),
    FleetScenario("entity offsets", correlations: [0.5], offsets: 3),
    FleetScenario("long memory", correlations: [0, 0.9, 0.99, 0.999]),
    FleetScenario("go-live shift", correlations: [0.5], season: 1.5, goLive: 1),
  ]
}
