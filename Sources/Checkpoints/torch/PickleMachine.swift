/// Runs the part of pickle's stack machine that builds tensors and containers, and nothing else.
///
/// There are no objects to construct and no functions to call: a global that is not in
/// `TorchGlobal` ends the reading. Memory is bounded by the length of the pickle: every opcode adds
/// at most one value, and every value stands in at most one container per opcode.
///
/// Source: the opcodes of Python's `Lib/pickletools.py`, protocols 2 to 5.
struct PickleMachine {
  typealias Reference = PickleValue.Reference

  /// The most values that a pickle may build; a tensor takes about 16.
  static let valueLimit = 1 << 22

  let bytes: UnsafeBufferPointer<UInt8>
  let path: String
  var offset = 0
  var values: [PickleValue] = []
  var stack: [Reference] = []
  var marks: [Int] = []
  var memo: [Int: Reference] = [:]

  /// Prepares a machine.
  ///
  /// - Parameter path: the file, for messages.
  init(_ bytes: UnsafeBufferPointer<UInt8>, path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// Runs to the end.
  ///
  /// - Returns: the one value that is left.
  /// - Throws: `TorchError.pickle` and `.refusedGlobal`.
  mutating func run() throws -> Reference {
    guard bytes.first == 0x80 else { throw fault(.noProtocol) }
    var isRunning = true
    while isRunning {
      let start = offset
      do {
        isRunning = try step()
      } catch let fault as PickleFault {
        offset = start
        throw self.fault(fault)
      }
    }
    guard offset == bytes.count else { throw fault(.trailingBytes) }
    guard stack.count == 1, marks.isEmpty, let result = stack.first else {
      throw fault(.nothingLeft)
    }
    return result
  }

  /// Runs one opcode; false at the last.
  private mutating func step() throws -> Bool {
    let opcode = try byte()
    if opcode == UInt8(ascii: ".") { return false }
    let isKnown = try runData(opcode)
    if !isKnown, try !runStack(opcode) { throw PickleFault.opcode(opcode) }
    guard max(values.count, memo.count) <= Self.valueLimit else { throw PickleFault.tooManyValues }
    return true
  }

  func fault(_ fault: PickleFault) -> TorchError {
    .pickle(path: path, fault, offset: offset)
  }

  /// Opcodes that carry a value, or that concern the memo.
  private mutating func runData(_ opcode: UInt8) throws -> Bool {
    switch opcode {
    case 0x80:
      let number = Int(try byte())
      guard (2...5).contains(number) else { throw PickleFault.unknownProtocol(number) }
    case 0x95:
      // Frames say how to buffer a stream; all bytes are at hand.
      guard try integer(8) <= UInt64(bytes.count - offset) else { throw PickleFault.cutShort }
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "J"): push(.int(Int(Int32(truncatingIfNeeded: try integer(4)))))
    case UInt8(ascii: "K"): push(.int(Int(try integer(1))))
    case UInt8(ascii: "M"): push(.int(Int(try integer(2))))
    case 0x8A: push(try long(try count(1)))
    case 0x8B: push(try long(try count(4)))
    case UInt8(ascii: "G"):
      try skip(8)
      push(.opaque)
    case UInt8(ascii: "X"): push(.text(try text(try count(4))))
    case 0x8C: push(.text(try text(try count(1))))
    case 0x8D: push(.text(try text(try count(8))))
    case UInt8(ascii: "U"): push(.text(try text(try count(1))))
    case UInt8(ascii: "B"): try pushBytes(lengthBytes: 4)
    case UInt8(ascii: "C"): try pushBytes(lengthBytes: 1)
    case 0x8E, 0x96: try pushBytes(lengthBytes: 8)
    case UInt8(ascii: "q"): try remember(Int(try byte()))
    case UInt8(ascii: "r"): try remember(Int(try integer(4)))
    case 0x94: try remember(memo.count)
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(Int(try integer(4)))
    case UInt8(ascii: "c"):
      let module = try line()
      try pushGlobal(module + "." + (try line()))
    default: return false
    }
    return true
  }

  mutating func push(_ value: PickleValue) {
    stack.append(values.count)
    values.append(value)
  }

  mutating func pushGlobal(_ name: String) throws {
    guard let global = TorchGlobal(name) else {
      throw TorchError.refusedGlobal(path: path, name: name)
    }
    push(.global(global))
  }

  private mutating func pushBytes(lengthBytes: Int) throws {
    try skip(try count(lengthBytes))
    push(.opaque)
  }

  private mutating func remember(_ index: Int) throws {
    guard let top = stack.last, marks.last ?? 0 < stack.count else { throw PickleFault.emptyStack }
    memo[index] = top
  }

  private mutating func recall(_ index: Int) throws {
    guard let reference = memo[index] else { throw PickleFault.noMemo(index) }
    stack.append(reference)
  }
}
