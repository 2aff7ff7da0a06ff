import CordonCore
import FoundationEssentials

/// Bytes as messages hold them.
typealias Bytes = Data

extension UniqueID {
  /// As messages hold it.
  var data: Data { Data(bytes) }
}
