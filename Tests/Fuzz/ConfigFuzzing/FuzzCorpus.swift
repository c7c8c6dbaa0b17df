/// What the inputs are made of.
enum FuzzCorpus {
  static let overrides = [
    "a=1", "a.b=x", "+n=null", "++a.b.c={k: [1, 'x'], 2: true}", "~a", "~a.b=1", "g=x", "g@p=y",
    "+g=[x,y]", "+g@_global_=x", "~g", "l.0=z", "l=[1,[2,{a: b}]]", "a=\"q\\\"q\"", "a='x\\\\'",
    "a=1,2,3", "a=choice(1,b,[c])", "a=range(1,10,3)", "a=range(0,1,step=0.1)", "a=interval(0,1)",
    "g=glob(*,exclude=[x*])", "a=sort(3,1,2,reverse=true)", "a=shuffle([1,2])",
    "a=tag(t,choice(1,2))", "a=int([1,'2',{k: 3.5}])", "a=float('1e3')", "a=str(true)",
    "a=bool(1)", "a=${b}", "a='${a:${b},c}'", "a=\\{x\\}/k\\=1", "a= b c ", "a=1_000.5e-3",
    "hydra.job.num=3", "hydra.run.dir=x/${now:%Y}", "hydra.mode=RUN", "hydra.searchpath=[file://x]",
    "hydra/job_logging=disabled", "+hydra.job.env_set.A=1", "hydra.sweeper.params={a: 1}",
    "a=2024-01-01", "a=10:30", "a=.inf", "a=???", "a=", "a=123456789012345678901234567890",
  ]

  static let overridePieces = [
    "a", "b.c", "=", "+", "~", "@", "/", ":", ",", "[", "]", "{", "}", "(", ")", "'", "\"", "\\",
    " ", "\t", "$", "${", "1", "0", "-", ".", "e5", "_", "null", "true", "inf", "nan", "int(",
    "float(", "str(", "bool(", "range(", "choice(", "sort(", "shuffle(", "tag(", "glob(",
    "interval(", "é", "🙂", "\u{0}", "#", "9999999999999999999", "-9223372036854775808", "1e308",
    "include=", "reverse=true", "\u{85}", "\n", "\r\n", "\u{301}", "\u{2028}",
  ]

  static let interpolations = [
    "${a}", "${a.b}", "${l[0]}", "${l.1}", "${.a}", "${..x}", "x${a}y", "\\${a}", "\\\\${a}",
    "${a.${k}}", "${[a].b}", "${oc.env:HOME}", "${oc.env:NOPE,1}", "${oc.select:a.q,[1, {k: v}]}",
    "${oc.decode:'[1, 2]'}", "${oc.create:{a: 1, b: [2]}}", "${oc.dict.keys:d}",
    "${oc.dict.values:d}", "${oc.deprecated:a,'use $OLD_KEY $NEW_KEY'}", "${now:%Y-%m}",
    "${hydra:job.name}", "${oc.select:'${k}'}", "${u:1,2.5,true,null,'x\\'y',\"z\"}", "${ a }",
    "${a}${b}", "${self}", "${d}", "${oc.env:${k}}", "${python_version:micro}",
  ]

  static let interpolationPieces = [
    "${", "}", "a", ".b", ".", "..", "[0]", "[", "]", "{", ":", ",", "'", "\"", "\\", "$", " ",
    "oc.select:", "oc.env:", "oc.decode:", "oc.create:", "oc.dict.values:", "hydra:", "now:", "1",
    "-1", "1e5", "null", "true", "k: v", "é", "🙂", "\u{0}", "\n", "@", "???",
    "99999999999999999999",
  ]

  static let files = [
    "a: 1\nb: {c: [1, 'x', null]}\nl:\n- 1\n- k: v\n", "defaults:\n- g: x\n- _self_\na: ${g.v}\n",
    "defaults:\n  - base\n  - g@p: [x, y]\n  - optional g: nope\n  - override g@q: y\nv: 1\n",
    "# @package _global_\nv: 5\n", "x: &x {a: 1}\ny: {<<: *x, b: 2}\nz: *x\n",
    "t: |-\n  line\n  two\nf: >\n  folded\n\n  text\nq: \"\\u00e9\\n\\x41\"\n",
    "n: 0x1F\no: 010\ns: 1:30\nf: 1e5\ni: .inf\nb: yes\nm: ???\nd: 2024-01-01\n",
    "hydra:\n  run: {dir: out}\n  searchpath: [pkg://x]\n  job: {name: n}\n",
    "a: {b: ${.c}, c: ${..d}}\nd: '${oc.env:HOME,x}'\n", "? k\n: v\n1: int\ntrue: b\n1.5: f\n",
    "- 1\n- 2\n", "lone\n", "", "defaults: [g: ${h}, h: x]\n", "v: !!str 5\nw: !!int '7'\n",
  ]

  static let filePieces = [
    "a", "b", "key", ": ", ":", "\n", "\n  ", "\n    ", "  ", "- ", "[", "]", "{", "}", ", ", "'",
    "\"", "|", "|2-\n", ">", "&x ", "*x", "<<: ", "!!int ", "!!float ", "!!bool ", "!", "!<x> ",
    "? ", "#", "%YAML 1.1\n", "@", "${", "${a}", "${.b}", "${oc.env:", "${oc.decode:", "}", "\\",
    "\\u12", "\\x", "???", "~", "1", "0x", "0b", "1:2", "190:20:30", "1e5", "1_", "\t", "é", "🙂",
    "---\n", "...\n", "defaults:\n", "- g: x\n", "hydra: ", "hydra:\n  job:\n    num: ",
    "override ", "optional ", "_self_", "@pkg", "@_here_", "# @package x\n", "\r\n", "\u{FEFF}",
    "\u{85}", "\u{2028}", "\u{0}",
  ]

  static let arguments = [
    "--cfg", "-c", "job", "all", "hydra", "--resolve", "--package", "-p", "a.b", "-m", "--multirun",
    "--info", "-i", "defaults", "--config-name", "-cn", "-cd", "--config-path=", "--help", "-h",
    "--conf", "--", "-", "---", "--cfg=job", "-cjob", "a=1", "+a=1", "~a", "", "-sc",
    "install=bash",
    "query=", "--version", "-mr", "é", "\u{0}",
  ]
}
