package import CordonCore
import Crypto
import FoundationEssentials

extension FeatureDefinition {
  /// First 8 bytes of SHA-256 of the definition, the first byte the most significant: what a model binds its columns to.
  package var digest: UInt64 {
    SHA256.hash(data: Data(canonicalText.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
