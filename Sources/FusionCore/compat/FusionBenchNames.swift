/// Names of FusionBench's classes, so that what it has and this program has not can be told from
/// what is misspelled. Version 0.2.33.
enum FusionBenchNames {
  /// Whether FusionBench has a method, model pool or task pool of this name.
  static func hasComponent(_ name: String) -> Bool {
    [methods, modelpools, taskpools].contains {
      $0.split(whereSeparator: \.isWhitespace).contains(name[...])
    }
  }

  private static let methods = """
    AdaSVDMergingForCLIPVisionModel BaseAlgorithm BaseModelFusionAlgorithm BitDeltaAlgorithm
    BradleyTerryRewardModeling CLIPLayerWiseAdaMergingAlgorithm
    CLIPLayerWiseAdaMergingSurgeryAlgorithm CLIPLayerWiseGossipAlgorithm CLIPRankOneMoEAlgorithm
    CLIPTaskWiseAdaMergingAlgorithm CLIPTaskWiseGossipAlgorithm CLIPWeightEnsemblingMoEAlgorithm
    CausalLMPretrain ConcreteLayerWiseAdaMergingForCLIP ConcreteSafeLayerWiseAdaMergingForCLIP
    ConcreteSafeTaskWiseAdaMergingForCLIP ConcreteTSVMForOpenCLIP
    ConcreteTaskArithmeticAlgorithmForCLIP ConcreteTaskWiseAdaMergingForCLIP ContinualDOPForCLIP
    ContinualImageClassificationFineTuningForCLIP ContinualTaskArithmeticForCLIP
    ContinualTiesMergingForCLIP ContinualWeightAverageForCLIP DOGE_TA_Algorithm DOPMerging
    DareSimpleAverage DareTaskArithmetic DareTiesMerging DataAdaptiveWeightEnsemblingForCLIP
    DepthUpscalingAlgorithm DepthUpscalingForLlama DummyAlgorithm
    DynamicSkippingPruningForMixtral EMRMerging ErrorAccumulationAnalysisForCLIP ExPOAlgorithm
    ExPOAlgorithmForLlama ExPOWithDareForLLama FisherMergingAlgorithm
    FisherMergingAlgorithmForGPT2 FisherMergingForCLIPVisionModel
    FlanT5LayerWiseAdaMergingAlgorithm FlanT5LayerWiseGossipAlgorithm
    FlanT5WeightEnsemblingMoEAlgorithm FrankWolfeHardAlgorithm FrankWolfeSoftAlgorithm
    FullFinetuneSFT GPT2LayerWiseAdaMergingAlgorithm ISO_CTS_Merge ISO_C_Merge
    ImageClassificationFineTuning ImageClassificationFineTuningForCLIP
    ImageClassificationFineTuning_Test IsotropicMergingInCommonAndTaskSubspace
    IsotropicMergingInCommonSubspace IterativeSparseLoForLlama LayerWiseAdaMergingAlgorithm
    LayerWiseAdaMergingForLlamaSFT LayerWiseGossipAlgorithm LayerWisePruningForMixtral
    LinearInterpolationAlgorithm LowRankApproximation MagMaxAlgorithm
    MagnitudeDiffPruningAlgorithm MagnitudePruningForLlama MaxModelPredictorAlgorithm
    MixtralForCausalLMMergingAlgorithm MixtralForCausalLMUpscalingAlgorithm
    MixtralMoEMergingAlgorithm MixtralUpscalingAlgorithm MoEPruner ModelFusionAlgorithm
    ModelRecombinationAlgorithm ModelStock OPCM OPCMForCLIP PCPSparseLoForLlama
    PWEMoEAlgorithmForCLIP PWEMoEAlgorithmForOpenCLIP PWEMoEExactParetoOptimalForCLIP
    PWEMoEExactParetoOptimalForOpenCLIP PWEMoELinearScalarizationForCLIP
    PWEMoELinearScalarizationForOpenCLIP PWEMoExactParetoOptimalForCLIP PeftFinetuneSFT
    PostDefenseAWMAlgorithmForCLIP PostDefenseSAUAlgorithmForCLIP ProgressivePruningForMixtral
    ProjectedEnergyAnalysis RandomPruningForLlama RankOneMoEAlgorithm RegMeanAlgorithm
    RegMeanAlgorithmForCLIP RegMeanAlgorithmForCLIPPlusPlus RegMeanAlgorithmForGPT2
    RegMeanAlgorithmPlusPlus ResNetLayerWiseAdamerging ResNetTaskWiseAdamerging
    SimpleAverageAlgorithm SimpleAverageForCausalLM SimpleAverageForLlama SimpleEnsembleAlgorithm
    SingularProjectionMergingAlgorithm SingularValueCalibration
    SingularValueCalibrationArithmeticTask SingularValueCalibrationWithBaseMethod
    SlerpForCausalLM SlerpMergeAlgorithm SmileCausalLMUpscalingAlgorithm
    SmileMistralUpscalingAlgorithm SmileQwen2UpscalingAlgorithm SmileUpscalingAlgorithm
    SparseCLIPWeightEnsemblingMoEAlgorithm SparseGPTPruningForLlama SparseLoForLlama
    SparseWeightEnsemblingMoEAlgorithm SuperposedModelSoupAlgorithm
    SuperposedTaskArithmeticAlgorithm SuperposedTaskArithmeticLoRAAlgorithm
    TallMaskTaskArithmeticAlgorithm TaskArithmeticAlgorithm TaskArithmeticForCausalLM
    TaskArithmeticForLlama TaskArithmeticWithTrustRegionForCLIP TaskSingularVectorCompression
    TaskSingularVectorMerging TaskVectorCosSimilarity TaskVectorViolinPlot
    TaskWiseAdaMergingAlgorithm TaskWiseGossipAlgorithm TiesMergingAlgorithm
    TiesMergingForCausalLM WUDIMerging WandaPruningForLlama WeightEnsemblingMoEAlgorithm
    WeightedAverageAlgorithm WeightedAverageForLLama WeightedEnsembleAlgorithm
    """

  private static let modelpools = """
    AutoModelForCausalLMPool AutoModelForSeq2SeqLMPool AutoModelPool BaseModelPool
    CLIPVisionModelPool CausalLMBackbonePool CausalLMPool ConvNextForImageClassificationPool
    Dinov2ForImageClassificationPool GPT2ForSequenceClassificationPool HuggingFaceClipVisionPool
    HuggingFaceGPT2ClassificationPool LLamaForCausalLMPool LazyStateDictPool
    MistralForCausalLMPool NYUv2ModelPool OpenCLIPVisionModelPool PeftModelForSeq2SeqLMPool
    ResNetForImageClassificationPool Seq2SeqLMPool SequenceClassificationModelPool
    """

  private static let taskpools = """
    BaseTaskPool CLIPImageClassificationTaskPool CLIPVisionModelTaskPool DummyTaskPool
    FlanT5GLUETextGenerationTaskPool GPT2TextClassificationTaskPool ImageClassificationTaskPool
    LMEvalHarnessTaskPool LlamaTestGenerationTaskPool NYUv2TaskPool OpenCLIPVisionModelTaskPool
    RankoneMoECLIPVisionModelTaskPool RankoneWEMoECLIPVisionModelTaskPool
    ResNetForImageClassificationTaskPool RewardModelEvaluationTaskPool
    SparseWEMoECLIPVisionModelTaskPool
    """
}
