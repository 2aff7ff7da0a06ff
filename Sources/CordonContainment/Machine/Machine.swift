package import CordonCore

/// What containment reads of a machine before it decides; tests hand in their own.
package protocol Machine: Sendable {
  var bootID: String { get }
  /// A process that lives now; nil where there is none of that number.
  func process(_ pid: UInt32) -> ProcessFacts?
  /// Every process that lives now.
  func processes() -> [ProcessFacts]
  /// Descendants of a process that are not below it any more, because whoever was between has ended.
  func escaped(from root: ProcessFacts) -> [ProcessFacts]
  /// Addresses to stay reachable, as configured now.
  func network() -> NetworkFacts
}

extension Machine {
  /// No larger tree is frozen: more than any program has, few enough to journal.
  package static var mostInTree: Int { 4096 }

  package func escaped(from root: ProcessFacts) -> [ProcessFacts] { [] }

  /// The process with its descendants, itself first, also those that left its tree; `target-gone` and `target-changed`
  /// where it is not that one.
  ///
  /// - Parameter known: found to belong to it before; their children do as well, whoever is their parent by now.
  package func tree(
    of target: ProcessRef, with known: [(pid: UInt32, startTicks: UInt64)] = []
  ) throws(CordonError) -> [ProcessFacts] {
    let root = try current(target)
    let children = Dictionary(grouping: processes(), by: \.parent)
    var tree = [root]
    var seen: Set<UInt32> = [root.pid]
    let further = known.compactMap { known in
      process(known.pid).flatMap { $0.startTicks == known.startTicks ? $0 : nil }
    }
    for facts in further + escaped(from: root) where !facts.isDead && seen.insert(facts.pid).inserted {
      tree.append(facts)
    }
    var next = 0
    while next < tree.count {
      for child in children[tree[next].pid] ?? [] where seen.insert(child.pid).inserted {
        tree.append(self.process(child.pid) ?? child)
      }
      next += 1
      guard tree.count <= Self.mostInTree else {
        throw CordonError(
          .exhausted, "too-large", "The process \(target.pid) has more than \(Self.mostInTree) descendants.")
      }
    }
    return tree
  }

  /// The process, where it is still the one meant: a pid alone is reused.
  package func current(_ target: ProcessRef) throws(CordonError) -> ProcessFacts {
    guard target.bootID == bootID else {
      throw CordonError(
        .missing, "target-changed", "The process \(target.pid) was of another boot of this machine.")
    }
    guard let process = process(target.pid), !process.isDead else {
      throw CordonError(.missing, "target-gone", "The process \(target.pid) has ended.")
    }
    guard process.startTicks == target.startTicks else {
      throw CordonError(
        .missing, "target-changed", "The number \(target.pid) belongs to another process now.")
    }
    return process
  }
}
