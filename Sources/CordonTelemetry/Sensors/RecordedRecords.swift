extension SensorBatch {
  /// The records of a recorded file, each with its length in 4 bytes before it; where one is damaged the rest counts as
  /// one dropped.
  ///
  /// - Parameters:
  ///   - limit: bytes of one record.
  ///   - isBigEndian: whether the length has its most significant byte first.
  init(recorded bytes: [UInt8], sensor: String, limit: Int = RecordQueue.recordSizeLimit, isBigEndian: Bool = false) {
    self.init(sensor: sensor)
    var start = 0
    while start + 4 <= bytes.count {
      let number = bytes.word32(at: start)
      let length = Int(isBigEndian ? number.byteSwapped : number)
      guard length <= limit, length <= bytes.count - start - 4 else { break }
      records.append(Array(bytes[(start + 4)..<(start + 4 + length)]))
      start += 4 + length
    }
    if start < bytes.count { dropped = 1 }
  }
}
