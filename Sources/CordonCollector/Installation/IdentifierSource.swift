package import CordonCore
import Synchronization

/// Where a program takes new ids and random bytes from; tests hand in seeded randomness.
package final class IdentifierSource: Sendable {
  private let randomness: Mutex<any RandomNumberGenerator & Sendable>

  package init(_ randomness: sending any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()) {
    self.randomness = Mutex(randomness)
  }

  package func next(at time: Timestamp) -> UniqueID {
    withRandomness { UniqueID(at: time, randomness: &$0) }
  }

  /// Lends the randomness to a maker of tokens, salts and the like.
  package func withRandomness<Value: Sendable>(_ body: (inout AnyRandomness) -> Value) -> Value {
    randomness.withLock { wrapped in
      var any = AnyRandomness(wrapped: wrapped)
      let value = body(&any)
      wrapped = any.wrapped
      return value
    }
  }

  /// A generator of any kind, as one that generic code takes.
  package struct AnyRandomness: RandomNumberGenerator {
    fileprivate var wrapped: any RandomNumberGenerator & Sendable

    package mutating func next() -> UInt64 { wrapped.next() }
  }
}
