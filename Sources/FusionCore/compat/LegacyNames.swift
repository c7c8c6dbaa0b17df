/// Names of FusionBench 0.1's factories, and what they are called since 0.2.
enum LegacyNames {
  /// `name:` of methods.
  static let methods: [(name: String, target: String)] = [
    ("clip_finetune", "ImageClassificationFineTuningForCLIP"),
    ("simple_average", "SimpleAverageAlgorithm"),
    ("weighted_average", "WeightedAverageAlgorithm"),
    ("weighted_average_for_llama", "WeightedAverageForLLama"),
    ("task_arithmetic", "TaskArithmeticAlgorithm"),
    ("ties_merging", "TiesMergingAlgorithm"),
    ("dummy", "DummyAlgorithm"),
    ("simple_ensemble", "SimpleEnsembleAlgorithm"),
    ("weighted_ensemble", "WeightedEnsembleAlgorithm"),
    ("max_model_predictor", "MaxModelPredictorAlgorithm"),
    ("clip_fisher_merging", "FisherMergingForCLIPVisionModel"),
    ("gpt2_fisher_merging", "FisherMergingAlgorithmForGPT2"),
    ("clip_regmean", "RegMeanAlgorithmForCLIP"),
    ("gpt2_regmean", "RegMeanAlgorithmForGPT2"),
    ("clip_task_wise_adamerging", "CLIPTaskWiseAdaMergingAlgorithm"),
    ("clip_layer_wise_adamerging", "CLIPLayerWiseAdaMergingAlgorithm"),
    (
      "clip_layer_wise_adamerging_doge_ta",
      "doge_ta.clip_layer_wise_adamerging."
        + "CLIPLayerWiseAdaMergingAlgorithm"
    ),
    ("clip_layer_wise_adamerging_surgery", "CLIPLayerWiseAdaMergingSurgeryAlgorithm"),
    ("singular_projection_merging", "SingularProjectionMergingAlgorithm"),
    ("clip_task_wise_gossip", "CLIPTaskWiseGossipAlgorithm"),
    ("clip_layer_wise_gossip", "CLIPLayerWiseGossipAlgorithm"),
    ("pwe_moe_ls_for_clip", "PWEMoELinearScalarizationForCLIP"),
    ("pwe_moe_epo_for_clip", "PWEMoExactParetoOptimalForCLIP"),
    ("clip_concrete_task_arithmetic", "ConcreteTaskArithmeticAlgorithmForCLIP"),
    ("clip_concrete_task_wise_adamerging", "ConcreteTaskWiseAdaMergingForCLIP"),
    ("clip_concrete_layer_wise_adamerging", "ConcreteLayerWiseAdaMergingForCLIP"),
    ("clip_post_defense_AWM", "PostDefenseAWMAlgorithmForCLIP"),
    ("clip_post_defense_SAU", "PostDefenseSAUAlgorithmForCLIP"),
    ("clip_safe_concrete_layer_wise_adamerging", "ConcreteSafeLayerWiseAdaMergingForCLIP"),
    ("clip_safe_concrete_task_wise_adamerging", "ConcreteSafeTaskWiseAdaMergingForCLIP"),
    ("depth_upscaling", "DepthUpscalingAlgorithm"),
    ("mixtral_moe_upscaling", "MixtralUpscalingAlgorithm"),
    ("mixtral_for_causal_lm_moe_upscaling", "MixtralForCausalLMUpscalingAlgorithm"),
    ("mixtral_moe_merging", "MixtralMoEMergingAlgorithm"),
    ("mixtral_for_causal_lm_merging", "MixtralForCausalLMMergingAlgorithm"),
    ("clip_weight_ensembling_moe", "CLIPWeightEnsemblingMoEAlgorithm"),
    ("sparse_clip_weight_ensembling_moe", "SparseCLIPWeightEnsemblingMoEAlgorithm"),
    ("rankone_moe", "CLIPRankOneMoEAlgorithm"),
    ("model_recombination", "ModelRecombinationAlgorithm"),
    ("smile_upscaling", "SmileUpscalingAlgorithm"),
    ("smile_mistral_upscaling", "SmileMistralUpscalingAlgorithm"),
    ("magnitude_diff_pruning", "MagnitudeDiffPruningAlgorithm"),
    ("magnitude_pruning_for_llama", "MagnitudePruningForLlama"),
    ("wanda_pruning_for_llama", "WandaPruningForLlama"),
  ].map { ($0.0, "fusion_bench.method.\($0.1)") }

  /// `type:` of model pools.
  static let modelpools: [(name: String, target: String)] = [
    ("huggingface_clip_vision", "CLIPVisionModelPool"),
    ("HuggingFace_CLIPVisionModel", "CLIPVisionModelPool"),
    ("AutoModelPool", "AutoModelPool"),
    ("AutoModelForCausalLMPool", "CausalLMPool"),
    ("LLamaForCausalLMPool", "CausalLMPool"),
    ("MistralForCausalLMPool", "CausalLMPool"),
    ("AutoModelForSeq2SeqLMPool", "Seq2SeqLMPool"),
    ("PeftModelForSeq2SeqLMPool", "PeftModelForSeq2SeqLMPool"),
    ("HF_GPT2ForSequenceClassification", "GPT2ForSequenceClassificationPool"),
    ("NYUv2ModelPool", "NYUv2ModelPool"),
  ].map { ($0.0, "fusion_bench.modelpool.\($0.1)") }

  /// `type:` of task pools.
  static let taskpools: [(name: String, target: String)] = [
    ("dummy", "DummyTaskPool"),
    ("clip_vit_classification", "CLIPVisionModelTaskPool"),
    ("FlanT5GLUETextGenerationTaskPool", "FlanT5GLUETextGenerationTaskPool"),
    ("NYUv2TaskPool", "NYUv2TaskPool"),
  ].map { ($0.0, "fusion_bench.taskpool.\($0.1)") }

  /// Classes that FusionBench 0.2 has under another name, by the last part of the old one.
  static let aliases: [(name: String, target: String)] = [
    ("SimpleAverageForLlama", "fusion_bench.method.SimpleAverageForCausalLM"),
    ("TaskArithmeticForLlama", "fusion_bench.method.TaskArithmeticForCausalLM"),
    ("HuggingFaceClipVisionPool", "fusion_bench.modelpool.CLIPVisionModelPool"),
    ("AutoModelForCausalLMPool", "fusion_bench.modelpool.CausalLMPool"),
    ("LLamaForCausalLMPool", "fusion_bench.modelpool.CausalLMPool"),
    ("MistralForCausalLMPool", "fusion_bench.modelpool.CausalLMPool"),
    ("AutoModelForSeq2SeqLMPool", "fusion_bench.modelpool.Seq2SeqLMPool"),
    ("CLIPImageClassificationTaskPool", "fusion_bench.taskpool.CLIPVisionModelTaskPool"),
  ]
}
