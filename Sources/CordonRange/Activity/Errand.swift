/// One thing that somebody does at a screen; each leaves a handful of records.
enum Errand: Hashable, Sendable, CaseIterable {
  case openRecord, search, update, document, printing, web, mail, share, shell, remote, administer, export
}
