import CordonCore
import CordonTelemetry

/// Any bytes as dpkg's database.
func fuzzPackageList(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  let packages = PackageInventory.installed(Array(UnsafeBufferPointer(start: data, count: count)))
  precondition(packages.count <= count)
  for (name, version) in packages {
    precondition(!name.isEmpty && max(name.utf8.count, version.utf8.count) <= 3 * CanonicalName.partLimit)
  }
  return 0
}
