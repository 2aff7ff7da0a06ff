package import CordonCore
package import GRPCCore

// An error crosses the wire whole: its status for any client, its kind, code and remedy as trailers for ours.
extension CordonError: RPCErrorConvertible {
  private static let kindKey = "cordon-kind"
  private static let codeKey = "cordon-code"
  private static let remedyKey = "cordon-remedy-bin"

  /// Bytes of a text taken from a peer's error; what is longer is cut.
  private static let longestText = 4096

  package var rpcErrorCode: RPCError.Code {
    switch kind {
    case .invalid: .invalidArgument
    case .denied: .permissionDenied
    case .missing: .notFound
    case .conflict: .failedPrecondition
    case .exhausted: .resourceExhausted
    case .unavailable: .unavailable
    case .inputOutput: .dataLoss
    case .defect: .internalError
    }
  }

  package var rpcErrorMessage: String { message }

  package var rpcErrorMetadata: Metadata {
    var metadata: Metadata = [:]
    metadata.addString(kind.rawValue, forKey: Self.kindKey)
    metadata.addString(code, forKey: Self.codeKey)
    if !remedy.isEmpty { metadata.addBinary(Array(remedy.utf8), forKey: Self.remedyKey) }
    return metadata
  }

  /// What a call failed with: our own error as it was thrown over there, or the nearest to a foreign one.
  ///
  /// Texts are bounded, and stripped of control characters: the peer may be hostile and the reader a terminal.
  package init(_ error: RPCError) {
    let kind = error.metadata[stringValues: Self.kindKey].first { _ in true }.flatMap(Kind.init(rawValue:))
    let code = error.metadata[stringValues: Self.codeKey].first { _ in true } ?? "rpc-\(Self.name(of: error.code))"
    let remedy = error.metadata[binaryValues: Self.remedyKey].first { _ in true } ?? []
    self.init(
      kind ?? Self.kind(of: error.code), Self.plain(code), Self.plain(error.message),
      remedy: Self.plain(String(decoding: remedy, as: UTF8.self)))
  }

  private static func kind(of code: RPCError.Code) -> Kind {
    switch code {
    case .invalidArgument, .outOfRange: .invalid
    case .permissionDenied, .unauthenticated: .denied
    case .notFound: .missing
    case .alreadyExists, .failedPrecondition, .aborted: .conflict
    case .resourceExhausted: .exhausted
    case .unavailable, .deadlineExceeded, .cancelled: .unavailable
    case .dataLoss: .inputOutput
    default: .defect
    }
  }

  private static func name(of code: RPCError.Code) -> String {
    "\(code)".map { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }.joined()
  }

  private static func plain(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(longestText) {
      let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
      scalars.append(isControl ? " " : scalar)
    }
    return String(scalars)
  }
}
