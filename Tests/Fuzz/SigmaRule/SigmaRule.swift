import CordonCore
import CordonPolicy
import CordonTelemetry

/// Any bytes as a Sigma rule: no trap; a rule that comes out is sound, is written as Sigma that compiles to the same
/// rule, and is matched without a trap.
func fuzzSigmaRule(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let compiler = SigmaCompiler(checkExpression: { RegularExpression.problem(with: $0, options: $1) })
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  guard case .compiled(let rule) = compiler.compile(bytes, file: "fuzz.yml") else { return 0 }
  precondition(rule.isSound)
  let text = Array(SigmaText.render(rule).utf8)
  // Written out, a rule may pass the bound of a file.
  if text.count <= SigmaCompiler.mostBytes {
    precondition(compiler.compile(text, file: "again.yml") == .compiled(rule), "what was written is another rule")
  }
  guard var matcher = try? SigmaMatcher([rule]) else { preconditionFailure("a compiled rule is refused") }
  var event = SigmaEvent()
  for (_, field) in rule.source.fields { event.set(field, bytes) }
  var matched: [Int] = []
  matcher.match(event, of: rule.source, into: &matched)
  return 0
}
