import { words } from './names.ts';

/** Optimizers. Some versions of Keras write `Custom>` before their names. */
export const optimizerClasses: ReadonlySet<string> = words(
  'Adadelta Adafactor Adagrad Adam Adamax AdamW Ftrl Lamb Lion LossScaleOptimizer Muon Nadam RMSprop SGD',
);

/** What layers and models are made with, and how values of Python are written down. */
export const otherClasses: ReadonlySet<string> = words(
  // Values
  '__keras_tensor__ __tensor__ __numpy__ __bytes__ __ellipsis__ __slice__ __tuple__ TensorShape InputSpec CompileConfig',
  'DTypePolicy DTypePolicyMap FloatDTypePolicy Policy PolicyV1 QuantizedDTypePolicy QuantizedFloat8DTypePolicy',
  // Initializers
  'Constant GlorotNormal GlorotNormalV2 GlorotUniform GlorotUniformV2 HeNormal HeNormalV2 HeUniform HeUniformV2 Identity',
  'IdentityInitializer IdentityV2 LecunNormal LecunNormalV2 LecunUniform LecunUniformV2 Ones OnesV2 Orthogonal OrthogonalInitializer',
  'OrthogonalV2 RandomNormal RandomNormalV2 RandomUniform RandomUniformV2 STFT STFTInitializer TruncatedNormal TruncatedNormalV2',
  'VarianceScaling VarianceScalingV2 Zeros ZerosV2',
  // Regularizers and constraints
  'L1 L1L2 L2 OrthogonalRegularizer MaxNorm MinMaxNorm NonNeg RadialConstraint UnitNorm',
  // Schedules of learning rates
  'CosineDecay CosineDecayRestarts ExponentialDecay InverseTimeDecay PiecewiseConstantDecay PolynomialDecay',
  // Losses
  'BinaryCrossentropy BinaryFocalCrossentropy CTC CategoricalCrossentropy CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy',
  'CategoricalHinge Circle CosineSimilarity Dice Hinge Huber KLDivergence LogCosh MeanAbsoluteError MeanAbsolutePercentageError',
  'MeanSquaredError MeanSquaredLogarithmicError Poisson SparseCategoricalCrossentropy SquaredHinge Tversky',
  // Metrics
  'AUC Accuracy BinaryAccuracy BinaryIoU CategoricalAccuracy ConcordanceCorrelation F1Score FBetaScore FalseNegatives FalsePositives',
  'IoU LogCoshError Mean MeanIoU MeanMetricWrapper MeanRelativeError OneHotIoU OneHotMeanIoU PearsonCorrelation Precision',
  'PrecisionAtRecall R2Score Recall RecallAtPrecision RootMeanSquaredError SensitivityAtSpecificity SparseCategoricalAccuracy',
  'SparseTopKCategoricalAccuracy SpecificityAtSensitivity Sum TopKCategoricalAccuracy TrueNegatives TruePositives',
);

/** Operations of Keras 3 that stand in a model like layers. */
export const operationClasses: ReadonlySet<string> = words(
  'Abs Absolute All Amax Amin Any Append Arange Arccos Arccosh Arcsin Arcsinh Arctan Arctan2 Arctanh Argmax Argmin Argsort',
  'BroadcastTo BitwiseAnd BitwiseOr BitwiseXor Cast Ceil Clip Concatenate Conj Copy Cos Cosh CountNonzero Cross Cumprod Cumsum',
  'Diag Diagonal Diff Digitize Divide DivideNoNan Dot Einsum Elu Equal Erf Exp Exp2 ExpandDims Expm1 Flip Floor FloorDivide',
  'FullLike Gelu GetItem Greater GreaterEqual Glu HardSigmoid HardSilu HardTanh Hstack Imag InTopK Isclose Isfinite Isinf Isnan',
  'Less LessEqual Linspace Log Log10 Log1p Log2 LogSigmoid LogSoftmax Logaddexp LogicalAnd LogicalNot LogicalOr LogicalXor',
  'Logsumexp Matmul MatMul Max Mean Median Meshgrid Min Mod Moveaxis Multiply NanToNum Ndim Negative Norm Normalize NotEqual',
  'OneHot OnesLike Outer Pad Power Prod Qr Quantile Ravel Real Reciprocal Relu Relu6 Repeat Reshape Roll Round Rsqrt SegmentMax',
  'SegmentSum Selu Sigmoid Sign Silu Sin Sinh Size SoftShrink Softplus Softsign Sort SparsePlus Split Sqrt Square Squeeze Stack',
  'Std Subtract Sum Swapaxes Take TakeAlongAxis Tan Tanh TanhShrink Tensordot Tile TopK Trace Transpose TrueDivide Trunc',
  'Var Vdot Vstack Where ZerosLike',
);

/** Functions of Keras that are stored by their name: activations, losses, metrics. */
export const knownFunctions: ReadonlySet<string> = words(
  'celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid log_softmax',
  'mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax squareplus swish tanh',
  'tanh_shrink threshold accuracy acc binary_accuracy binary_crossentropy binary_focal_crossentropy bce categorical_accuracy',
  'categorical_crossentropy categorical_focal_crossentropy categorical_hinge cosine_similarity ctc dice hinge huber kl_divergence kld',
  'log_cosh logcosh mean_absolute_error mae mean_absolute_percentage_error mape mean_squared_error mse',
  'mean_squared_logarithmic_error msle poisson sparse_categorical_accuracy sparse_categorical_crossentropy',
  'sparse_top_k_categorical_accuracy squared_hinge top_k_categorical_accuracy tversky',
);
