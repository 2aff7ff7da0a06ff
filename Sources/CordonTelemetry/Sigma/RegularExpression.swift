import CPCRE2
package import CordonCore

/// A rule author's expression, compiled by PCRE2, whose search gives up at a limit instead of running for ages.
///
/// Bytes are searched as they are, without regard to encoding; no just-in-time code is made, which the worker's
/// confinement forbids.
package final class RegularExpression: Sendable {
  /// Calls of PCRE2's matcher in one search: some milliseconds.
  package static let matchLimit: UInt32 = 50_000
  package static let depthLimit: UInt32 = 1_000
  /// KiB of heap in one search.
  package static let heapLimit: UInt32 = 1_024
  /// Levels of parentheses.
  package static let nestingLimit: UInt32 = 32

  /// What a search found.
  package enum Outcome: Hashable, Sendable {
    case found, notFound
    /// Not decided within the limits.
    case gaveUp
  }

  // Exempt: both are never written to after `init`, and PCRE2 lets any number of threads read them.
  nonisolated(unsafe) private let code: OpaquePointer
  nonisolated(unsafe) private let context: OpaquePointer

  /// Throws where the expression is none, with PCRE2's words and the offset in bytes.
  package init(_ text: String, options: SigmaExpressionOptions = []) throws(CordonError) {
    guard let compileContext = pcre2_compile_context_create_8(nil) else { throw Self.outOfMemory }
    defer { pcre2_compile_context_free_8(compileContext) }
    pcre2_set_parens_nest_limit_8(compileContext, Self.nestingLimit)
    var flags = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C
    if options.contains(.ignoresCase) { flags |= PCRE2_CASELESS }
    if options.contains(.byLine) { flags |= PCRE2_MULTILINE }
    if options.contains(.dotMatchesAll) { flags |= PCRE2_DOTALL }
    var number: Int32 = 0
    var offset = 0
    let pattern = Array(text.utf8)
    guard let code = pcre2_compile_8(pattern, pattern.count, flags, &number, &offset, compileContext) else {
      throw CordonError(.invalid, "expression", "\(Self.message(number)), at byte \(offset)")
    }
    guard let context = pcre2_match_context_create_8(nil) else {
      pcre2_code_free_8(code)
      throw Self.outOfMemory
    }
    pcre2_set_match_limit_8(context, Self.matchLimit)
    pcre2_set_depth_limit_8(context, Self.depthLimit)
    pcre2_set_heap_limit_8(context, Self.heapLimit)
    self.code = code
    self.context = context
  }

  deinit {
    pcre2_code_free_8(code)
    pcre2_match_context_free_8(context)
  }

  /// Looks for the expression anywhere in the bytes.
  package func search(_ bytes: Span<UInt8>) -> Outcome {
    guard let data = pcre2_match_data_create_8(1, nil) else { return .gaveUp }
    defer { pcre2_match_data_free_8(data) }
    let result = bytes.withUnsafeBufferPointer { buffer in
      pcre2_match_8(code, buffer.baseAddress, buffer.count, 0, 0, data, context)
    }
    // Zero: found, with more groups than there was room for.
    return result >= 0 ? .found : result == PCRE2_ERROR_NOMATCH ? .notFound : .gaveUp
  }

  /// What is wrong with an expression, for the policy's compiler; nil where it compiles.
  package static func problem(with text: String, options: SigmaExpressionOptions) -> String? {
    do throws(CordonError) {
      _ = try RegularExpression(text, options: options)
      return nil
    } catch {
      return error.message
    }
  }

  private static let outOfMemory = CordonError(.inputOutput, "memory", "There is no memory for an expression.")

  private static func message(_ number: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = pcre2_get_error_message_8(number, &buffer, buffer.count)
    return count < 0 ? "error \(number)" : String(decoding: buffer[..<Int(count)], as: UTF8.self)
  }
}
