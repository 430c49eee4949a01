import { inDimensions, words } from './names.ts';

/** Layers and models of Keras 2 and 3 that compute and do nothing else. */
export const layerClasses: ReadonlySet<string> = new Set([
  ...words(
    'Sequential Functional Model InputLayer InputSpec Dense Activation Dropout Flatten Reshape Permute RepeatVector Masking',
    'Embedding ReversibleEmbedding EinsumDense Identity ActivityRegularization ELU LeakyReLU PReLU ReLU Softmax ThresholdedReLU',
    'BatchNormalization SyncBatchNormalization LayerNormalization GroupNormalization UnitNormalization RMSNormalization',
    'SpectralNormalization Normalization Attention AdditiveAttention MultiHeadAttention GroupedQueryAttention GroupQueryAttention',
    'Add Subtract Multiply Average Maximum Minimum Concatenate Dot AlphaDropout GaussianDropout GaussianNoise',
    'RNN SimpleRNN SimpleRNNCell GRU GRUCell LSTM LSTMCell StackedRNNCells Bidirectional TimeDistributed CuDNNGRU CuDNNLSTM',
    'DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D SeparableConvolution1D SeparableConvolution2D',
    'LocallyConnected1D LocallyConnected2D ReconstructPatches2D ReconstructPatches3D',
    'CategoryEncoding Discretization Hashing HashedCrossing IntegerLookup StringLookup TextVectorization Rescaling Resizing',
    'CenterCrop AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization MaxNumBoundingBoxes MixUp',
    'Pipeline RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop',
    'RandomElasticTransform RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert',
    'RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation',
    'RandomWidth RandomZoom Solarization MelSpectrogram STFTSpectrogram',
  ),
  ...inDimensions(
    'Conv Convolution ConvLSTM MaxPooling MaxPool AveragePooling AvgPool GlobalMaxPooling GlobalMaxPool GlobalAveragePooling',
    'GlobalAvgPool AdaptiveAveragePooling AdaptiveMaxPooling SpatialDropout Cropping UpSampling ZeroPadding',
  ),
  ...inDimensions('Conv', 'Convolution').map((name) => `${name}Transpose`),
]);
