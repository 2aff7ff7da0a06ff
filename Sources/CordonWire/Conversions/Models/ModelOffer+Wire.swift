package import CordonCore
import FoundationEssentials

extension Cordon_V1_ModelOffer {
  /// A bundle's 2 MiB, its envelope and signatures.
  package static let mostBytes: UInt32 = (2 << 20) + (64 << 10)

  package init(_ offer: ModelOffer) {
    self.init()
    sha256 = Data(offer.digest)
    size = offer.size
    role = Cordon_V1_ModelRole(rawValue: Int(offer.role.rawValue)) ?? .unspecified
    ring = offer.ring
    serial = offer.serial
    schema = offer.schema
  }

  package func domain() throws(CordonError) -> ModelOffer {
    guard (1...Self.mostBytes).contains(size) else {
      throw CordonError(.invalid, "oversized", "A model of \(size) bytes is offered; the limit is \(Self.mostBytes).")
    }
    return ModelOffer(
      digest: try Bounded.digest(sha256, "model digest"), size: size,
      role: try Bounded.known(role.rawValue, as: ModelOffer.Role.self, "model role"), ring: ring, serial: serial,
      schema: schema)
  }
}
