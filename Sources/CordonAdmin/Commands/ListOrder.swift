import ArgumentParser

/// What a list begins with.
enum ListOrder: String, CaseIterable, ExpressibleByArgument {
  case newest
  /// Of what is listed, the least p first.
  case rarest
}
