import CordonAgent
import CordonCore
import CordonRuntime
import CordonTrust
import CordonWire
import GRPCCore

/// Calls a collector's enrolment port, verified against the site's roots.
struct EnrolmentConnector: EnrolmentConnecting {
  func withClient<Result: Sendable>(
    to address: String, trusting roots: TrustStore,
    _ body: (any Cordon_V1_Enrollment.ClientProtocol) async throws -> Result
  ) async throws -> Result {
    let endpoint = try NetworkEndpoint(address)
    let refusals = Refusals()
    let guardian = ConnectionGuardian(
      trust: roots, clock: SystemClock(), accepting: [.collector], usage: .server, onRefusal: { refusals.note($0) })
    let transport = try ClientTransports.enrolment(to: endpoint, guardian: guardian)
    do {
      return try await withGRPCClient(transport: transport) { client in
        try await body(Cordon_V1_Enrollment.Client(wrapping: client))
      }
    } catch let error as RPCError {
      var failure = CordonError(error)
      if failure.kind == .unavailable {
        let why = refusals.last.map(\.message) ?? failure.message
        failure.message = "The collector's enrolment port at \(endpoint) does not answer: \(why)"
        failure.remedy = "Check the address, and that the site bundle is of the same site as the collector."
      }
      throw failure
    }
  }
}
