import CordonAgent
import CordonCore
import CordonTelemetry
import Crypto

private let key: EpochKey = {
  guard let key = EpochKey(epoch: 1, bytes: [UInt8](repeating: 7, count: 32)) else { preconditionFailure("no key") }
  return key
}()

private let machine: MachineID = {
  guard let machine = MachineID("0123456789abcdef0123456789abcdef") else { preconditionFailure("no machine") }
  return machine
}()

/// Any bytes as a list of names to pseudonymise: no trap, one line a name, or a refusal that names its places.
func fuzzNameList(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let ring = KeyRing(current: key)
  var names = NameImport(
    keys: PseudonymKeys(staff: ring, patient: ring, path: SymmetricKey(size: .bits256)), machine: machine)
  do throws(CordonError) {
    let table = try names.table(bytes, of: "fuzz.csv")
    let lines = bytes.split(separator: UInt8(ascii: "\n")).count
    precondition(table.split(separator: "\n").count <= max(1, lines), "more lines than the file has")
  } catch {
    precondition(error.code == "import" && error.message.hasPrefix("fuzz.csv:"), "a refusal without a place")
  }
  return 0
}
