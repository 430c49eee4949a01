import type { Inspection } from '../contract.ts';
import type { ModelFormat } from '../inspection.ts';
import { Judge, type Names } from './judge.ts';
import { Stack } from './stack.ts';
import type { Made, Value } from './values.ts';

/** Bytes in a pickle that are a format of their own. */
export interface Enclosed {
  /** Where they begin in the source; a text that was written with escapes is here itself. */
  readonly content: { readonly at: number; readonly length: number } | string;
  readonly name: string;
  readonly only: readonly ModelFormat[];
  /** What it is reported as when no format knows it; `undefined` when that is harmless. */
  readonly expected: string | undefined;
}

/** What a pickle machine knows while it runs. */
export class Machine {
  readonly inspection: Inspection;
  readonly stack: Stack;
  readonly judge: Judge;
  /** What an id outside of the pickle stands for; `undefined` where nothing gives them. */
  readonly persistent: ((id: Value, at: number) => Value | undefined) | undefined;
  /** To be inspected before the next opcode. */
  readonly enclosed: Enclosed[] = [];
  /** Joblib's sign that the bytes of an array follow. */
  wrapper: Made | undefined;
  /** As `PROTO` says; 0 and 1 have none. */
  protocol: number | undefined;
  /** Where the frame ends; `undefined` outside of frames. */
  frameEnd: number | undefined;
  /** Where the pickle begins. */
  readonly start: number;
  /** The version of scikit-learn that it names. */
  scikitLearn: string | undefined;
  hasStopped = false;
  readonly #told = new Set<string>();

  constructor(
    inspection: Inspection,
    around: { readonly start: number; readonly persistent?: Machine['persistent']; readonly names?: Names | undefined },
  ) {
    this.inspection = inspection;
    this.start = around.start;
    this.persistent = around.persistent;
    this.stack = new Stack(inspection);
    this.judge = new Judge(inspection, around.names);
  }

  /** Reports what Python's own pickler never writes, once of each kind. */
  unusual(message: string): void {
    if (this.#told.has(message)) return;
    this.#told.add(message);
    this.inspection.find('PICKLE_UNUSUAL', message, this.stack.at);
  }
}
