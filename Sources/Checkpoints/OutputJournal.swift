internal import CFileIO

/// What an unfinished output holds already: a record of every range that was written.
///
/// Every rank has a file of its own, one line per record. A line ends with a checksum of itself,
/// so that one that was cut short is ignored. Nothing in it is believed without looking at the
/// bytes that it speaks of.
public struct OutputJournal: Sendable, Equatable {
  /// One range of one file.
  public struct Record: Sendable, Hashable {
    /// The shard, as a position in the layout.
    public let shard: Int
    /// Its bytes.
    public let bytes: Range<Int>
    /// Their checksum.
    public let checksum: UInt64
  }

  /// The records, by shard and position.
  public var records: [Record]

  /// A journal of these records.
  public init(_ records: [Record] = []) {
    self.records = records.sorted {
      ($0.shard, $0.bytes.lowerBound, $0.bytes.upperBound)
        < ($1.shard, $1.bytes.lowerBound, $1.bytes.upperBound)
    }
  }

  /// Bytes that any record speaks of, those of two counted once.
  public var byteCount: Int { Coverage(records).byteCount }

  /// What to note of bytes that were written: pieces that are verified one at a time.
  static func records(of bytes: UnsafeRawBufferPointer, at offset: Int, shard: Int) -> [Record] {
    stride(from: 0, to: bytes.count, by: piece).map { start in
      let end = min(start + piece, bytes.count)
      return Record(
        shard: shard, bytes: offset + start..<offset + end,
        checksum: checksum(UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
    }
  }

  /// Bytes of one record at most.
  private static let piece = 8 << 20

  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    cfile_checksum(bytes.baseAddress, bytes.count)
  }
}

extension OutputJournal {
  /// The first line of a journal of the plan `identity`.
  static func title(_ identity: String) -> String { "fusion_bench journal 3 \(identity)\n" }

  /// The line of a record.
  static func line(_ record: Record) -> String {
    let text =
      "\(record.shard) \(record.bytes.lowerBound) \(record.bytes.upperBound) "
      + String(record.checksum, radix: 16)
    return "\(text) \(String(seal(text), radix: 16))\n"
  }

  /// The records in a rank's file; none when it belongs to another plan.
  ///
  /// - Parameters:
  ///   - sizes: bytes of every shard; a record that leaves them is ignored.
  static func records(in text: [UInt8], identity: String, sizes: [Int]) -> [Record] {
    let lines = text.split(separator: UInt8(ascii: "\n"))
    guard let first = lines.first,
      Array(first) + [UInt8(ascii: "\n")] == Array(title(identity).utf8)
    else { return [] }
    return lines.dropFirst().compactMap { record(in: String(decoding: $0, as: UTF8.self), sizes) }
  }

  private static func record(in line: String, _ sizes: [Int]) -> Record? {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 5, let shard = Int(words[0]), let begin = Int(words[1]),
      let end = Int(words[2]), let checksum = UInt64(words[3], radix: 16),
      let sealed = UInt64(words[4], radix: 16),
      sealed == seal(words[0..<4].joined(separator: " ")),
      sizes.indices.contains(shard), begin >= 0, begin < end, end <= sizes[shard],
      end - begin <= piece
    else { return nil }
    return Record(shard: shard, bytes: begin..<end, checksum: checksum)
  }

  private static func seal(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { checksum(UnsafeRawBufferPointer($0)) }
  }
}

extension OutputJournal {
  /// All records as bytes, for other ranks.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(records.count * 32)
    for record in records {
      for word in [
        UInt64(record.shard), UInt64(record.bytes.lowerBound), UInt64(record.bytes.upperBound),
        record.checksum,
      ] {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
    return bytes
  }

  /// The records that `encoded` gave.
  public init(encoded bytes: [UInt8]) {
    records = bytes.withUnsafeBytes { raw in
      (0..<raw.count / 32).map { number in
        let words = (0..<4).map {
          UInt64(
            littleEndian: raw.loadUnaligned(fromByteOffset: number * 32 + $0 * 8, as: UInt64.self))
        }
        return Record(
          shard: Int(words[0]), bytes: Int(words[1])..<Int(words[2]), checksum: words[3])
      }
    }
  }
}
