import CordonCore
import CordonTelemetry

/// Any bytes as a record of the machine's state, as the kernel's list of sockets and as its news of devices: no trap, and
/// a record that is read is written back the same.
func fuzzMachineRecord(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  if let record = MachineRecord(bytes) { precondition(record.encoded == bytes) }
  var sockets: [SocketDump.Entry] = []
  _ = try? SocketDump.read(bytes, .tcp, into: &sockets)
  precondition(sockets.count * 88 <= count)
  _ = StorageEvent.isNewDisk(bytes)
  return 0
}
