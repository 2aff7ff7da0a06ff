package import CordonCore
package import Glibc

/// This machine, read from /proc, the routing tables, the resolver's configuration and DHCP leases.
package struct LinuxMachine: Machine {
  package let bootID: String
  private let collectors: @Sendable () -> Set<IPAddress>
  let kin: KinMemory

  /// The collectors' addresses are asked for each time, so that they may be resolved anew meanwhile.
  package init(bootID: String, kin: KinMemory = KinMemory(), collectors: @escaping @Sendable () -> Set<IPAddress>) {
    self.bootID = bootID
    self.kin = kin
    self.collectors = collectors
  }

  package func process(_ pid: UInt32) -> ProcessFacts? {
    guard let stat = KernelFile.text("/proc/\(pid)/stat", limit: 4096), var facts = ProcessFacts(stat: stat) else {
      return nil
    }
    if let link = KernelFile.link("/proc/\(pid)/exe") {
      facts.executable = link.hasSuffix(Self.deleted) ? String(link.dropLast(Self.deleted.count)) : link
    }
    return facts
  }

  package func processes() -> [ProcessFacts] {
    (KernelFile.names(in: "/proc") ?? []).compactMap { name in
      guard let pid = UInt32(name), let stat = KernelFile.text("/proc/\(pid)/stat", limit: 4096) else { return nil }
      return ProcessFacts(stat: stat)
    }
  }

  package func network() -> NetworkFacts {
    NetworkFacts(
      own: Self.ownAddresses(),
      gateways: NetworkFiles.gateways(
        v4: KernelFile.text("/proc/net/route", limit: NetworkFiles.limit) ?? "",
        v6: KernelFile.text("/proc/net/ipv6_route", limit: NetworkFiles.limit) ?? ""),
      resolvers: Self.addresses(in: ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"], NetworkFiles.resolvers),
      dhcpServers: Self.addresses(in: Self.leaseFiles(), NetworkFiles.dhcpServers), collectors: collectors())
  }

  private static let deleted = " (deleted)"

  private static func addresses(in files: [String], _ parse: (String) -> Set<IPAddress>) -> Set<IPAddress> {
    files.reduce(into: []) { addresses, file in
      addresses.formUnion(parse(KernelFile.text(file, limit: NetworkFiles.limit) ?? ""))
    }
  }

  private static func leaseFiles() -> [String] {
    ["/run/systemd/netif/leases", "/var/lib/dhcp", "/var/lib/NetworkManager"].flatMap { folder in
      (KernelFile.names(in: folder) ?? []).filter { folder.hasSuffix("leases") || $0.contains("lease") }
        .prefix(NetworkFiles.mostLeaseFiles).map { "\(folder)/\($0)" }
    }
  }

  private static func ownAddresses() -> Set<IPAddress> {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: Set<IPAddress> = []
    var next = first
    while let interface = next {
      defer { next = interface.pointee.ifa_next }
      guard let address = interface.pointee.ifa_addr, let own = IPAddress(socket: address) else { continue }
      addresses.insert(own)
    }
    return addresses
  }
}

extension IPAddress {
  /// From a socket address of either family; nil for others.
  package init?(socket: UnsafePointer<sockaddr>) {
    let raw = UnsafeRawPointer(socket)
    switch Int32(socket.pointee.sa_family) {
    case AF_INET:
      self.init(bytes: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) })
    case AF_INET6:
      self.init(bytes: withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) })
    default: return nil
    }
  }
}
