import Tensors

/// What is no model but a change to one, an adapter: written as `adapter_model.safetensors` beside
/// `adapter_config.json`, as PEFT lays adapters out.
public protocol AdapterStateDict: StateDict {
  /// What `adapter_config.json` says.
  var adapterConfiguration: JSONValue { get }
}
