import { flowOperators, mathOperators, otherOperators, stateOperators } from './harmless-operators.ts';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Operators that read, write or list files, or map them into memory. */
const files = words(`
  AudioSummaryWriter CSVDataset CSVDatasetV2 CacheDataset CacheDatasetV2 CheckpointHasKey CloseSummaryWriter CopyFile CreateSummaryDbWriter
  CreateSummaryFileWriter DatasetToTFRecord DebugIdentity DebugIdentityV2 DebugIdentityV3 DebugNanCount DebugNumericSummary DebugNumericSummaryV2
  DebugNumericsSummaryV2 DeleteFile DistributedSave ExperimentalCSVDataset ExperimentalDatasetToTFRecord ExperimentalLMDBDataset
  ExperimentalMatchingFilesDataset ExperimentalSqlDataset FileSystemSetConfiguration FixedLengthRecordDataset FixedLengthRecordDatasetV2
  FixedLengthRecordReader FixedLengthRecordReaderV2 GenerateVocabRemapping ImmutableConst ImportEvent InitializeTRTResource LMDBDataset LMDBReader
  ListSnapshotChunksDataset LoadAndRemapMatrix LoadDataset MatchingFiles MatchingFilesDataset ReadFile ReaderRead ReaderReadUpTo ReaderReadUpToV2
  ReaderReadV2 SaveDataset SaveDatasetV2 SerializeTRTResource Skipgram SnapshotChunkDataset SnapshotDataset SnapshotDatasetReader SnapshotDatasetV2
  SnapshotNestedDatasetReader SqlDataset TFRecordDataset TFRecordDatasetV2 TFRecordReader TFRecordReaderV2 TextLineDataset TextLineReader
  TextLineReaderV2 WholeFileReader WholeFileReaderV2 WriteFile WriteGraphSummary WriteHistogramSummary WriteImageSummary WriteRawProtoSummary
  WriteScalarSummary WriteSummary
`);

/** Operators that hand over to Python, to compiled code that the model brings, or to a graph in a text. */
const code = words(`
  DatasetFromGraph EagerPyFunc GeneratorDataset LoadLibrary PyFunc PyFuncStateless RemoteFusedGraphExecute TRTEngineOp XlaCustomCall
  XlaCustomCallV2 XlaLaunch XlaLaunchV2 _PyFunc _XlaRun
`);

/** Operators that open connections. */
const network = words(`
  BigQueryReader CollectiveInitializeCommunicator ConfigureAndInitializeGlobalTPU ConfigureDistributedTPU DataServiceDataset DataServiceDatasetV2
  DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset RegisterDatasetV2 RemoteCall Rpc RpcCall RpcClient RpcServer RpcServerStart TryRpc
  Recv Send _HostRecv _HostSend _Recv _Send
`);

/** Operators that read or write a file whose path is an input: the numbers of the inputs. Every saved model has them, with a path that the program gives. */
export const pathInputs: ReadonlyMap<string, readonly number[]> = new Map([
  ['InitializeTableFromTextFile', [1]],
  ['InitializeTableFromTextFileV2', [1]],
  ['MergeV2Checkpoints', [0, 1]],
  ['Restore', [0]],
  ['RestoreSlice', [0]],
  ['RestoreV2', [0]],
  ['Save', [0]],
  ['SaveSlices', [0]],
  ['SaveV2', [0]],
]);

/** What an operator does, as far as that is known. */
export type OperatorKind = 'computes' | 'path-input' | 'files' | 'code' | 'network' | 'unknown';

/** What an operator of TensorFlow does, by its name. */
export function kindOfOperator(name: string): OperatorKind {
  if (files.has(name)) return 'files';
  if (code.has(name)) return 'code';
  if (network.has(name)) return 'network';
  if (pathInputs.has(name)) return 'path-input';
  const lists = [mathOperators, flowOperators, stateOperators, otherOperators];
  return lists.some((list) => list.has(name)) ? 'computes' : 'unknown';
}
