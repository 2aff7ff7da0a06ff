import CordonTrust

/// Any bytes as an enrolment token: no trap, and what is taken for one is written as one that is read the same.
func fuzzEnrolmentToken(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
  guard let token = try? EnrolmentToken(text) else { return 0 }
  precondition((try? EnrolmentToken(token.text))?.text == token.text, "a token is written back otherwise")
  precondition(token.text.utf8.count <= EnrolmentToken.mostBytes && token.hash.count == 32)
  return 0
}
