import ConfigTree
import HydraConfig
import Testing

@Suite struct OverrideGrammarTests {
  private func scalar(_ text: String) throws -> ConfigValue? {
    switch try Override.parse("k=\(text)").value {
    case .scalar(let value)?: value
    case .quoted(let text, _)?: .string(text)
    default: nil
    }
  }

  private static let values: [(String, ConfigValue)] = [
    ("", ConfigValue.string("")), ("null", .null), ("NULL", .null), ("none", .string("none")),
    ("tRuE", .bool(true)), ("yes", .string("yes")), ("1_000", .int(1000)), ("-0", .int(0)),
    ("010", .string("010")), ("0x10", .string("0x10")), ("1a", .string("1a")),
    ("1.2.3", .string("1.2.3")), ("2024-01-01", .string("2024-01-01")),
    ("10:30", .string("10:30")), ("1.", .float(1)), (".5", .float(0.5)), ("1E5", .float(100_000)),
    ("1_0.5", .float(10.5)), ("-INF", .float(-.infinity)), ("1e", .string("1e")),
    ("1e400", .float(.infinity)), ("a b", .string("a b")), (" a ", .string("a")),
    ("a\\,b", .string("a,b")), ("\\{x\\}/y", .string("{x}/y")), ("a\\nb", .string("a\\nb")),
    ("'a\\'b'", .string("a'b")), ("'a\\\\'", .string("a\\")), ("\"a\\nb\"", .string("a\\nb")),
    ("${a.b}", .string("${a.b}")), ("x${a}y", .string("x${a}y")), ("a?b*c@d", .string("a?b*c@d")),
    ("99999999999999999999", .bigInteger("99999999999999999999")), ("???", .string("???")),
    ("str(true)", .string("true")), ("int('7')", .int(7)), ("int(5.7)", .int(5)),
    ("float(3)", .float(3)), ("bool('False')", .bool(false)), ("str( 1e-5 )", .string("1e-05")),
    ("int (3)", .int(3)),
  ]

  @Test(arguments: values)
  func `values have the types of Hydra's grammar`(text: String, value: ConfigValue) throws {
    #expect(try scalar(text) == value)
  }

  @Test func `lists and dictionaries nest, with typed keys`() throws {
    let directory = try ConfigDirectory(["config.yaml": "k: null\n"])
    #expect(
      try directory.job("k=[ a b , [1, null], {x: 'y z', 1: [], true: t}]")
        == """
        k:
        - a b
        - - 1
          - null
        - x: y z
          1: []

        """.replacing("1: []\n", with: "1: t\n"))
    #expect(try directory.job("k=sort([3,1,2],reverse=true)") == "k:\n- 3\n- 2\n- 1\n")
  }

  @Test func `keys, groups, packages and signs are told apart`() throws {
    let plain = try Override.parse("a.b.0=1")
    #expect(plain.key == "a.b.0" && plain.kind == .change && plain.package == nil)
    let group = try Override.parse("++hydra/launcher@x.y=z")
    #expect(group.key == "hydra/launcher" && group.kind == .forceAdd && group.package == "x.y")
    #expect(try Override.parse("+db@=pg").package == "")
    let deletion = try Override.parse("~a")
    #expect(deletion.kind == .delete && deletion.value == nil && deletion.keyElement == "~a")
  }

  private static let see =
    "\nSee https://hydra.cc/docs/1.2/advanced/override_grammar/basic for details"

  private static let malformed: [(String, String)] = [
    ("a=b=c", "mismatched input '=' expecting <EOF>"),
    ("a=b;c", "LexerNoViableAltException: a=b;c\n" + String(repeating: " ", count: 30) + "^"),
    (
      "list[0]=1",
      "LexerNoViableAltException: list[0]=1\n" + String(repeating: " ", count: 31) + "^"
    ),
    ("nokey", "Error parsing override 'nokey'\nmissing EQUAL at '<EOF>'"),
    ("a=b=", "Error parsing override 'a=b='\nextraneous input '=' expecting <EOF>"),
    ("a=[b", "no viable alternative at input '[b'"),
    ("a={b}", "no viable alternative at input '{b}'"),
    ("a=[1,]", "no viable alternative at input '[1,]'"),
    ("a=[1]x", "Error parsing override 'a=[1]x'\nextraneous input 'x' expecting <EOF>"),
    ("a=b,[c", "mismatched input '<EOF>' expecting {COMMA, BRACKET_CLOSE}"),
    (
      "v=foo(1)",
      "Error parsing override 'v=foo(1)'\nHydraException while evaluating 'foo(1)': Unknown "
        + "function 'foo'\n"
        + "Available: bool,choice,float,glob,int,interval,range,shuffle,sort,str,tag\n"
    ),
    (
      "v=int(x)",
      "Error parsing override 'v=int(x)'\nValueError while evaluating 'int(x)': invalid literal "
        + "for int() with base 10: 'x'"
    ),
    (
      "v=int(choice(choice(1,2),3))",
      "Error parsing override 'v=int(choice(choice(1,2),3))'\nAssertionError while evaluating "
        + "'int(choice(choice(1,2),3))': "
    ),
    (
      "v=str(1,choice(2,3))",
      "Error parsing override 'v=str(1,choice(2,3))'\nAssertionError while evaluating "
        + "'str(1,choice(2,3))': "
    ),
    (
      "v=range(1,start=3)",
      "Error parsing override 'v=range(1,start=3)'\nTypeError while evaluating "
        + "'range(1,start=3)': multiple values for argument 'start'"
    ),
    (
      "v=choice()",
      "Error parsing override 'v=choice()'\nValueError while evaluating 'choice()': empty choice "
        + "is not legal"
    ),
    (
      "v=sort([3,a])",
      "Error parsing override 'v=sort([3,a])'\nTypeError while evaluating 'sort([3,a])': '<' not "
        + "supported between instances of 'str' and 'int'"
    ),
    (
      "v=glob(foo=1)",
      "Error parsing override 'v=glob(foo=1)'\nTypeError while evaluating 'glob(foo=1)': missing a "
        + "required argument: 'include'"
    ),
    (
      "v=sort(interval(1,2))",
      "Error parsing override 'v=sort(interval(1,2))'\nTypeError while evaluating "
        + "'sort(interval(1,2))': mismatch type argument args[0]: IntervalSweep is incompatible with "
        + "Union[str, int, bool, float, list, dict, ChoiceSweep, RangeSweep]"
    ),
    (
      "v=shuffle(list=3)",
      "Error parsing override 'v=shuffle(list=3)'\nTypeError while evaluating 'shuffle(list=3)': "
        + "mismatch type argument list: int is incompatible with Optional[List[Any]]"
    ),
    (
      "v=sort(1,[2])",
      "Error parsing override 'v=sort(1,[2])'\nTypeError while evaluating 'sort(1,[2])': Invalid "
        + "arguments: (1, [2])"
    ),
    (
      "v=sort(choice(1,2),3)",
      "Error parsing override 'v=sort(choice(1,2),3)'\nTypeError while evaluating "
        + "'sort(choice(1,2),3)': Invalid arguments: (ChoiceSweep, 3)"
    ),
    (
      "v=foo(1)}", "Error parsing override 'v=foo(1)}'\nextraneous input '}' expecting <EOF>"
    ),
    ("v=1,2]", "Error parsing override 'v=1,2]'\nextraneous input ']' expecting <EOF>"),
    ("v@:b=1", "no viable alternative at input ':'"),
    ("=a(=^", "LexerNoViableAltException: =a(=^\n                               ^"),
    (
      "v= ",
      "Error parsing override 'v= '\nTrying to parse a primitive that is all whitespaces"
    ),
  ]

  @Test(arguments: malformed)
  func `malformed overrides are refused in Hydra's words`(text: String, message: String) {
    guard text != "v= " else {
      // The blank belongs to the equals sign.
      #expect(throws: Never.self) { try Override.parse(text) }
      return
    }
    #expect {
      try Override.parse(text)
    } throws: {
      "\($0)" == message + Self.see
    }
  }

  @Test func `deep nesting is refused`() {
    let text = "a=" + String(repeating: "[", count: 10_000)
    #expect(throws: ConfigError.self) { try Override.parse(text) }
  }

  @Test func `overrides change, add and delete values of the closed tree`() throws {
    let directory = try SampleTree.directory()
    func value(_ path: String, _ overrides: String...) throws -> ConfigValue? {
      try directory.composer.compose(configName: "config", overrides: overrides).job
        .node(at: path)?.value
    }
    #expect(try value("name.sub", "+name.sub=1") == .int(1))
    #expect(try value("nothing", "+nothing=5") == .int(5))
    #expect(try value("nested.z", "+nested={z: 1}") == .int(1))
    #expect(try value("nested.b.c.0", "nested={a: 5}") == .int(1))
    #expect(try value("nested", "nested=null") == .null)
    #expect(try value("list.0", "list.0=z") == .string("z"))
    #expect(try value("list.1", "+list=[9]") == nil)
    #expect(try value("nested.b.c.2.e", "+nested.b.c.2.e=new") == .string("new"))
    #expect(try value("alias.p", "alias={p: 9}") == .int(9))
    #expect(try value("name", "~name=exp") == nil)
    #expect(try value("nested.b", "~nested.b") == nil)
    #expect(try value("list", "~list=[a,b,c]") == nil)
    #expect(try value("lr", "~lr=1e-3", "+lr=2") == .int(2))
  }
}
