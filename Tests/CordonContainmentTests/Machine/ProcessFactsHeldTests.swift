import CordonContainment
import Testing

@Suite struct ProcessFactsHeldTests {
  static func facts(_ pid: UInt32, parent: UInt32, _ state: String) -> ProcessFacts {
    ProcessFacts(pid: pid, parent: parent, startTicks: 1, state: state.utf8.first ?? 0)
  }

  /// A parent in vfork counts as held only while a child of its own is stopped.
  @Test(arguments: [
    ("T", "S", true), ("t", "S", true), ("D", "T", true), ("D", "S", false), ("D", "Z", false), ("S", "T", false),
    ("R", "T", false),
  ])
  func parentAndChild(parent: String, child: String, isHeld: Bool) {
    let tree = [Self.facts(10, parent: 1, parent), Self.facts(11, parent: 10, child)]
    #expect(tree[0].isHeld(among: tree) == isHeld)
  }

  @Test func anothersChildDoesNotCount() {
    let tree = [Self.facts(10, parent: 1, "D"), Self.facts(12, parent: 9, "T")]
    #expect(!tree[0].isHeld(among: tree))
  }
}
