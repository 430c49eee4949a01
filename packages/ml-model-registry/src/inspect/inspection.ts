import type { FindingCode } from './finding-codes.ts';
import type { ModelMember } from './folder/manifest.ts';
import type { Severity } from './severity.ts';

/** What a file is, by its content. */
export type ModelFormat =
  | 'hdf5'
  | 'keras'
  | 'pickle'
  | 'joblib'
  | 'pytorch'
  | 'torchscript'
  | 'pytorch-legacy'
  | 'onnx'
  | 'tflite'
  | 'savedmodel'
  | 'graphdef'
  | 'xgboost-json'
  | 'xgboost-ubj'
  | 'lightgbm'
  | 'safetensors'
  | 'npy'
  | 'npz'
  | 'gguf'
  | 'unknown';

/**
 * What an inspection says of a file. `clean`: all of it was walked, and all that was found is on the list of what is harmless.
 * `unknown`: some of it can't be judged. `suspicious`: it is damaged, disguised, or does what models don't. `malicious`: loading it would do harm.
 */
export type Verdict = 'clean' | 'unknown' | 'suspicious' | 'malicious';

/** Something that was found, and where. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** One sentence. Names that come from the file are quoted as JSON and cut. */
  readonly message: string;
  /** Bytes from the start of the part, or of the file where there is no part. */
  readonly offset: number;
  /** The part of the file that has it: the path in an archive (`model/data.pkl`), `>` between nested ones. */
  readonly part?: string | undefined;
}

/** A tensor, input or output. */
export interface TensorInfo {
  readonly name: string;
  /** The element type as the format calls it, in lower case: `float32`, `q4_k`, `int64`. */
  readonly type: string;
  /** `null` for a dimension that is not fixed. */
  readonly shape: readonly (number | null)[];
  /** Where its bytes are in the file, when they are stored as they are. */
  readonly offset?: number | undefined;
  /** Bytes that it takes. */
  readonly bytes?: number | undefined;
}

/** What wrote a model, or what it is for. */
export interface Framework {
  /** In lower case, as its package is called: `scikit-learn`, `keras`, `xgboost`. */
  readonly name: string;
  readonly version?: string | undefined;
}

/** What one format tells of a model. */
export interface FormatReport {
  readonly format: ModelFormat;
  /** The version of the file format. */
  readonly formatVersion?: string | undefined;
  readonly framework?: Framework | undefined;
  readonly inputs?: readonly TensorInfo[] | undefined;
  readonly outputs?: readonly TensorInfo[] | undefined;
  /** How many numbers were learned, where it can be told. */
  readonly parameters?: number | undefined;
  readonly tensors?: readonly TensorInfo[] | undefined;
  /** Short texts that the file says of itself: `architecture`, `producer`, `license`. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What {@link inspectModel} tells of a file. */
export interface ModelInspection extends FormatReport {
  readonly verdict: Verdict;
  /** The first {@link InspectLimits.findings} of them, in the order of the walk. The verdict counts all. */
  readonly findings: readonly Finding[];
  /** How many findings there are, those left out included. */
  readonly findingCount: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly tensors: readonly TensorInfo[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of the file, or of all files. */
  readonly size: number;
  /** `sha256:<hex>` of the file, when it was asked for; of a folder, that of the list of its files (`manifestDigest`). */
  readonly digest?: string | undefined;
  /** Of a folder: its files with their digests, when these were asked for. */
  readonly members?: readonly ModelMember[] | undefined;
  /** Of a folder: the file that a loader is given; absent where it is given the folder. */
  readonly main?: string | undefined;
}
