/// What a file's name says about it, from raw bytes.
package enum PathName {
  /// What follows the last dot of the last component; empty without one, and for a hidden file's leading dot.
  package static func fileExtension(_ path: [UInt8]) -> ArraySlice<UInt8> {
    let name = path[(path.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0)...]
    guard let dot = name.lastIndex(of: 0x2E), dot > name.startIndex, dot + 1 < name.endIndex else { return [] }
    return name[(dot + 1)...]
  }

  package static func changesExtension(from: [UInt8], to: [UInt8]) -> Bool {
    !fileExtension(from).elementsEqual(fileExtension(to))
  }

  /// Whether a file's name was made from another's in the same folder: `a.doc.locked` or `a.locked` from `a.doc`.
  package static func isDerived(_ path: [UInt8], from original: [UInt8]) -> Bool {
    guard path != original else { return false }
    if path.count > original.count, path.starts(with: original), path[original.count] == 0x2E { return true }
    let stem = original.count - fileExtension(original).count
    guard stem > 0, stem < original.count else { return false }
    return path.count > stem && path[..<stem].elementsEqual(original[..<stem])
      && !path[stem...].contains(0x2F)
  }
}
