/// A small symmetric matrix and its eigenvectors.
///
/// Cyclic Jacobi rotations (Golub, Van Loan: "Matrix computations", 8.5): slow and accurate; meant for at most
/// `sizeLimit` rows. Cost: about 10 · size³; memory: 16 bytes an element.
struct SymmetricMatrix {
  static let sizeLimit = 160

  let size: Int
  /// Row-major; both halves are kept.
  private(set) var values: [Double]

  init(size: Int) {
    self.size = size
    values = [Double](repeating: 0, count: size * size)
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * size + column] }
    set {
      values[row * size + column] = newValue
      values[column * size + row] = newValue
    }
  }

  /// Eigenvalues, descending, and their vectors, row-major, one a row.
  func eigen() -> (values: [Double], vectors: [Double]) {
    var matrix = values
    var vectors = [Double](repeating: 0, count: size * size)
    for index in 0..<size { vectors[index * size + index] = 1 }
    let scale = matrix.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<Self.sweepLimit {
      var off = 0.0
      for row in 0..<size { for column in 0..<row { off += matrix[row * size + column] * matrix[row * size + column] } }
      guard off > scale * 1e-24 else { break }
      for first in 0..<size {
        for second in first + 1..<max(size, first + 1) {
          Self.rotate(&matrix, &vectors, size: size, first, second)
        }
      }
    }
    let order = (0..<size).sorted { matrix[$0 * size + $0] > matrix[$1 * size + $1] }
    return (
      order.map { matrix[$0 * size + $0] }, order.flatMap { vectors[$0 * size..<($0 + 1) * size] }
    )
  }

  private static let sweepLimit = 30

  /// Makes the element between two rows zero; `vectors` holds eigenvectors as rows.
  private static func rotate(
    _ matrix: inout [Double], _ vectors: inout [Double], size: Int, _ first: Int, _ second: Int
  ) {
    let element = matrix[first * size + second]
    guard abs(element) > .leastNormalMagnitude else { return }
    let theta = (matrix[second * size + second] - matrix[first * size + first]) / (2 * element)
    let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    for other in 0..<size {
      let (a, b) = (matrix[other * size + first], matrix[other * size + second])
      matrix[other * size + first] = cosine * a - sine * b
      matrix[other * size + second] = sine * a + cosine * b
    }
    for other in 0..<size {
      let (a, b) = (matrix[first * size + other], matrix[second * size + other])
      matrix[first * size + other] = cosine * a - sine * b
      matrix[second * size + other] = sine * a + cosine * b
      let (u, v) = (vectors[first * size + other], vectors[second * size + other])
      vectors[first * size + other] = cosine * u - sine * v
      vectors[second * size + other] = sine * u + cosine * v
    }
  }
}
