package import Logging
package import ServiceLifecycle
import UnixSignals

/// Runs a program's services until it is told to stop, or one of them ends.
package enum ProgramGroup {
  /// How long services may take to end by themselves.
  package static let gracePeriod = Duration.seconds(20)
  /// How long they may take once cancelled; then the program ends without them.
  package static let cancellationPeriod = Duration.seconds(5)

  /// Services start in this order and stop in the reverse of it; SIGTERM and SIGINT stop them gracefully.
  package static func run(
    _ services: [any Service], logger: Logger, gracePeriod: Duration = ProgramGroup.gracePeriod
  ) async throws {
    var configuration = ServiceGroupConfiguration(
      services: services.map {
        .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
      }, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    // Neither has a limit by default: one stuck stream would keep a program for ever.
    configuration.maximumGracefulShutdownDuration = gracePeriod
    configuration.maximumCancellationDuration = cancellationPeriod
    try await ServiceGroup(configuration: configuration).run()
  }
}
