import Glibc

/// Which processes hold sockets, by looking through /proc.
enum SocketOwners {
  /// Processes looked at, at most.
  static let processLimit = 32_768
  /// Descriptors of one process looked at, at most.
  static let descriptorLimit = 4096

  /// The process of each of some sockets, by inode; what is not found is left out. One walk for all of them.
  static func find(_ inodes: Set<UInt32>, root: String = "/proc") -> [UInt32: UInt32] {
    var owners: [UInt32: UInt32] = [:]
    guard !inodes.isEmpty else { return owners }
    var processes = 0
    forEachName(in: root) { name in
      guard let pid = UInt32(name) else { return true }
      processes += 1
      var descriptors = 0
      forEachName(in: "\(root)/\(name)/fd") { descriptor in
        descriptors += 1
        if let inode = inode(of: "\(root)/\(name)/fd/\(descriptor)"), inodes.contains(inode), owners[inode] == nil {
          owners[inode] = pid
        }
        return descriptors < descriptorLimit
      }
      return owners.count < inodes.count && processes < processLimit
    }
    return owners
  }

  /// Of a link such as `socket:[12345]`.
  private static func inode(of path: String) -> UInt32? {
    var target = [CChar](repeating: 0, count: 64)
    let length = readlink(path, &target, target.count)
    guard length > 9 else { return nil }
    let text = String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard text.hasPrefix("socket:["), text.hasSuffix("]") else { return nil }
    return UInt32(text.dropFirst(8).dropLast())
  }

  /// Calls a body with each name in a folder until it says no.
  private static func forEachName(in path: String, _ body: (String) -> Bool) {
    guard let folder = opendir(path) else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      guard body(name) else { return }
    }
  }
}
