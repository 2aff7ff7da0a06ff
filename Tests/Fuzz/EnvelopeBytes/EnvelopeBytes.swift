import CordonCore
import CordonTrust

/// Any bytes as an envelope and as the files that sites hand about: no trap, and an envelope is written back as read.
func fuzzEnvelopeBytes(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  if let envelope = try? Envelope(serialized: bytes) {
    let written = try? envelope.serialized()
    precondition(written.flatMap { try? Envelope(serialized: $0) } == envelope, "an envelope is written back otherwise")
    _ = try? EnvelopeVerifier.bootstrap(envelope)
  }
  _ = try? SiteBundle(serialized: bytes)
  _ = try? KeyRotation(payload: bytes)
  _ = try? CollectorRequest(serialized: bytes)
  _ = try? CollectorGrant(serialized: bytes)
  return 0
}
