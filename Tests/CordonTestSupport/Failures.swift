import CordonCore
package import Testing

/// Expects a `CordonError` with a stable code.
package func expectRefusal(
  _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("expected \(code); nothing was refused", sourceLocation: sourceLocation)
  } catch let error as CordonError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected \(code); got \(error)", sourceLocation: sourceLocation)
  }
}

/// Expects a `CordonError` with a stable code, asynchronously.
package func expectRefusal(
  _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("expected \(code); nothing was refused", sourceLocation: sourceLocation)
  } catch let error as CordonError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("expected \(code); got \(error)", sourceLocation: sourceLocation)
  }
}
