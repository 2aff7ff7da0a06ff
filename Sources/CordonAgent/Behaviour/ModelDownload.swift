import CordonCore
import CordonWire
import Crypto

/// A model that is being fetched, as far as it has come: a broken connection resumes where it ended.
struct ModelDownload: Sendable {
  let digest: [UInt8]
  let size: Int
  private(set) var bytes: [UInt8] = []

  init(digest: [UInt8], size: UInt32) {
    self.digest = digest
    self.size = Int(size)
  }

  var isComplete: Bool { bytes.count == size }

  /// Adds the next chunk. Codes: `artifact-chunk` for one that does not follow, or more than was offered.
  mutating func take(_ chunk: Cordon_V1_FetchChunk) throws(CordonError) {
    guard chunk.total == UInt64(size), chunk.offset == UInt64(bytes.count), chunk.data.count <= size - bytes.count
    else {
      throw CordonError(
        .invalid, "artifact-chunk", "The collector sent a part of the model that does not follow what came before.")
    }
    bytes.append(contentsOf: chunk.data)
  }

  /// Refuses bytes that are not what was offered (`digest`).
  static func check(_ bytes: [UInt8], _ digest: [UInt8]) throws(CordonError) {
    guard Array(SHA256.hash(data: bytes)) == digest else {
      throw CordonError(.denied, "digest", "What the collector sent is not the model that was offered.")
    }
  }
}
