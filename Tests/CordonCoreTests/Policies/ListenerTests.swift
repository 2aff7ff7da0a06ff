import CordonCore
import Testing

@Suite struct ListenerTests {
  @Test(arguments: [
    ("udp://0.0.0.0:514", "udp://0.0.0.0:514"), ("tls://[::]:6514", "tls://[::]:6514"),
    ("tcp://[2001:DB8::1]:601", "tcp://[2001:db8::1]:601"), ("tcp://192.0.2.1:65535", "tcp://192.0.2.1:65535"),
    ("https://0.0.0.0:8443", "https://0.0.0.0:8443"),
  ])
  func `a listener is written in one way`(text: String, canonical: String) {
    #expect(Listener(text)?.description == canonical)
  }

  @Test(arguments: [
    "", "udp", "udp://", "udp://0.0.0.0", "udp://0.0.0.0:0", "udp://0.0.0.0:65536", "udp://host:514",
    "http://0.0.0.0:1",
    "UDP://0.0.0.0:514", "udp://::1:514", "udp://[0.0.0.0]:514", "udp://0.0.0.0:514/", "udp://0.0.0.0:5 14",
  ])
  func `anything else is none`(text: String) { #expect(Listener(text) == nil) }
}
