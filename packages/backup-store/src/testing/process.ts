import { type ObjectStore, withRetry } from '@x/storage';

import type { NewId } from '../layout/names.ts';
import type { Clock, Every, Sleep } from '../run/clock.ts';
import type { SessionMemory } from '../session/open-sessions.ts';
import type { Choices } from './choices.ts';
import type { SimulationCodec } from './codec.ts';
import type { Mutant } from './mutants.ts';

/** What a simulated process works with. */
export interface SimulatedProcess {
  readonly name: string;
  readonly codec: SimulationCodec;
  readonly store: ObjectStore;
  readonly choices: Choices;
  /** By a clock that may be wrong. */
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly every: Every;
  readonly newId: NewId;
  readonly memory: SessionMemory;
  readonly mutant: Mutant | undefined;
  /** This snapshot is about to be forgotten. */
  readonly release: (snapshot: string) => void;
  /** Whether it is, or was. */
  readonly isReleased: (snapshot: string) => boolean;
  /** Snapshots that are forgotten by now. */
  readonly forgotten: ReadonlySet<string>;
}

/** The store as programs use it: a call without an answer is made once more. */
export function persistent(store: ObjectStore): ObjectStore {
  return withRetry(store, { attempts: 2, sleep: async () => undefined, random: () => 0 });
}
