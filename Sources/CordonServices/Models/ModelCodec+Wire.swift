package import CordonCollector
import CordonLearning
import CordonWire

extension ModelCodec {
  /// Bundles as the wire carries them.
  package static let wire = ModelCodec(encode: { try $0.encoded() }, decode: { try ModelBundle(encoded: $0) })
}
