import { seededRandom } from '../random.ts';
import type { Random } from '../random.ts';
import type { Fault, FaultRequest, FaultsOptions } from './faults.ts';

/** Options of {@link seededFaults}. */
export interface SeededFaultsOptions {
  /** The same seed, and the same calls, give the same faults. */
  readonly seed: number;
  /** The share of calls that go wrong, 0 to 1; default 0.1. */
  readonly rate?: number | undefined;
  /** What may go wrong; default everything. */
  readonly kinds?: readonly Fault['kind'][] | undefined;
  /** Which calls may go wrong; default all. */
  readonly accepts?: ((request: FaultRequest) => boolean) | undefined;
}

const KINDS: readonly Fault['kind'][] = ['error-before', 'error-after', 'short-read', 'late-write'];
const MOST_BYTES = 4096;
const MOST_CALLS = 8;

/** A script for {@link withFaults} that follows from a seed. */
export function seededFaults(options: SeededFaultsOptions): FaultsOptions['decide'] {
  const { seed, rate = 0.1, kinds = KINDS, accepts = () => true } = options;
  const random = seededRandom(seed);
  return (request) => {
    const strikes = random() < rate;
    if (!strikes || !accepts(request)) return undefined;
    const kind = kinds[Math.floor(random() * kinds.length)];
    return kind === undefined ? undefined : faultOf(kind, random);
  };
}

function faultOf(kind: Fault['kind'], random: Random): Fault {
  if (kind === 'short-read') return { kind, bytes: Math.floor(random() * MOST_BYTES) };
  if (kind === 'late-write') return { kind, afterCalls: 1 + Math.floor(random() * MOST_CALLS) };
  return { kind };
}
