package import GRPCCore
import ServiceLifecycle

/// A gRPC server as a service: on graceful shutdown it takes no new RPC and lets open ones end.
package struct GRPCServerService<Transport: ServerTransport>: Service {
  package let server: GRPCServer<Transport>

  package init(_ server: GRPCServer<Transport>) { self.server = server }

  package func run() async throws {
    try await withGracefulShutdownHandler {
      try await server.serve()
    } onGracefulShutdown: {
      server.beginGracefulShutdown()
    }
  }
}

/// A gRPC client as a service: it keeps the connections on which others make calls.
package struct GRPCClientService<Transport: ClientTransport>: Service {
  package let client: GRPCClient<Transport>

  package init(_ client: GRPCClient<Transport>) { self.client = client }

  package func run() async throws {
    try await withGracefulShutdownHandler {
      try await client.runConnections()
    } onGracefulShutdown: {
      client.beginGracefulShutdown()
    }
  }
}

/// A closure as a service; it ends when it returns, and is cancelled on graceful shutdown.
package struct TaskService: Service, CustomStringConvertible {
  private let name: String
  private let body: @Sendable () async throws -> Void

  package init(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
    self.name = name
    self.body = body
  }

  package var description: String { name }

  package func run() async throws {
    // What cancellation ends has ended well.
    do { try await cancelWhenGracefulShutdown(body) } catch is CancellationError {}
  }
}
