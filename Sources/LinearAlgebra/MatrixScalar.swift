/// A type that matrices are computed in: `Float` or `Double`.
public protocol MatrixScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// The letter that BLAS gives it.
  static var code: CChar { get }
}

extension Float: MatrixScalar {
  /// `s`
  public static var code: CChar { CChar(UInt8(ascii: "s")) }
}

extension Double: MatrixScalar {
  /// `d`
  public static var code: CChar { CChar(UInt8(ascii: "d")) }
}
