/// How the reading of models is shared by the processes of a job. It never changes what comes out.
public enum Split: String, ConfigChoice, Sendable {
  /// Every process reads its part of every layer of all models: all see all checkpoints.
  case layer
  /// Every process reads its models alone, and the processes send each other what they compute with:
  /// a checkpoint need only be seen by one.
  case model
  /// `layer` where every process sees every checkpoint, else `model`.
  case auto
}
