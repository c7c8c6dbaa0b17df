/// The version of this program, as `--version` prints it and manifests record it.
public let fusionBenchVersion = "0.1.0"
