import CLinux
package import CordonCore
import Glibc

/// `block-address`: no packet to or from an address, in new and established flows, here and forwarded.
///
/// One nftables table of our own, `inet cordon`, holds every blocked address; it hooks in before connection tracking,
/// and is gone with the last hold. Nothing else's rules are read or changed.
package struct AddressBlock: ActionEffect {
  private let nft: Program

  package static let table = "inet cordon"
  /// How long a probe waits for an answer that must not come.
  package static let probePatience: Duration = .milliseconds(300)
  /// Tried where no connection to the address told us a port.
  package static let defaultPort: UInt16 = 443

  package init(nft: Program = Program(path: "/usr/sbin/nft")) { self.nft = nft }

  package func plan(_ target: Target, command: UniqueID, others: [Hold]) throws(CordonError) -> Undo {
    // Looking at the ruleset needs what changing it needs: the program, the kernel's side, the right to.
    _ = try run(["list", "tables"])
    return .unblock(try address(of: target))
  }

  package func apply(
    _ hold: Hold, others: [Hold], amend: (Undo) throws(CordonError) -> Void
  ) throws(CordonError) {
    let address = try address(of: hold.target)
    try change(Self.frame + ["add element \(Self.table) \(Self.set(address)) { \(address) }"])
    // The rules cut established flows by themselves; closing the sockets tells the programs at once.
    _ = sockets(of: address, isDry: false)
  }

  package func verify(_ hold: Hold) throws(CordonError) -> [String] {
    let address = try address(of: hold.target)
    let before = try listing()
    try checkRules(before, address)
    let left = sockets(of: address, isDry: true)
    let port = left.port == 0 ? Self.defaultPort : left.port
    let answer = ConnectionProbe.connect(Endpoint(address: address, port: port), within: Self.probePatience)
    let rule = FilterListing.Rule(chain: "out", match: "\(Self.family(address)) daddr @\(Self.set(address))")
    let dropped = (try listing().drops[rule] ?? 0).subtractingReportingOverflow(before.drops[rule] ?? 0).partialValue
    var evidence = ["the address is in the packet filter's set, with rules for input, output and forwarding"]
    switch answer {
    case .connected, .refused:
      throw .notEffective("A connection to the address was answered, although it is blocked.")
    case .silence, .notSent(EPERM):
      guard dropped > 0 else {
        throw .notEffective("A connection to the address was tried, and no packet was dropped.")
      }
      evidence.append("a connection from this machine got no answer; \(dropped) of its packets were seen dropped")
    case .notSent(let error):
      evidence.append("this machine has no way to the address (\(String(cString: strerror(error))))")
    }
    evidence.append(
      left.left == 0 ? "no connection to the address is left" : "\(left.left) connections are left, cut by the rules")
    return evidence
  }

  package func undo(_ hold: Hold, others: [Hold]) throws(CordonError) -> [String] {
    let address = try address(of: hold.target)
    let targets = others.map(\.target)
    if targets.contains(.address(address)) { return ["another order still blocks the address"] }
    let isLast = !targets.contains { if case .address = $0 { true } else { false } }
    if isLast {
      try change(["add table \(Self.table)", "delete table \(Self.table)"])
      return ["the packet filter's table is gone"]
    }
    // Adding first makes taking out idempotent, in one transaction.
    let element = "element \(Self.table) \(Self.set(address)) { \(address) }"
    try change(Self.frame + ["add " + element, "delete " + element])
    return ["the address is out of the packet filter's set"]
  }

  package func isInPlace(_ hold: Hold) -> Bool {
    do throws(CordonError) {
      try checkRules(try listing(), try address(of: hold.target))
      return true
    } catch {
      return false
    }
  }

  /// Takes out addresses that no hold names: what a lost journal left behind.
  package func unblockStrays(except holds: [Hold]) throws(CordonError) -> Int {
    let known = Set(holds.compactMap { if case .address(let address) = $0.target { address.description } else { nil } })
    guard try run(["list", "tables"]).output.split(separator: "\n").contains("table \(Self.table)") else { return 0 }
    if known.isEmpty {
      let count = try listing().elements.values.reduce(0) { $0 + $1.count }
      try change(["delete table \(Self.table)"])
      return count
    }
    var count = 0
    for (set, elements) in try listing().elements.sorted(by: { $0.key < $1.key }) {
      for stray in elements.sorted() where !known.contains(stray) && IPAddress(stray) != nil {
        try change(["delete element \(Self.table) \(set) { \(stray) }"])
        count += 1
      }
    }
    return count
  }
}

extension AddressBlock {
  /// Makes the table as it has to be, whatever was there, in one transaction with what follows.
  private static let frame: [String] =
    [
      "add table \(table)",
      "add set \(table) blocked4 { type ipv4_addr; }",
      "add set \(table) blocked6 { type ipv6_addr; }",
    ]
    + chains.flatMap { chain in
      [
        "add chain \(table) \(chain.name) { type filter hook \(chain.hook) priority -310; policy accept; }",
        "flush chain \(table) \(chain.name)",
      ] + chain.matches.map { "add rule \(table) \(chain.name) \($0) counter drop" }
    }

  private static let chains: [(name: String, hook: String, matches: [String])] = [
    ("in", "input", ["ip saddr @blocked4", "ip6 saddr @blocked6"]),
    ("out", "output", ["ip daddr @blocked4", "ip6 daddr @blocked6"]),
    (
      "forward", "forward",
      ["ip saddr @blocked4", "ip daddr @blocked4", "ip6 saddr @blocked6", "ip6 daddr @blocked6"]
    ),
  ]

  private static func set(_ address: IPAddress) -> String { address.isV4 ? "blocked4" : "blocked6" }

  private static func family(_ address: IPAddress) -> String { address.isV4 ? "ip" : "ip6" }

  private func checkRules(_ listing: FilterListing, _ address: IPAddress) throws(CordonError) {
    guard listing.elements[Self.set(address)]?.contains(address.description) == true else {
      throw .notEffective("The address is not in the packet filter's set.")
    }
    for chain in Self.chains {
      guard listing.hooks[chain.name] == chain.hook else {
        throw .notEffective("The packet filter's chain \(chain.name) is not on its hook.")
      }
      for match in chain.matches where listing.drops[.init(chain: chain.name, match: match)] == nil {
        throw .notEffective("The packet filter lacks a rule of its chain \(chain.name).")
      }
    }
  }

  private func sockets(of address: IPAddress, isDry: Bool) -> cordon_closed_sockets {
    var result = cordon_closed_sockets()
    // A kernel that cannot list or close sockets leaves the rules, which suffice.
    _ = cordon_close_sockets(address.bytes, address.bytes.count, isDry ? 1 : 0, &result)
    return result
  }

  private func listing() throws(CordonError) -> FilterListing {
    FilterListing(try run(["-nn", "list", "table", "inet", "cordon"]).output)
  }

  private func change(_ lines: [String]) throws(CordonError) {
    _ = try run(["-f", "-"], input: lines.joined(separator: "\n") + "\n")
  }

  private func run(_ arguments: [String], input: String = "") throws(CordonError) -> Program.Result {
    let result: Program.Result
    do throws(CordonError) { result = try nft.run(arguments, input: input) } catch {
      throw .notApplied(error.message, remedy: "Install the package nftables.")
    }
    guard result.status == 0 else {
      // The program repeats its input, which holds addresses: only its first words are for people elsewhere.
      let reason = result.errors.split(separator: "\n").first.map { $0.prefix { $0 != "{" } } ?? ""
      throw .notApplied("The packet filter refused the change: \(reason)")
    }
    return result
  }

  private func address(of target: Target) throws(CordonError) -> IPAddress {
    guard case .address(let address) = target else {
      throw CordonError(.defect, "target-kind", "Only an address can be blocked.")
    }
    return address
  }
}
