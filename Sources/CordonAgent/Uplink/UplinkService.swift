package import CordonCore
import CordonWire
package import GRPCCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Keeps an agent's stream to its collector: sends what the spool holds, takes in answers, passes directives on.
///
/// Decisions are `UplinkMachine`'s; this carries them out. When a stream ends, for whatever reason, everything that is
/// not acknowledged is sent again over the next one.
package final class UplinkService<Transport: ClientTransport>: Service, Sendable {
  /// Opens a connection, hands its client to the body, and closes the connection when the body returns.
  ///
  /// Called anew for each stream, so that a renewed certificate is used at the next one.
  package typealias Connector =
    @Sendable (_ body: @Sendable @escaping (GRPCClient<Transport>) async throws -> Void) async throws -> Void

  /// What the service works with.
  package struct Parts: Sendable {
    package var agent: AgentDescription
    package var spool: Spool
    package var status: any AgentStatusSource
    package var directives: any DirectiveHandler
    package var clock: any WallClock
    package var logger: Logger
    /// Works on the connection as long as the stream lives: it returns when it is cancelled.
    package var companion: @Sendable (GRPCClient<Transport>) async -> Void

    package init(
      agent: AgentDescription, spool: Spool, status: any AgentStatusSource, directives: any DirectiveHandler,
      clock: any WallClock, logger: Logger,
      companion: @escaping @Sendable (GRPCClient<Transport>) async -> Void = { _ in }
    ) {
      self.agent = agent
      self.spool = spool
      self.status = status
      self.directives = directives
      self.clock = clock
      self.logger = logger
      self.companion = companion
    }
  }

  let parts: Parts
  private let connector: Connector
  let machine: Mutex<UplinkMachine>
  private let origin = ContinuousClock.now

  package init(parts: Parts, settings: UplinkSettings = UplinkSettings(), connector: @escaping Connector) {
    self.parts = parts
    self.connector = connector
    machine = Mutex(UplinkMachine(settings: settings))
  }

  /// Whether records flow.
  package var isConnected: Bool { machine.withLock { $0.isStreaming } }

  /// How far the collector's clock is ahead; nil until a collector told.
  package var clockOffset: Duration? { machine.withLock { $0.clockOffset } }

  var elapsed: Duration { ContinuousClock.now - origin }

  /// Connects, again and again, until the program stops.
  package func run() async throws {
    await cancelWhenGracefulShutdown { await self.keepConnected() }
  }

  private func keepConnected() async {
    while !Task.isCancelled {
      let pause = machine.withLock { $0.connect(at: elapsed) }
      guard pause <= .zero else {
        // Cancellation ends the sleep, and then the loop.
        try? await ContinuousClock().sleep(for: pause)
        continue
      }
      do {
        try await connector { client in try await UplinkStream(service: self).run(client) }
        parts.logger.info("uplink ended by the collector")
      } catch {
        if !Task.isCancelled { parts.logger.warning("uplink ended", metadata: ["error": "\(error)"]) }
      }
      await parts.spool.rewind()
      machine.withLock { machine in
        var randomness = SystemRandomNumberGenerator()
        machine.ended(at: elapsed, randomness: &randomness)
      }
    }
  }
}
