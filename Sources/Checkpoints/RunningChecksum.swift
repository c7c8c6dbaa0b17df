/// A checksum that bytes are added to, in order.
protocol RunningChecksum: AnyObject {
  /// Adds bytes.
  func update(_ bytes: UnsafeRawBufferPointer)

  /// Ends the checksum.
  ///
  /// - Returns: hexadecimal digits.
  func finish() -> String
}
