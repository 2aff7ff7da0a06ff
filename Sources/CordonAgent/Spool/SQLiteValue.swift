/// What is bound to a parameter of a statement.
package enum SQLiteValue: Hashable, Sendable {
  case integer(Int64)
  case text(String)
  case blob([UInt8])
  case null
}
