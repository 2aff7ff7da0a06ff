/// The version of everything that is built from this tree; packages and programs take it from here.
package enum CordonVersion {
  /// Semantic version.
  package static let text = "0.1.0"
}
