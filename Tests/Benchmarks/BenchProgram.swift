import ArgumentParser

/// Measures what Cordon does beside the limit of the same machine in the same run; prints Markdown.
@main
struct BenchProgram: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cordon-bench",
    abstract: "Measure Cordon beside what the same machine could do at most, and print a Markdown table.",
    subcommands: [
      IngestBench.self, InsertsBench.self, ConnectionsBench.self, CalibrationBenchCommand.self, AuditBench.self,
      SigmaBench.self, TelemetryBench.self, WireBench.self, AgentBench.self, LiveBench.self, ReflexBench.self,
      ModelsBench.self,
      ContributionsBench.self, RangeBench.self, FleetBench.self,
      EchoServerCommand.self,
    ])
}
