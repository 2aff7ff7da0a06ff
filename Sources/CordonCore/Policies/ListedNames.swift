/// The computers and devices whose names a policy lets leave in clear: those that its list or its registry names.
///
/// Made once a policy, because a gateway asks for every record; an exact name costs one look-up, however many there are.
package struct ListedNames: Sendable {
  private var exact: Set<[UInt8]> = []
  /// Those that are open at an end.
  private var patterns: [String] = []
  private var registered: Set<String>

  package init(_ policy: Policy) {
    for name in policy.logs.windowsComputers {
      if name.utf8.contains(0x2A) { patterns.append(name) } else { exact.insert(EdgePattern.folded(name)) }
    }
    registered = Set(policy.wire.devices.map(\.label))
  }

  /// Whether the policy's list has a computer; its case does not matter.
  package func hasComputer(_ name: String) -> Bool {
    !name.isEmpty
      && (exact.contains(EdgePattern.folded(name)) || patterns.contains { EdgePattern.matches(name, $0) })
  }

  /// Whether a label is a listed computer's or a registered device's.
  package func has(_ label: String) -> Bool { registered.contains(label) || hasComputer(label) }
}
