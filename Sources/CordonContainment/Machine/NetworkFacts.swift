package import CordonCore

/// Addresses that this machine needs to stay manageable.
package struct NetworkFacts: Hashable, Sendable {
  package var own: Set<IPAddress>
  package var gateways: Set<IPAddress>
  package var resolvers: Set<IPAddress>
  package var dhcpServers: Set<IPAddress>
  package var collectors: Set<IPAddress>

  package init(
    own: Set<IPAddress> = [], gateways: Set<IPAddress> = [], resolvers: Set<IPAddress> = [],
    dhcpServers: Set<IPAddress> = [], collectors: Set<IPAddress> = []
  ) {
    self.own = own
    self.gateways = gateways
    self.resolvers = resolvers
    self.dhcpServers = dhcpServers
    self.collectors = collectors
  }
}
