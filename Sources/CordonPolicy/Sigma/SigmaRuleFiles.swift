package import CordonCore

/// Where a policy's Sigma rules come from, and who judges their expressions: this room reads no files.
package struct SigmaRuleFiles: Sendable {
  /// What a path turned out to be.
  package enum Found: Sendable {
    case file([UInt8])
    /// The rule files of a folder and those below it.
    case folder([File])
  }

  package struct File: Sendable {
    package var path: String
    package var bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  /// Reads a path as the policy has it, which is meant from the policy's own folder.
  package var read: @Sendable (String) throws(CordonError) -> Found
  package var checkExpression: @Sendable (String, SigmaExpressionOptions) -> String?

  package init(
    checkExpression: @escaping @Sendable (String, SigmaExpressionOptions) -> String?,
    read: @escaping @Sendable (String) throws(CordonError) -> Found
  ) {
    self.checkExpression = checkExpression
    self.read = read
  }

  /// No files: rules must be written out, and their expressions are checked by agents alone.
  package static let none = SigmaRuleFiles(checkExpression: { _, _ in nil }) { path throws(CordonError) in
    throw CordonError(.invalid, "no-files", "\(path) cannot be read here: only rules written out are taken.")
  }
}
