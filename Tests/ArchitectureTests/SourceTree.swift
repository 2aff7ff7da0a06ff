import Foundation

/// The project's hand-written Swift files, as text.
enum SourceTree {
  struct File: Sendable, CustomStringConvertible {
    /// From the project's root, such as `Sources/CordonCore/Units/Hex.swift`.
    var path: String
    var lines: [Substring]

    var description: String { path }

    /// Target folder name.
    var room: String { String(path.split(separator: "/")[1]) }
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let sources = files(under: "Sources")
  static let tests = files(under: "Tests")

  static func text(_ path: String) -> String {
    (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
  }

  private static func files(under folder: String) -> [File] {
    let top = root.appendingPathComponent(folder).path
    let names = FileManager.default.enumerator(atPath: top)?.compactMap { $0 as? String } ?? []
    return names.sorted().filter { $0.hasSuffix(".swift") && !$0.contains("/Generated/") }.map { name in
      File(
        path: "\(folder)/\(name)",
        lines: text("\(folder)/\(name)").split(separator: "\n", omittingEmptySubsequences: false))
    }
  }
}
