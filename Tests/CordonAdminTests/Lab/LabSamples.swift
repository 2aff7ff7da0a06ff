import Foundation

/// Files that lab commands read.
enum LabSamples {
  /// `numpy.savez_compressed(X=[[1, 2], [3, 4.5]] in Fortran order, y=[0, 1])` as NumPy 2.4 writes it.
  static let archive = [UInt8](
    Data(
      base64Encoded: [
        "UEsDBC0AAAAIAAAAIQAZcqw8//////////8FABQAWC5ucHkBABAAoAAAAAAAAABUAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l",
        "oG6TZqGuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBakArkaRjoKRpo6CrUK5AMuBjD4YA+hORwgNAOUFnIAAFBLAwQtAAAACAAA",
        "ACEAfmr7yf//////////BQAUAHkubnB5AQAQAJAAAAAAAAAASQAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZf",
        "VFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuBihghNIAUEsBAi0DLQAAAAgAAAAhABlyrDxUAAAAoAAAAAUAAAAA",
        "AAAAAAAAAIABAAAAAFgubnB5UEsBAi0DLQAAAAgAAAAhAH5q+8lJAAAAkAAAAAUAAAAAAAAAAAAAAIABiwAAAHkubnB5UEsFBgAA",
        "AAACAAIAZgAAAAsBAAAAAA==",
      ].joined())!)

  /// `numpy.savez_compressed(X=numpy.empty((0, 2**40), "u1"))` as NumPy 2.4 writes it.
  static let archiveOfCountlessColumns = [UInt8](
    Data(
      base64Encoded: [
        "UEsDBC0AAAAIAAAAIQCe053C//////////8FABQAWC5ucHkBABAAgAAAAAAAAABSAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l",
        "oF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GgY6CoYGlpamhoZmRubm5maaOgq1CiQBLgBQSwECLQMtAAAACAAA",
        "ACEAntOdwlIAAACAAAAABQAAAAAAAAAAAAAAgAEAAAAAWC5ucHlQSwUGAAAAAAEAAQAzAAAAiQAAAAAA",
      ].joined())!)
}
