/// Which members of a record are wanted, as a tree of their names: a reader passes over all others without a look.
///
/// A path's parts are parted by points: `winlog.event_data.Image` is the member `Image` of the member `event_data` of the
/// member `winlog`. Writers disagree about nesting, so that a member whose own name holds the points is the same. Names
/// are found by their first and last eight bytes in a table a node: no text is made of a name. Cost: one look a member.
package struct FieldTree: Sendable {
  /// Fields of one tree.
  package static let mostFields = 256
  /// Nodes of one tree.
  static let mostNodes = 256
  /// Bytes of one name.
  package static let mostNameBytes = 128

  /// What a name leads to.
  struct Found: Hashable {
    /// -1: the member itself is not wanted.
    var field: Int16
    /// -1: nothing within it is wanted.
    var node: Int16

    static let nothing = Found(field: -1, node: -1)
  }

  private struct Entry {
    var found = Found.nothing
    /// In `names`; the count is 0 in an empty entry.
    var start: Int32 = 0
    var count: Int32 = 0
  }

  /// A node's entries, in a table of a power of two that is at most half full.
  private struct Node {
    var start: Int
    var mask: Int
  }

  /// How many fields there are: numbers are below it.
  package let count: Int
  private var names: [UInt8] = []
  private var entries: [Entry] = []
  private var nodes: [Node] = []

  /// - Parameters:
  ///   - paths: each with its field's number, from 0 on; several may lead to one field. What is past a limit is left
  ///     out: the caller's list is its own.
  ///   - count: how many fields may be asked for, where some have no path.
  package init(_ paths: [(path: String, field: Int)], count: Int = 0) {
    self.count = min(Self.mostFields, max(count, (paths.map(\.field).max() ?? -1) + 1))
    var root = Draft()
    var nodeCount = 1
    for (path, field) in paths where field < self.count && path.utf8.count <= Self.mostNameBytes {
      let parts = path.split(separator: ".").map { Array($0.utf8) }
      guard !parts.isEmpty, nodeCount + parts.count <= Self.mostNodes else { continue }
      nodeCount += root.add(parts[...], field)
      // As one name with points.
      if parts.count > 1 { _ = root.add([Array(path.utf8)], field) }
    }
    _ = lay(root)
  }

  /// What a member's name leads to.
  ///
  /// - Parameters:
  ///   - node: the object's; 0 is the record itself.
  ///   - range: the name's bytes in `bytes`.
  func find(_ range: Range<Int>, of bytes: RawSpan, in node: Int) -> Found {
    let table = nodes[node]
    var slot = Int(truncatingIfNeeded: Self.hash(range, of: bytes)) & table.mask
    while true {
      let entry = entries[table.start + slot]
      if entry.count == 0 { return .nothing }
      if Int(entry.count) == range.count, isEqual(entry, range, bytes) { return entry.found }
      slot = (slot + 1) & table.mask
    }
  }

  private func isEqual(_ entry: Entry, _ range: Range<Int>, _ bytes: RawSpan) -> Bool {
    let start = Int(entry.start)
    let own = names.span.bytes
    var offset = 0
    while offset + 8 <= range.count {
      guard
        own.unsafeLoadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
          == bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound + offset, as: UInt64.self)
      else { return false }
      offset += 8
    }
    while offset < range.count {
      guard
        own.unsafeLoad(fromByteOffset: start + offset, as: UInt8.self)
          == bytes.unsafeLoad(fromByteOffset: range.lowerBound + offset, as: UInt8.self)
      else { return false }
      offset += 1
    }
    return true
  }

  /// Of the length and of eight bytes at either end, or of all bytes where there are fewer.
  private static func hash(_ range: Range<Int>, of bytes: RawSpan) -> UInt64 {
    var (first, last): (UInt64, UInt64) = (0, 0)
    if range.count >= 8 {
      first = bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self)
      last = bytes.unsafeLoadUnaligned(fromByteOffset: range.upperBound - 8, as: UInt64.self)
    } else {
      for position in range { first = first << 8 | UInt64(bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)) }
    }
    let mixed = (first ^ (last << 23 | last >> 41) ^ UInt64(range.count)) &* 0x9E37_79B9_7F4A_7C15
    return mixed >> 40
  }

  // MARK: Making

  private struct Draft {
    var members: [(name: [UInt8], field: Int16, child: Draft?)] = []

    /// Adds a path; returns how many nodes it took.
    mutating func add(_ parts: ArraySlice<[UInt8]>, _ field: Int) -> Int {
      guard let name = parts.first else { return 0 }
      var index = members.firstIndex { $0.name == name } ?? -1
      if index < 0 {
        index = members.count
        members.append((name, -1, nil))
      }
      let rest = parts.dropFirst()
      guard !rest.isEmpty else {
        members[index].field = Int16(field)
        return 0
      }
      var child = members[index].child ?? Draft()
      let made = members[index].child == nil ? 1 : 0
      let below = child.add(rest, field)
      members[index].child = child
      return made + below
    }
  }

  /// Lays a draft's node out, and those below it; returns its number.
  private mutating func lay(_ draft: Draft) -> Int16 {
    var size = 4
    while size < 2 * draft.members.count { size *= 2 }
    let number = nodes.count
    let start = entries.count
    nodes.append(Node(start: start, mask: size - 1))
    entries += Array(repeating: Entry(), count: size)
    for member in draft.members {
      let found = Found(field: member.field, node: member.child.map { lay($0) } ?? -1)
      let entry = Entry(found: found, start: Int32(names.count), count: Int32(member.name.count))
      names += member.name
      var slot = member.name.withUnsafeBytes {
        Int(truncatingIfNeeded: Self.hash(0..<$0.count, of: RawSpan(_unsafeBytes: $0))) & (size - 1)
      }
      while entries[start + slot].count > 0 { slot = (slot + 1) & (size - 1) }
      entries[start + slot] = entry
    }
    return Int16(number)
  }
}
