import type { ModelMember } from '../inspect/folder/manifest.ts';
import type { Measurements } from '../metrics/measurement.ts';
import type { Framework, ModelFormat, TensorInfo, Verdict } from '../inspect/inspection.ts';

/** A figure that a model was measured by, by its name: `accuracy`, `rmse`. */
export type Metrics = Readonly<Record<string, number>>;

/** A setting that a model was trained with. */
export type Params = Readonly<Record<string, string | number | boolean>>;

/** What a version was trained on. */
export interface Dataset {
  readonly name: string;
  /** `sha256:<hex>` of the data, or another digest with its algorithm. */
  readonly digest?: string | undefined;
}

/** The code that has trained a version. */
export interface Code {
  readonly repository?: string | undefined;
  readonly commit: string;
}

/** Another version that this one was made of. */
export interface Parent {
  readonly model: string;
  readonly version: string;
}

/** What whoever adds a version says of it. */
export interface VersionFacts {
  readonly change: string;
  readonly description?: string | undefined;
  readonly metrics: Metrics;
  /** How metrics were measured, by their names: what confidence intervals need. */
  readonly measurements?: Measurements | undefined;
  readonly params: Params;
  readonly dataset?: Dataset | undefined;
  readonly code?: Code | undefined;
  readonly parents: readonly Parent[];
  /** Words, or `key=value`. */
  readonly tags: readonly string[];
}

/** What the inspection said when a version was added. */
export interface VersionInspection {
  readonly format: ModelFormat;
  readonly verdict: Verdict;
  readonly framework?: Framework | undefined;
  readonly parameters?: number | undefined;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Codes of the findings, each once. */
  readonly findings: readonly string[];
}

/** A version of a model. It never changes. */
export interface ModelVersion extends VersionFacts {
  readonly model: string;
  /** Semantic Versioning 2.0, without `v`. */
  readonly version: string;
  /** Why it has this number. */
  readonly reason: string;
  /** `sha256:<hex>` of the file; of a folder, that of the list of its files (`manifestDigest`). */
  readonly digest: string;
  /** Bytes, of all files. */
  readonly size: number;
  /** The name of the file or folder when it was added. */
  readonly file: string;
  /** Of a folder: its files. */
  readonly members?: readonly ModelMember[] | undefined;
  readonly inspection: VersionInspection;
  /** The snapshot of the repository that has the content. */
  readonly snapshot: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  readonly addedBy: string;
}
