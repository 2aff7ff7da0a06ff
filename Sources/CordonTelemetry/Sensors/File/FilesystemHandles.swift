import CLinux
import CordonCore
import Glibc
import Synchronization

/// An open folder of each of some file systems, through which the kernel's handles become paths and files.
final class FilesystemHandles: Sendable {
  /// By the file system's id, 8 bytes.
  private let folders: Mutex<[[UInt8]: Int32]>

  /// Takes the descriptors over.
  init(_ folders: [[UInt8]: Int32] = [:]) { self.folders = Mutex(folders) }

  deinit { folders.withLock { for folder in $0.values { close(folder) } } }

  /// Adds the file system of a folder, where it is not there yet.
  func add(_ folder: String) {
    let opened = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard opened >= 0 else { return }
    var id = [UInt8](repeating: 0, count: 8)
    let isNew =
      cordon_filesystem_id(opened, &id) == 0
      && folders.withLock { folders in
        guard folders[id] == nil else { return false }
        folders[id] = opened
        return true
      }
    if !isNew { close(opened) }
  }

  private func mount(_ filesystem: [UInt8]) -> Int32? { folders.withLock { $0[filesystem] } }

  /// The path of an event's folder; nil where it is gone, or of another file system.
  func folder(of place: FanotifyEvent.Place) -> [UInt8]? {
    guard let mount = mount(place.filesystem) else { return nil }
    let opened = cordon_open_by_handle(mount, place.folder, place.folder.count, 0)
    guard opened >= 0 else { return nil }
    defer { close(opened) }
    var path = [CChar](repeating: 0, count: CanonicalName.pathLimit)
    let length = readlink("/proc/self/fd/\(opened)", &path, path.count)
    guard length > 0, path[0] == 0x2F else { return nil }
    return path.prefix(length).map { UInt8(bitPattern: $0) }
  }

  /// The file of an event, opened to be read; -1 where it is gone.
  func open(_ file: (filesystem: [UInt8], handle: [UInt8])) -> Int32 {
    guard let mount = mount(file.filesystem) else { return -1 }
    return cordon_open_by_handle(mount, file.handle, file.handle.count, 1)
  }
}

extension FanotifyEvent.Place {
  /// The whole path, given the folder's; nil where it is too long.
  func path(in folder: [UInt8]) -> [UInt8]? {
    let path = (folder == [0x2F] ? folder : folder + [0x2F]) + name
    return path.count <= CanonicalName.pathLimit ? path : nil
  }
}
