import CordonCore
import CordonTrust
import CordonWire

/// The site's keys of names on the keeper's disk, mode 0600, from the first rotation on.
struct HeldKeysFile: Sendable {
  private static let mostBytes = 16 << 10

  let path: String

  /// None where keys were never rotated. Code beyond files': `malformed`.
  func load() throws(CordonError) -> [EpochSecrets] {
    let bytes: [UInt8]
    do throws(CordonError) {
      bytes = try PrivateFile.read(path, most: Self.mostBytes)
    } catch  where error.kind == .missing { return [] }
    var epochs: [EpochSecrets] = []
    for keys in try Cordon_V1_HeldKeys(strictly: bytes, of: "held keys").epochs { epochs.append(try keys.domain()) }
    return epochs
  }

  func save(_ epochs: [EpochSecrets]) throws(CordonError) {
    var held = Cordon_V1_HeldKeys()
    held.epochs = epochs.map(Cordon_V1_EpochKeys.init)
    try PrivateFile.replace(path, holding: try held.strictBytes(of: "held keys"))
  }
}
