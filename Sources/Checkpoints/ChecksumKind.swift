/// How files are summed.
public enum ChecksumKind: String, Sendable, CaseIterable {
  /// SHA-256 (FIPS 180-4): 64 digits, as `sha256sum` prints. Nobody can make another file of the same.
  case sha256
  /// XXH3 with 128 bits: 32 digits, as `xxh128sum` prints. Against accidents only; takes a tenth of the
  /// time or less.
  case xxh128

  /// A sum of no bytes.
  func start() -> any RunningChecksum {
    switch self {
    case .sha256: SHA256()
    case .xxh128: XXH128()
    }
  }
}
