package import CordonCore

/// One line of the journal; several in one record take effect together or not at all.
package enum JournalEntry: Hashable, Sendable {
  /// A hold as it is now; the first for a command is its intent.
  case hold(Hold)
  /// A hold came to its end.
  case closed(UniqueID)
  /// A command that was seen, and until when it must not be obeyed again.
  case remember(UniqueID, until: Timestamp)
  /// Something that counts against an hourly budget.
  case use(Use)
  /// To be told to the collector until its record is spooled.
  case outcome(Outcome)
  /// The worker has the outcome of that moment on disk.
  case spooled(UniqueID, Outcome.State, at: Timestamp)

  /// An action that was taken on automation's word.
  package struct Use: Hashable, Sendable {
    package var authority: Authority
    package var action: Action.Name
    package var at: Moment

    package init(authority: Authority, action: Action.Name, at: Moment) {
      self.authority = authority
      self.action = action
      self.at = at
    }
  }
}
