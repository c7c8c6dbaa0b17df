extension FuzzTarget {
  private static let globals = [
    ("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_tensor_v3"), ("torch._utils", "_rebuild_parameter"),
    ("torch", "FloatStorage"), ("torch", "HalfStorage"), ("torch.storage", "UntypedStorage"),
    ("torch", "Size"), ("torch", "float32"), ("torch", "device"), ("builtins", "set"),
    ("_codecs", "encode"),
  ]
  /// Opcodes without arguments.
  private static let plain =
    Array("N.(012]})ltdaesuRbQ".utf8) + [
      0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8F, 0x90, 0x91, 0x93, 0x94,
    ]

  /// A pickle of random steps, most of which leave the stack in order, and then a state dict.
  func program(_ random: inout SeededGenerator) -> [UInt8] {
    var pickle = PickleBuilder(protocol: UInt8(2 + random.below(4)))
    let wildness = random.pick([0, 0, 1, 6])
    for _ in 0..<random.below(12) {
      if random.below(12) < wildness {
        wildStep(&pickle, &random)
      } else {
        step(&pickle, &random)
        pickle.op("0")
      }
    }
    pickle.dictionary {
      $0.tensor(
        "w", storage: random.pick(["0", "0", "0", "1", "2"]), count: random.pick([12, 12, 4]),
        offset: number(&random), shape: [number(&random), number(&random)],
        strides: [number(&random), number(&random)])
    }
    return pickle.finish()
  }

  private func number(_ random: inout SeededGenerator) -> Int {
    switch random.below(60) {
    case 0: .max
    case 1: .min
    case 2: -1
    case 3: 1 << 32
    case 4: Int(truncatingIfNeeded: random.next())
    default: random.below(5)
    }
  }

  /// One value more.
  private func step(_ pickle: inout PickleBuilder, _ random: inout SeededGenerator) {
    switch random.below(6) {
    case 0: pickle.text(random.pick(["a", "storage", "0", "cpu", "state_dict", "torch", "\u{e9}"]))
    case 1: pickle.int(number(&random))
    case 2:
      let (module, name) = random.pick(Self.globals)
      pickle.global(module, name)
    case 3: pickle.storage(random.pick(["0", "1", "x"]), count: random.below(20))
    case 4: pickle.ints((0..<random.below(4)).map { _ in number(&random) })
    default:
      pickle.dictionary {
        $0.tensor(
          random.pick(["a", "b"]), storage: "0", count: 12, offset: random.below(3),
          shape: [random.below(4), 2], strides: [random.below(5), 1])
      }
    }
  }

  private func wildStep(_ pickle: inout PickleBuilder, _ random: inout SeededGenerator) {
    switch random.below(6) {
    case 0: pickle.bytes += [UInt8(ascii: "q"), UInt8(random.below(4))]
    case 1: pickle.bytes += [UInt8(ascii: "h"), UInt8(random.below(4))]
    case 2: pickle.bytes += [UInt8(random.below(256))]
    case 3:
      // Lengths that lie.
      pickle.bytes.append(random.pick([0x58, 0x8B, 0x8C, 0x8D, 0x8E, 0x96, 0x42, 0x43, 0x95]))
      pickle.bytes += (0..<random.pick([1, 4, 8])).map { _ in random.pick([0, 1, 0x7F, 0xFF]) }
    case 4:
      // What a sound pickle holds, called on what is at hand.
      step(&pickle, &random)
      step(&pickle, &random)
      pickle.bytes.append(random.pick([UInt8(ascii: "R"), 0x81, 0x86, UInt8(ascii: "b")]))
    default: pickle.bytes.append(random.pick(Self.plain))
    }
  }
}
