import CordonAdmin

/// Any bytes as a date of a data file: no trap, and a number that a calendar has.
func fuzzDateText(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
  guard let number = DateText.number(text) else { return 0 }
  // Days of the years 1 to 9999, or seconds of a day.
  precondition((-719_162...2_932_897).contains(number), "a date lies outside the calendar")
  return 0
}
