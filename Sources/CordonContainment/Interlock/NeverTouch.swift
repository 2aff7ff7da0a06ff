package import CordonCore

/// What no signature moves the agent to touch: the machine's own lifelines, Cordon itself, and what policy adds.
package struct NeverTouch: Sendable {
  /// Process ids of Cordon on this machine: keeper and worker.
  package var ownProcesses: Set<UInt32>
  package var executables: Set<String>
  package var networks: [IPNetwork]
  /// Names that the policy sealed, opened.
  package var addresses: Set<IPAddress>

  package init(
    ownProcesses: Set<UInt32>, executables: Set<String> = [], networks: [IPNetwork] = [],
    addresses: Set<IPAddress> = []
  ) {
    self.ownProcesses = ownProcesses
    self.executables = executables
    self.networks = networks
    self.addresses = addresses
  }

  private static let builtInNetworks: [(network: IPNetwork?, name: String)] = [
    (IPNetwork("127.0.0.0/8"), "loopback"), (IPNetwork("::1/128"), "loopback"),
    (IPNetwork("0.0.0.0/8"), "unspecified"), (IPNetwork("::/128"), "unspecified"),
    (IPNetwork("224.0.0.0/4"), "multicast"), (IPNetwork("ff00::/8"), "multicast"),
    (IPNetwork("255.255.255.255/32"), "broadcast"),
  ]

  /// Refuses a tree of processes of which any member must not be touched.
  package func check(_ tree: [ProcessFacts]) throws(CordonError) {
    for process in tree {
      if process.pid == 1 { throw refusal("PID 1") }
      if process.isKernelThread || process.pid == 2 { throw refusal("a kernel thread") }
      if ownProcesses.contains(process.pid) { throw refusal("Cordon itself, or started it") }
      if executables.contains(process.executable), !process.executable.isEmpty {
        throw refusal("an executable that the policy protects")
      }
    }
  }

  /// Refuses an address that must not be cut off.
  package func check(_ address: IPAddress, network: NetworkFacts) throws(CordonError) {
    if let builtIn = Self.builtInNetworks.first(where: { $0.network?.contains(address) == true }) {
      throw refusal("a \(builtIn.name) address")
    }
    if network.own.contains(address) { throw refusal("an address of this machine") }
    if network.collectors.contains(address) { throw refusal("the collector") }
    if network.gateways.contains(address) { throw refusal("the gateway") }
    if network.resolvers.contains(address) { throw refusal("a DNS server") }
    if network.dhcpServers.contains(address) { throw refusal("a DHCP server") }
    if networks.contains(where: { $0.contains(address) }) || addresses.contains(address) {
      throw refusal("an address that the policy protects")
    }
  }

  private func refusal(_ what: String) -> CordonError {
    Refusal.neverTouch.error("The target is \(what), which is never touched.")
  }
}
