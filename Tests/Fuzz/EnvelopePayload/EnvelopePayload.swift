import CordonCore
import CordonTrust

/// Any bytes as the payload of each type of envelope: no trap, and what is read is written back as it was read.
func fuzzEnvelopePayload(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  check(Roster.self, bytes)
  check(Policy.self, bytes)
  check(Command.self, bytes)
  check(LeaseRenewal.self, bytes)
  check(CommandRelease.self, bytes)
  check(TrustBundle.self, bytes)
  check(ModelOffer.self, bytes)
  return 0
}

private func check<Payload: EnvelopePayload & Equatable>(_ type: Payload.Type, _ bytes: [UInt8]) {
  guard let read = try? Payload(payload: bytes) else { return }
  let written = try? read.encodedPayload()
  precondition(written.flatMap { try? Payload(payload: $0) } == read, "\(type) is written back otherwise")
}
