import CordonWire
package import GRPCCore

/// Connects over whatever transport it is handed: mutual TLS in the program, in process in tests.
package struct TransportConnector<Transport: ClientTransport>: AdminConnecting {
  private let makeTransport: @Sendable (CollectorAccess) throws -> Transport

  package init(_ makeTransport: @escaping @Sendable (CollectorAccess) throws -> Transport) {
    self.makeTransport = makeTransport
  }

  package func withClients<Result: Sendable>(
    to collector: CollectorAccess, _ body: (CollectorClients) async throws -> Result
  ) async throws -> Result {
    try await withGRPCClient(transport: try makeTransport(collector)) { client in
      try await body(
        CollectorClients(
          admin: Cordon_V1_Admin.Client(wrapping: client), identity: Cordon_V1_Identity.Client(wrapping: client)))
    }
  }
}
