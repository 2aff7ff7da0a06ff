extension FixedWidthInteger {
  /// The sum, or the greatest value where it would pass it.
  func addingSaturating(_ other: Self) -> Self {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
