package import CordonCore
import Glibc

extension AdminEnvironment {
  /// The terminal, the variables and the standard streams of this process.
  package static func system(clock: any WallClock, connector: any AdminConnecting) -> AdminEnvironment {
    AdminEnvironment(
      clock: clock, variables: variables, write: { put($0, to: STDOUT_FILENO) },
      complain: { put($0, to: STDERR_FILENO) }, showsProgress: isatty(STDERR_FILENO) == 1,
      readInput: { (most) throws(CordonError) in
        try FileInput.drain(STDIN_FILENO, most: most, path: "standard input")
      }, connector: connector)
  }

  /// Writes all of a text to standard error.
  package static func complain(_ text: String) { put(text, to: STDERR_FILENO) }

  private static var variables: [String: String] {
    var found: [String: String] = [:]
    for name in ["HOME", "CORDON_HOME", "XDG_CONFIG_HOME"] {
      if let value = getenv(name) { found[name] = String(cString: value) }
    }
    return found
  }

  /// Gives up without a word where nobody reads any more, as in `cordon … | head`.
  private static func put(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      written += count
    }
  }
}
