import CordonCore
import CordonWire
import Crypto
import FoundationEssentials
import GRPCCore

extension TestCollector {
  func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

  /// An artifact's bytes from an offset on, as an agent puts them together.
  func fetch(_ digest: [UInt8], from offset: Int, as machine: TestMachine) async throws -> [UInt8] {
    try await calling(as: machine.peer) { client in
      var request = Cordon_V1_FetchRequest()
      request.sha256 = Data(digest)
      request.offset = UInt64(offset)
      return try await Cordon_V1_Artifacts.Client(wrapping: client).fetch(request) { response in
        var bytes: [UInt8] = []
        for try await chunk in response.messages { bytes += [UInt8](chunk.data) }
        return bytes
      }
    }
  }
}

/// Values that a test needs and does not care about.
enum Samples {
  /// The n-th agent that nobody enrolled.
  static func agent(_ number: UInt8) throws -> AgentID {
    try AgentID(wire: Hex.encode([UInt8](repeating: number, count: AgentID.length / 2)))
  }
}
