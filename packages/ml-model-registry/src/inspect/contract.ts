import type { FindingCode } from './finding-codes.ts';
import type { ModelFormat } from './inspection.ts';
import type { InspectLimits } from './limits.ts';
import type { ByteSource } from './source/byte-source.ts';
import type { FoundReport } from './tensor-values.ts';

/** Where the inspectors of formats report to, and what they may use up. One for each part; all parts of a file share findings and budgets. */
export interface Inspection {
  readonly limits: InspectLimits;
  /** The part that is looked at; `undefined` for the file itself. */
  readonly part: string | undefined;
  /** The folder of the file, where there is one: for data that a model keeps beside it. */
  readonly directory: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Reports something. `message` is a sentence without its dot; texts of the file in it are quoted. */
  find(code: FindingCode, message: string, offset: number): void;
  /**
   * Takes `count` steps of the budget. Call it in every loop whose length the file decides.
   *
   * @throws {StructureError} `LIMIT_EXCEEDED`.
   * @throws {ModelError} `ABORTED`.
   */
  step(count: number, offset: number): void;
  /**
   * Takes bytes of the budget for what is decompressed.
   *
   * @throws {StructureError} `LIMIT_EXCEEDED`.
   */
  inflate(bytes: number, offset: number): void;
  /**
   * Inspects a part by its content. Structures of it that are broken become findings; `undefined` when no format knows it, which is no finding.
   * `only` names formats that may be in there.
   */
  nested(source: ByteSource, name: string, only?: readonly ModelFormat[]): Promise<FoundReport | undefined>;
  /** Says that the model reads this file of its folder, by its path from there. */
  uses(path: string): void;
  /** The same for a part that its inspector walks itself: what is found there is told with the name of the part. */
  inside(name: string): Inspection;
}

/** Knows one family of formats. */
export interface FormatInspector {
  /** Formats that it may report. */
  readonly formats: readonly ModelFormat[];
  /** Whether the content may be of this family, by its first bytes (64 KiB, or all there are) and, if need be, others. */
  recognises(head: Uint8Array, source: ByteSource): boolean | Promise<boolean>;
  /**
   * Walks over all of it. What is wrong is reported to the inspection; what makes it impossible to go on is thrown.
   *
   * @throws {StructureError}
   */
  inspect(source: ByteSource, inspection: Inspection): Promise<FoundReport>;
}
