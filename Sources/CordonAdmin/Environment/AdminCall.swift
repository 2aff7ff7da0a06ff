import CordonCore
import CordonWire
import GRPCCore

/// Runs calls on the collector with a deadline, and turns their failures into errors for people.
enum AdminCall {
  /// Of a call that moves little.
  static var options: CallOptions {
    var options = CallOptions.defaults
    options.timeout = AdminEnvironment.current?.callDeadline ?? AdminEnvironment.usualCallDeadline
    return options
  }

  static func run<Result: Sendable>(
    _ environment: AdminEnvironment, _ access: CollectorAccess,
    _ body: (CollectorClients) async throws -> Result
  ) async throws -> Result {
    do {
      return try await environment.connector.withClients(to: access, body)
    } catch let error as RPCError {
      var failure = CordonError(error)
      if failure.kind == .unavailable, failure.remedy.isEmpty {
        failure.message = "The collector at \(access.host):\(access.port) does not answer: \(failure.message)"
        failure.remedy = "Check that cordon-collector runs there and that the address in site.json is right."
      }
      throw failure
    }
  }
}
