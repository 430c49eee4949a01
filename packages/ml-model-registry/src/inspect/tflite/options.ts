import { type FieldNotation, table, type TableSchema } from '../flatbuffers/schema.ts';

// Options of TFLite's own operators (schema.fbs, version 3c and what LiteRT has added). Fields are without names where nothing looks at them;
// `subgraph` is the number of a subgraph, `subgraphs` a list of such.

const tables = (notation: string): readonly TableSchema[] =>
  notation
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', ...kinds] = line.trim().split(/\s+/);
      return table(
        name,
        kinds.map((kind, index) => fieldOf(kind, index)),
      );
    });

function fieldOf(kind: string, index: number): readonly [name: string, notation: FieldNotation] {
  if (kind.startsWith('subgraph')) return [`${kind}_${index}`, kind === 'subgraphs' ? 'i32*' : 'i32'];
  return [String(index), kind as FieldNotation];
}

/** In the order of the union `BuiltinOptions`. */
export const options: readonly TableSchema[] = tables(`
  Conv2DOptions i8 i32 i32 i8 i32 i32 i8
  DepthwiseConv2DOptions i8 i32 i32 i32 i8 i32 i32
  ConcatEmbeddingsOptions i32 i32* i32*
  LSHProjectionOptions i8
  Pool2DOptions i8 i32 i32 i32 i32 i8
  SVDFOptions i32 i8 u8
  RNNOptions i8 u8
  FullyConnectedOptions i8 i8 u8 u8 i8
  SoftmaxOptions f32
  ConcatenationOptions i32 i8
  AddOptions i8 u8
  L2NormOptions i8
  LocalResponseNormalizationOptions i32 f32 f32 f32
  LSTMOptions i8 f32 f32 i8 u8
  ResizeBilinearOptions i32 i32 u8 u8
  CallOptions subgraph
  ReshapeOptions i32*
  SkipGramOptions i32 i32 u8
  SpaceToDepthOptions i32
  EmbeddingLookupSparseOptions i8
  MulOptions i8
  PadOptions
  GatherOptions i32 i32
  BatchToSpaceNDOptions
  SpaceToBatchNDOptions
  TransposeOptions
  ReducerOptions u8
  SubOptions i8 u8
  DivOptions i8
  SqueezeOptions i32*
  SequenceRNNOptions u8 i8 u8
  StridedSliceOptions i32 i32 i32 i32 i32 u8
  ExpOptions
  TopKV2Options
  SplitOptions i32
  LogSoftmaxOptions
  CastOptions i8 i8
  DequantizeOptions
  MaximumMinimumOptions
  ArgMaxOptions i8
  LessOptions
  NegOptions
  PadV2Options
  GreaterOptions
  GreaterEqualOptions
  LessEqualOptions
  SelectOptions
  SliceOptions
  TransposeConvOptions i8 i32 i32 i8 i8
  SparseToDenseOptions u8
  TileOptions
  ExpandDimsOptions
  EqualOptions
  NotEqualOptions
  ShapeOptions i8
  PowOptions
  ArgMinOptions i8
  FakeQuantOptions f32 f32 i32 u8
  PackOptions i32 i32
  LogicalOrOptions
  OneHotOptions i32
  LogicalAndOptions
  LogicalNotOptions
  UnpackOptions i32 i32
  FloorDivOptions
  SquareOptions
  ZerosLikeOptions
  FillOptions
  BidirectionalSequenceLSTMOptions i8 f32 f32 u8 u8 u8
  BidirectionalSequenceRNNOptions u8 i8 u8 u8
  UnidirectionalSequenceLSTMOptions i8 f32 f32 u8 u8 u8
  FloorModOptions
  RangeOptions
  ResizeNearestNeighborOptions u8 u8
  LeakyReluOptions f32
  SquaredDifferenceOptions
  MirrorPadOptions i8
  AbsOptions
  SplitVOptions i32
  UniqueOptions i8
  ReverseV2Options
  AddNOptions
  GatherNdOptions
  CosOptions
  WhereOptions
  RankOptions
  ReverseSequenceOptions i32 i32
  MatrixDiagOptions
  QuantizeOptions
  MatrixSetDiagOptions
  HardSwishOptions
  IfOptions subgraph subgraph
  WhileOptions subgraph subgraph
  DepthToSpaceOptions i32
  NonMaxSuppressionV4Options
  NonMaxSuppressionV5Options
  ScatterNdOptions
  SelectV2Options
  DensifyOptions
  SegmentSumOptions
  BatchMatMulOptions u8 u8 u8
  CumsumOptions u8 u8
  CallOnceOptions subgraph
  BroadcastToOptions
  Rfft2dOptions
  Conv3DOptions i8 i32 i32 i32 i8 i32 i32 i32
  HashtableOptions i32 i8 i8
  HashtableFindOptions
  HashtableImportOptions
  HashtableSizeOptions
  VarHandleOptions text text
  ReadVariableOptions
  AssignVariableOptions
  RandomOptions i64 i64
  BucketizeOptions f32*
  GeluOptions u8
  DynamicUpdateSliceOptions
  UnsortedSegmentProdOptions
  UnsortedSegmentMaxOptions
  UnsortedSegmentMinOptions
  UnsortedSegmentSumOptions
  ATan2Options
  SignOptions
  BitcastOptions
  BitwiseXorOptions
  RightShiftOptions
`);

/** In the order of the union `BuiltinOptions2`. */
export const moreOptions: readonly TableSchema[] = tables(`
  StablehloConcatenateOptions i64
  StablehloBroadcastInDimOptions i64*
  StablehloSliceOptions i64* i64* i64*
  StablehloConvolutionOptions i64* i64* i64* i64* u8* i64 i64 i64* i64 i64 i64* i64 i64 i64* i64 i64 u32*
  StablehloCustomCallOptions text u8 text i32 subgraphs u8*
  StablehloReduceOptions i64* subgraph
  StablehloScatterOptions u8 i64* i64* i64* i64 u8 subgraph
  StablehloCompareOptions u32 u32
  StablehloDynamicSliceOptions i64*
  StablehloPadOptions i64* i64* i64*
  StablehloIotaOptions i64
  StablehloDotGeneralOptions i64* i64* i64* i64* u32*
  StablehloReduceWindowOptions i64* i64* i64* i64* i64* subgraph
  StablehloSortOptions i64 u8 subgraph
  StablehloWhileOptions subgraph subgraph
  StablehloGatherOptions i64* i64* i64* i64 i64* u8
  StablehloTransposeOptions i64*
  DilateOptions
  StablehloRngBitGeneratorOptions i8
  ReduceWindowOptions i32
  StableHLOCompositeOptions text subgraph u8* i8 i32
  StablehloShiftLeftOptions
  StablehloCaseOptions subgraphs
`);
