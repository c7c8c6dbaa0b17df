extension MalformedInput {
  private static let evil = [
    ("os", "system"), ("posix", "system"), ("nt", "system"), ("posix", "popen"), ("os", "popen"),
    ("os", "execv"), ("os", "remove"), ("subprocess", "Popen"), ("subprocess", "call"),
    ("subprocess", "check_output"), ("builtins", "eval"), ("builtins", "exec"),
    ("builtins", "getattr"), ("builtins", "__import__"), ("builtins", "open"),
    ("builtins", "compile"), ("__builtin__", "eval"), ("__builtin__", "execfile"),
    ("importlib", "import_module"), ("runpy", "run_path"), ("pickle", "loads"),
    ("_pickle", "loads"), ("torch", "load"), ("torch", "compile"), ("torch.hub", "load"),
    ("torch.jit", "load"), ("torch.utils.cpp_extension", "load_inline"), ("shutil", "rmtree"),
    ("webbrowser", "open"), ("socket", "socket"), ("ctypes", "CDLL"), ("pty", "spawn"),
    ("logging.os", "system"), ("torch", "_C._nn.gelu"), ("torch._utils", "__builtins__"),
    ("torch._utils.os", "system"), ("torch", "os.system"), ("collections", "OrderedDict.update"),
    ("collections", "namedtuple"), ("collections", "OrderedDict "), ("Collections", "OrderedDict"),
    ("torch.nn.modules.linear", "Linear"), ("__main__", "Net"), ("numpy", "ndarray"),
    ("numpy.core.multiarray", "_reconstruct"), ("torch._utils", "_rebuild_qtensor"),
    ("torch._utils", "_rebuild_sparse_tensor"), ("torch.storage", "_load_from_bytes"),
    ("argparse", "Namespace"), ("", ""), ("torch", ""), ("", "float32"), ("a\u{1B}[2J", "b"),
    (String(repeating: "x", count: 100_000), "y"),
  ]

  private static func pickle(_ body: (inout PickleBuilder) -> Void) -> Case {
    var pickle = PickleBuilder()
    body(&pickle)
    return file("m.pt", torchArchive(pickle.finish(), data: FuzzTarget.data))
  }

  /// A state dict with one tensor that is described like this.
  private static func tensor(
    _ key: String, _ count: Int, _ offset: Int, _ shape: [Int], _ strides: [Int],
    type: String = "FloatStorage"
  ) -> Case {
    pickle {
      $0.dictionary {
        $0.tensor(
          "w", storage: key, count: count, offset: offset, shape: shape, strides: strides,
          type: type)
      }
    }
  }

  static var pickles: [Case] {
    var cases: [Case] = []
    for (number, (module, name)) in evil.enumerated() {
      // By GLOBAL with REDUCE, by STACK_GLOBAL with NEWOBJ, and after a sound tensor.
      cases.append(
        pickle {
          $0.global(module, name)
          $0.op("(")
          $0.text("touch \(marker)")
          $0.op("t")
          $0.op("R")
        })
      cases.append(
        pickle {
          $0.dictionary {
            $0.tensor("w", storage: "0", count: 12, shape: [12], strides: [1])
            $0.text("x")
            $0.text(module)
            $0.text(name)
            $0.bytes.append(0x93)
            $0.op("(")
            $0.text("touch \(marker)")
            $0.op("t")
            $0.bytes.append(number.isMultiple(of: 2) ? 0x81 : UInt8(ascii: "R"))
          }
        })
    }
    cases += refusedOpcodes.map { opcode in pickle { $0.bytes += [opcode, 0x30, 0x0A, 0x30, 0x0A] }
    }
    cases += programs.map { program in pickle { $0.bytes += program } }
    cases += tensors + containers
    return cases
  }

  /// INST, OBJ, extensions, persistent names, protocol 0's texts, and what no protocol has.
  private static let refusedOpcodes: [UInt8] =
    Array("ioPIFSVLDgp".utf8) + [0x82, 0x83, 0x84, 0x92, 0x97, 0x98, 0x00, 0xFF, 0x7F]

  /// Steps that lack what they need.
  private static let programs: [[UInt8]] = [
    Array("R".utf8), Array("b".utf8), Array("t".utf8), Array("u".utf8), Array("s".utf8),
    Array("e".utf8), Array("a".utf8), Array("Q".utf8), Array("0".utf8), Array("1".utf8),
    Array("2".utf8), Array("NNR".utf8), Array("NNb".utf8), Array("(Nu".utf8), Array("N(Na".utf8),
    Array("}(Nu".utf8), Array("(Nd".utf8), Array("NQ".utf8), Array("(tQ".utf8), Array("((((".utf8),
    Array("h\u{1}".utf8), Array("NN".utf8), [0x6A, 0xFF, 0xFF, 0xFF, 0x7F], [0x93], [0x85], [0x87],
    [0x81], [0x90], [0x91], [0x94], [0x58, 0xFF, 0xFF, 0xFF, 0xFF], [0x42, 0xFF, 0xFF, 0xFF, 0x7F],
    [0x8D] + [UInt8](repeating: 0xFF, count: 8), [0x8E] + [UInt8](repeating: 0x7F, count: 8),
    [0x96] + [UInt8](repeating: 0xFF, count: 8), [0x95] + [UInt8](repeating: 0xFF, count: 8),
    [0x8B, 0xFF, 0xFF, 0xFF, 0x7F], [0x8A, 0xFF], [0x58, 1, 0, 0, 0, 0xFF], [0x80, 9], [0x80, 0],
    Array("N.N".utf8), Array("}".utf8) + [0x2E, 0x2E], Array("ctorch\n".utf8), Array("ctorch".utf8),
    Array(repeating: UInt8(ascii: "("), count: 100_000),
    Array(repeating: UInt8(ascii: ")"), count: 1) + Array(repeating: 0x85, count: 200_000),
    Array(repeating: UInt8(ascii: "]"), count: 200_000),
    // A list in itself.
    Array("]q\u{0}h\u{0}a".utf8),
  ]

  private static let tensors: [Case] =
    views + [
      tensor("0", 13, 0, [1], [1]), tensor("0", .max, 0, [1], [1]), tensor("0", -1, 0, [1], [1]),
      tensor("9", 12, 0, [1], [1]), tensor("", 12, 0, [1], [1]), tensor("../0", 12, 0, [1], [1]),
      tensor("/etc/passwd", 12, 0, [1], [1]), tensor("data.pkl", 12, 0, [1], [1]),
      tensor("0", 6, 0, [1], [1], type: "ComplexFloatStorage"),
      tensor("0", 6, 0, [1], [1], type: "QInt8Storage"),
      tensor("0", 48, 0, [1], [1], type: "UntypedStorage"),
      tensor("0", 6, 0, [1], [1], type: "NoStorage"), tensor("0", 12, 0, [1], [1], type: "float32"),
    ]

  /// Offsets, shapes and strides that do not lie in a storage of twelve elements.
  private static let views = [
    (0, [13], [1]), (1, [12], [1]), (12, [1], [1]), (-1, [1], [1]), (0, [-1], [1]), (0, [2], [-1]),
    (0, [2], [12]), (0, [3, 4], [4]), (0, [3, 4], [4, 2]), (0, [Int.max], [1]),
    (0, [Int.max, Int.max], [0, 0]), (0, [2], [Int.max]), (Int.max, [1], [1]), (Int.min, [1], [1]),
    (Int.max, [Int.max], [Int.max]), (0, [1 << 32, 1 << 32], [0, 0]),
    (0, [Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65)),
  ].map { tensor("0", 12, $0, $1, $2) }

  private static let containers: [Case] = [
    pickle { $0.op("}") }, pickle { $0.op("N") }, pickle { $0.op("]") }, pickle { $0.int(3) },
    pickle { $0.text("x") }, pickle { $0.global("torch", "float32") },
    pickle {
      $0.dictionary {
        $0.text("a"); $0.int(1)
      }
    },
    pickle {
      $0.dictionary {
        $0.text("state_dict"); $0.op("}")
      }
    },
    pickle {
      $0.dictionary {
        $0.text("net")
        $0.dictionary { $0.tensor("w", storage: "0", count: 12, shape: [12], strides: [1]) }
      }
    },
    pickle {
      $0.dictionary {
        for _ in 0..<2 { $0.tensor("w", storage: "0", count: 12, shape: [12], strides: [1]) }
      }
    },
    pickle {
      $0.dictionary {
        $0.tensor("w", storage: "0", count: 12, shape: [12], strides: [1])
        $0.text("more")
        $0.dictionary { $0.tensor("v", storage: "0", count: 12, shape: [12], strides: [1]) }
      }
    },
    pickle {
      $0.dictionary {
        $0.op("N")
        $0.tensor("w", storage: "0", count: 12, shape: [12], strides: [1])
        $0.op("0")
      }
    },
    // One long list in many places: looked through once for each, this would take hours.
    pickle {
      $0.op("]")
      $0.bytes += [UInt8(ascii: "q"), 0, UInt8(ascii: "(")]
      for _ in 0..<100_000 { $0.bytes += [UInt8(ascii: "K"), 1] }
      $0.op("e")
      $0.op("0")
      $0.dictionary {
        $0.tensor("w", storage: "0", count: 12, shape: [12], strides: [1])
        for _ in 0..<100_000 { $0.bytes += Array("h\0h\0".utf8) }
        $0.text("more")
        $0.dictionary { $0.tensor("v", storage: "0", count: 12, shape: [12], strides: [1]) }
      }
    },
  ]
}
