/// A number that MPI can carry and reduce.
///
/// The type chooses the MPI datatype, so that count and datatype of a call cannot disagree.
public protocol MPIElement: BitwiseCopyable, Sendable {
  /// The MPI datatype of exactly this type's width and kind.
  static var mpiDatatype: MPIDatatype { get }
  /// A value to fill a buffer with before a message arrives in it.
  static var mpiZero: Self { get }
}

extension MPIElement where Self: Numeric {
  /// Zero.
  public static var mpiZero: Self { 0 }
}

extension Float: MPIElement {
  /// MPI's type for 32-bit floating point.
  public static var mpiDatatype: MPIDatatype { .float32 }
}
extension Double: MPIElement {
  /// MPI's type for 64-bit floating point.
  public static var mpiDatatype: MPIDatatype { .float64 }
}
extension Int8: MPIElement {
  /// MPI's type for signed 8-bit integers.
  public static var mpiDatatype: MPIDatatype { .int8 }
}
extension Int16: MPIElement {
  /// MPI's type for signed 16-bit integers.
  public static var mpiDatatype: MPIDatatype { .int16 }
}
extension Int32: MPIElement {
  /// MPI's type for signed 32-bit integers.
  public static var mpiDatatype: MPIDatatype { .int32 }
}
extension Int64: MPIElement {
  /// MPI's type for signed 64-bit integers.
  public static var mpiDatatype: MPIDatatype { .int64 }
}
extension UInt8: MPIElement {
  /// MPI's type for unsigned 8-bit integers.
  public static var mpiDatatype: MPIDatatype { .uint8 }
}
extension UInt16: MPIElement {
  /// MPI's type for unsigned 16-bit integers.
  public static var mpiDatatype: MPIDatatype { .uint16 }
}
extension UInt32: MPIElement {
  /// MPI's type for unsigned 32-bit integers.
  public static var mpiDatatype: MPIDatatype { .uint32 }
}
extension UInt64: MPIElement {
  /// MPI's type for unsigned 64-bit integers.
  public static var mpiDatatype: MPIDatatype { .uint64 }
}
extension Int: MPIElement {
  /// MPI's type for signed integers of this platform's word.
  public static var mpiDatatype: MPIDatatype {
    #if _pointerBitWidth(_64)
      .int64
    #else
      .int32
    #endif
  }
}
extension UInt: MPIElement {
  /// MPI's type for unsigned integers of this platform's word.
  public static var mpiDatatype: MPIDatatype {
    #if _pointerBitWidth(_64)
      .uint64
    #else
      .uint32
    #endif
  }
}
