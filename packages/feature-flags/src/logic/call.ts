import type { FlagContext } from '../definition/model.ts';

/** What an evaluation is about. */
export interface Call {
  readonly flagKey: string;
  readonly context: FlagContext;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** A rule, compiled. */
export type Rule = (data: unknown, call: Call) => unknown;
