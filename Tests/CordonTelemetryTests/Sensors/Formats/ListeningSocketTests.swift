import CordonCore
import CordonTelemetry
import Glibc
import Testing

@Suite struct ListeningSocketTests {
  /// A port that nothing used a moment ago; another one where somebody took it since.
  static func bind(_ scheme: String, _ host: String) throws -> ListeningSocket {
    var last: (any Error)?
    for _ in 0..<20 {
      let text = "\(scheme)://\(host):\(Int.random(in: 20_000...60_000))"
      do { return try ListeningSocket(try #require(Listener(text))) } catch { last = error }
    }
    throw try #require(last)
  }

  @Test(arguments: ["udp", "tcp", "tls"]) func `it is bound where the policy says, and nobody else is`(
    scheme: String
  ) throws {
    let socket = try Self.bind(scheme, "127.0.0.1")
    #expect(fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0 && fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    #expect(socket.drops == 0)
    let error = #expect(throws: CordonError.self) { try ListeningSocket(socket.listener) }
    #expect(error?.message.contains("\(socket.listener)") == true)
  }

  @Test func `an address of another machine is none to listen on`() throws {
    #expect(throws: CordonError.self) { try ListeningSocket(try #require(Listener("tcp://192.0.2.1:6514"))) }
  }
}
