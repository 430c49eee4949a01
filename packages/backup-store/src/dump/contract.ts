import type { DumpVerdict } from './flaw.ts';

export type { DumpVerdict } from './flaw.ts';

/** What a file, or what is packed in it, was taken for. */
export type DumpKind =
  | 'gzip'
  | 'zstd'
  | 'postgresql'
  | 'postgresql-archive'
  | 'mysql'
  | 'sqlite-sql'
  | 'sqlite'
  | 'redis'
  | 'unknown';

/** A kind of dump that can be checked while it passes, with nothing packed around it. */
export type StreamDumpKind = Exclude<DumpKind, 'gzip' | 'zstd' | 'unknown'>;

/** Options of {@link checkedDump}. */
export interface CheckedDumpOptions {
  /** Told what was found of a dump that passed: one sentence, which also says what such a dump can't show. `unknown`: it shows nothing. */
  readonly onChecked?: ((detail: string, verdict: 'sound' | 'unknown') => void) | undefined;
}

/** One form of the content, from the file itself inwards. */
export interface DumpLayer {
  readonly kind: DumpKind;
  /** Bytes in this form that were read. */
  readonly bytes: number;
  /** What was found there. */
  readonly detail: string;
}

/** Report of {@link verifyDump}. */
export interface DumpCheck {
  readonly path: string;
  /** The innermost kind that is known. */
  readonly kind: DumpKind;
  readonly verdict: DumpVerdict;
  /** One sentence: what was found, and what such a file can't show. */
  readonly detail: string;
  /** Bytes of the file. */
  readonly bytes: number;
  readonly layers: readonly DumpLayer[];
}

/** Options of {@link verifyDump}. */
export interface VerifyDumpOptions {
  /** Ends the check early; it then rejects with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
  /** Told of the bytes of the file that were read so far. */
  readonly onProgress?: ((progress: { readonly bytesDone: number; readonly bytesTotal: number }) => void) | undefined;
}
