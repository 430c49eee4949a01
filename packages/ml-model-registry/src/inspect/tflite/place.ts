import type { Inspection } from '../contract.ts';
import type { ValueLimits } from '../flatbuffers/values.ts';
import type { Buffer, Ranges } from './buffers.ts';

/** An operator that the model uses: its number, and its name when it is none of TFLite's own. */
export interface OperatorCode {
  readonly number: number;
  readonly name: string;
}

/** What parts of a model are looked at with. */
export interface TflitePlace {
  readonly inspection: Inspection;
  readonly texts: ValueLimits;
  readonly ranges: Ranges;
  readonly buffers: readonly Buffer[];
  readonly codes: readonly OperatorCode[];
  /** How many subgraphs there are. */
  readonly subgraphs: number;
}
