extension ConfigNode {
  /// The tree as YAML text: block style, keys in their order, two blanks per level, one newline at the
  /// end. Texts that would read back as another type are quoted; interpolations stay as written.
  public func yaml() -> String {
    var writer = YAMLWriter()
    writer.writeDocument(self)
    return String(writer.output)
  }
}
