import CordonCore
import CordonPolicy
import CordonTelemetry
import Glibc

/// Sigma rules on disk, as a person or a policy names them.
enum SigmaFolder {
  /// Folders within each other, files of one folder's tree, and their bytes together.
  static let mostDepth = 8
  static let mostFiles = 8192
  static let mostBytes = 64 << 20

  /// For a policy's compiler: paths are meant from `folder`, and expressions are judged by the engine that agents use.
  static func files(from folder: String, in environment: AdminEnvironment) -> SigmaRuleFiles {
    SigmaRuleFiles(checkExpression: { RegularExpression.problem(with: $0, options: $1) }) { path throws(CordonError) in
      try read(path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)", in: environment)
    }
  }

  /// A file, or every `.yml` and `.yaml` of a folder and those below it, by path.
  static func read(_ path: String, in environment: AdminEnvironment) throws(CordonError) -> SigmaRuleFiles.Found {
    guard isFolder(path) else {
      return .file(try FileInput.read(path, most: SigmaCompiler.mostBytes, in: environment))
    }
    var found: [SigmaRuleFiles.File] = []
    var bytes = 0
    try gather(path, depth: 0, in: environment, &found, &bytes)
    return .folder(found)
  }

  private static func gather(
    _ folder: String, depth: Int, in environment: AdminEnvironment, _ found: inout [SigmaRuleFiles.File],
    _ bytes: inout Int
  ) throws(CordonError) {
    guard depth < mostDepth else {
      throw CordonError(.invalid, "too-deep", "\(folder) is more than \(mostDepth) folders deep.")
    }
    for name in try names(in: folder) {
      let path = "\(folder)/\(name)"
      if isFolder(path) {
        try gather(path, depth: depth + 1, in: environment, &found, &bytes)
      } else if name.hasSuffix(".yml") || name.hasSuffix(".yaml") {
        let content = try FileInput.read(path, most: mostBytes, in: environment)
        bytes += content.count
        guard found.count < mostFiles, bytes <= mostBytes else {
          throw CordonError(
            .invalid, "oversized", "\(folder) brings more than \(mostFiles) rules or \(mostBytes) bytes.")
        }
        found.append(.init(path: path, bytes: content))
      }
    }
  }

  /// Sorted; without what begins with a point.
  private static func names(in folder: String) throws(CordonError) -> [String] {
    guard let stream = opendir(folder) else { throw FileInput.failure("read", folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }
}
