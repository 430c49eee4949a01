import type { AddOptions, ModelRegistry } from '../registry/contract.ts';
import type { ValidateVersionOptions, VersionValidation } from '../registry/vouching-contract.ts';

/** A file that has come or changed. */
export interface WatchedFile {
  /** Absolute. */
  readonly path: string;
  /** The folder of `folders` that it is in, and where there: with `/`. */
  readonly folder: string;
  readonly relative: string;
}

/** What became of a file. */
export type ModelWatchEvent =
  /** All folders were looked through, and what was there is in line. */
  | { readonly type: 'ready' }
  | { readonly type: 'added'; readonly path: string; readonly model: string; readonly version: string }
  /** The newest version has this content. */
  | { readonly type: 'unchanged'; readonly path: string; readonly model: string; readonly version: string }
  /** With `validate`, after `added`: whether it is whole, safe to load, and works. */
  | {
      readonly type: 'validated';
      readonly path: string;
      readonly model: string;
      readonly version: string;
      readonly status: VersionValidation['status'];
      /** What the load test says. */
      readonly detail: string;
    }
  /** It is not tried again until it changes. */
  | {
      readonly type: 'refused';
      readonly path: string;
      readonly model: string;
      /** Of the error: `MODEL_REFUSED`, `INVALID_NAME`. */
      readonly code: string;
      readonly message: string;
      /** Findings, a line each. */
      readonly details: readonly string[];
    }
  /** The folders can not be watched as they should, or a version that is there could not be validated. */
  | { readonly type: 'problem'; readonly message: string };

/** Options of {@link watchModels}. */
export interface WatchModelsOptions {
  readonly registry: Pick<ModelRegistry, 'add' | 'validate'>;
  /** Paths. What is in them, at any depth, is watched; links are not followed. */
  readonly folders: readonly string[];
  /** Endings of files that count, with their dot. Default: those of the formats that are inspected, without `.json`, `.txt` and `.bin`. */
  readonly extensions?: readonly string[] | undefined;
  /** Files and folders that do not count: a name, or a path from the watched folder. Names that begin with a dot never count. */
  readonly ignore?: readonly string[] | undefined;
  /** How long a file has to be left alone before it is looked at, in milliseconds. Default 500. */
  readonly debounce?: number | undefined;
  /** How long a file has to keep its size, in milliseconds, for programs that write slowly. Default 2000; 0: it counts as written when it is there. */
  readonly awaitWriteFinish?: number | undefined;
  /** Looks at what is there at the start, too. Default `true`: what changed while nobody watched is added. */
  readonly initial?: boolean | undefined;
  /** The model that a file is. Default: its name without its ending, in small letters, with `-` for what names of models do not have. */
  readonly modelOf?: ((file: WatchedFile) => string) | undefined;
  /** What is said of a version. Default: the change is `retrain`. */
  readonly factsOf?:
    | ((file: WatchedFile) => Omit<AddOptions, 'signal'> | Promise<Omit<AddOptions, 'signal'>>)
    | undefined;
  /**
   * Also validates each version that it adds, as `registry.validate` does, with a load test where the registry has one: kept in the history, where gates look for it. Options, or `true`.
   * A file that is unchanged is not validated again. Default `false`.
   */
  readonly validate?: boolean | Omit<ValidateVersionOptions, 'signal'> | undefined;
  /** Told what became of each file. */
  readonly onEvent?: ((event: ModelWatchEvent) => void) | undefined;
}

/** Folders that are watched. Dispose of it to stop. */
export interface ModelWatch extends AsyncDisposable {
  /** Files in line, the one being added included. */
  readonly waiting: number;
  /** Until all files in line were looked at. */
  idle(): Promise<void>;
  /** Stops watching, leaves what is in line, waits for the add that has begun, and ends a validation. */
  close(): Promise<void>;
}
