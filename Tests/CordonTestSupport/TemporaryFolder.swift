import Glibc

/// Runs a body with a folder of its own, mode 0700, which is removed afterwards with all that is in it.
package func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = try makeTemporaryFolder()
  defer { removeTree(path) }
  return try body(path)
}

/// As `withTemporaryFolder`, asynchronously.
package func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let path = try makeTemporaryFolder()
  defer { removeTree(path) }
  return try await body(path)
}

private struct TemporaryFolderFailure: Error { var errno: Int32 }

private func makeTemporaryFolder() throws -> String {
  var template = Array("/tmp/cordon-test-XXXXXX".utf8CString)
  guard let made = mkdtemp(&template) else { throw TemporaryFolderFailure(errno: errno) }
  return String(cString: made)
}

private func removeTree(_ path: String) {
  guard let folder = opendir(path) else {
    unlink(path)
    return
  }
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
    }
    guard name != ".", name != ".." else { continue }
    let child = "\(path)/\(name)"
    // A symbolic link is removed, never followed.
    if entry.pointee.d_type == UInt8(DT_DIR) { removeTree(child) } else { unlink(child) }
  }
  closedir(folder)
  rmdir(path)
}
