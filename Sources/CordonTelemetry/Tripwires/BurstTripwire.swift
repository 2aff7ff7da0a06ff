package import CordonCore

/// Many files encrypted by one process, or by the children of one, within seconds.
///
/// A file counts once, by its original name, when it is
/// - rewritten with content that looks encrypted,
/// - renamed to another extension, holding such content, or
/// - deleted after the same process wrote such content under a name made from its own (`a.doc` → `a.doc.locked`).
/// "Looks encrypted" is the policy's entropy floor and no format that is dense by design, so that compressing, importing
/// pictures or saving documents does not trip it. At most `groupLimit` processes in each of two generations are followed.
package struct BurstTripwire: Sendable {
  package static let groupLimit = 512
  /// The policy's number of files, at most.
  package static let fileLimit = 1024
  /// New files with such content that are remembered until their original is deleted.
  package static let copyLimit = 128
  /// Children of one parent that must take part before the parent is held to account.
  package static let leastChildren = 3

  private struct Item: Sendable {
    var time: Timestamp
    /// Of the original path.
    var file: Int
    var entropy: Float
    var changedExtension: Bool
    var child: UInt32
  }

  private struct Group: Sendable {
    var items: [Item] = []
    var copies: [(path: [UInt8], entropy: Float)] = []
    var paths: [[UInt8]] = []
  }

  private struct GroupKey: Hashable, Sendable {
    var pid: UInt32
    var startTicks: UInt64
    var isParent: Bool
  }

  private var settings: Policy.Tripwires.Burst
  private var groups = GenerationCache<GroupKey, Group>(limit: groupLimit)

  package init(settings: Policy.Tripwires.Burst = Policy.Tripwires.Burst()) { self.settings = settings }

  /// Takes other numbers; what was gathered stays.
  package mutating func use(_ settings: Policy.Tripwires.Burst) { self.settings = settings }

  package mutating func examine(_ observation: Observation) -> TripwireHit? {
    guard settings.isEnabled else { return nil }
    // Where the kernel does not say who acts, everybody's files count together, and nobody is named.
    let process = observation.process ?? ObservedProcess(pid: 0)
    let own = GroupKey(pid: process.pid, startTicks: process.startTicks, isParent: false)
    if let hit = take(observation, process, own) { return hit }
    // PID 1 and kernel threads' parent are the parents of everything.
    guard process.parent > 2, process.parentStartTicks > 0 else { return nil }
    return take(
      observation, process, GroupKey(pid: process.parent, startTicks: process.parentStartTicks, isParent: true))
  }

  private mutating func take(_ observation: Observation, _ process: ObservedProcess, _ key: GroupKey) -> TripwireHit? {
    guard Self.isOfInterest(observation.activity) else { return nil }
    var group = groups[key] ?? Group()
    guard let (original, item) = encrypted(observation, process, &group) else {
      if !group.items.isEmpty || !group.copies.isEmpty { groups[key] = group }
      return nil
    }
    let window = settings.within
    group.items.removeAll { item.time.since($0.time) > window || $0.file == item.file }
    if group.items.isEmpty { group.paths = [] }
    group.items.append(item)
    if group.paths.count < TripwireHit.fileLimit, !group.paths.contains(original) { group.paths.append(original) }
    let wanted = Int(min(max(settings.files, 1), UInt32(Self.fileLimit)))
    let children = Set(group.items.map(\.child)).count
    guard group.items.count >= wanted, !key.isParent || children >= Self.leastChildren else {
      groups[key] = group
      return nil
    }
    let hit = hit(observation, process, key, group)
    group.items = []
    groups[key] = group
    return hit
  }

  private static func isOfInterest(_ activity: Activity) -> Bool {
    activity == .fileWrite || activity == .fileRename || activity == .fileDelete
  }

  /// The item that an observation adds, if any, and the file's first name; remembers encrypted copies on the way.
  private func encrypted(
    _ observation: Observation, _ process: ObservedProcess, _ group: inout Group
  ) -> (original: [UInt8], item: Item)? {
    func item(_ original: [UInt8], _ entropy: Float, changedExtension: Bool) -> (original: [UInt8], item: Item) {
      let item = Item(
        time: observation.time, file: original.hashValue, entropy: entropy, changedExtension: changedExtension,
        child: process.pid)
      return (original, item)
    }
    switch observation.object {
    case .file(let file) where observation.activity == .fileWrite:
      guard let content = file.content, content.looksEncrypted(floor: settings.entropyFloor) else { return nil }
      guard file.isNew else { return item(file.path, content.entropy, changedExtension: false) }
      if group.copies.count >= Self.copyLimit { group.copies.removeFirst() }
      group.copies.append((file.path, content.entropy))
      return nil
    case .renamed(let from, let file):
      guard let content = file.content, content.looksEncrypted(floor: settings.entropyFloor),
        PathName.changesExtension(from: from, to: file.path)
      else { return nil }
      return item(from, content.entropy, changedExtension: true)
    case .file(let file) where observation.activity == .fileDelete:
      guard let copy = group.copies.firstIndex(where: { PathName.isDerived($0.path, from: file.path) }) else {
        return nil
      }
      let entropy = group.copies.remove(at: copy).entropy
      return item(file.path, entropy, changedExtension: true)
    default: return nil
    }
  }

  private func hit(
    _ observation: Observation, _ process: ObservedProcess, _ key: GroupKey, _ group: Group
  ) -> TripwireHit {
    let count = group.items.count
    let mean = group.items.reduce(0.0) { $0 + Double($1.entropy) } / Double(count)
    let changed = group.items.count(where: \.changedExtension)
    let first = group.items.map(\.time).min() ?? observation.time
    let seconds = Double(max(0, observation.time.since(first).milliseconds)) / 1000
    var predicate = "rewrote \(count) files in \(Self.tenths(seconds)) s with content that looks encrypted"
    predicate += " (\(Self.tenths(mean)) bits a byte)"
    if changed > 0 { predicate += " and gave \(changed) of them another extension" }
    if key.isParent { predicate += ", through its child processes" }
    let culprit =
      key.isParent ? ObservedProcess(pid: key.pid, startTicks: key.startTicks) : process
    return TripwireHit(
      .encryptionBurst, technique: "T1486", time: observation.time, process: culprit.pid == 0 ? nil : culprit,
      actor: observation.actor, files: group.paths,
      evidence: [
        .init(what: "files rewritten", value: Double(count), unit: "count"),
        .init(what: "mean entropy of their content", value: mean, unit: "bits a byte"),
        .init(what: "extensions changed", value: Double(changed), unit: "count"),
        .init(what: "time taken", value: seconds, unit: "s"),
      ],
      predicate: predicate, identity: culprit.pid == 0 ? "unknown" : culprit.identity)
  }

  /// One digit behind the point, without Foundation's formatting.
  private static func tenths(_ value: Double) -> String {
    let tenths = Int((min(max(value, 0), 1e9) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
