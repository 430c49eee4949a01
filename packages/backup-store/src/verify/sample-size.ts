import { BackupError } from '../errors.ts';
import type { SampleSize, VerifyOptions } from '../repository/contract.ts';
import { shuffled } from '../run/random.ts';

const DEFAULT_PERCENT = 5;
const UNITS = ['percent', 'bytes', 'ms'] as const;

/** A checked {@link SampleSize}. */
export interface SampleLimit {
  readonly unit: (typeof UNITS)[number];
  readonly value: number;
}

/**
 * How much is to be read; `undefined` when the level is not `sample`.
 *
 * @throws {BackupError} `INVALID_OPTION`.
 */
export function sampleLimit({ level = 'structure', sample, snapshot }: VerifyOptions): SampleLimit | undefined {
  if (level !== 'sample') {
    if (sample === undefined) return undefined;
    throw new BackupError('INVALID_OPTION', `Expected a sample size for level sample only, got level ${level}`);
  }
  if (snapshot !== undefined) {
    throw new BackupError('INVALID_OPTION', 'Expected a sample of the whole repository, got one of a single snapshot', {
      hint: 'Verify the snapshot with level full, or leave it out.',
    });
  }
  return limitOf(sample ?? { percent: DEFAULT_PERCENT });
}

function limitOf(sample: SampleSize): SampleLimit {
  const given = UNITS.filter((unit) => sample[unit] !== undefined);
  const [unit] = given;
  if (unit === undefined || given.length > 1) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected exactly one of percent, bytes and ms for a sample, got ${given.length === 0 ? 'none' : given.join(' and ')}`,
    );
  }
  const value = sample[unit] as number;
  const most = unit === 'percent' ? 100 : Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'number' || !(value > 0 && value <= most)) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected sample.${unit} to be a number above 0${unit === 'percent' ? ' and at most 100' : ''}, got ${value}`,
    );
  }
  return { unit, value };
}

/** A pack that may be read. */
export interface Candidate {
  /** Stored bytes. */
  readonly size: number;
  /** Milliseconds since 1970; absent when it was never found well. */
  readonly checkedAt: number | undefined;
}

/**
 * Those that are read, in this order: never checked ones first, then those that were not for longest. Among equals
 * chance decides, so that two machines do not read the same. Of a limit of time all are returned: the clock decides.
 */
export function chooseSample<T extends Candidate>(packs: readonly T[], { unit, value }: SampleLimit): T[] {
  const ordered = shuffled(packs).toSorted((a, b) => (a.checkedAt ?? -1) - (b.checkedAt ?? -1));
  if (unit === 'ms') return ordered;
  const all = packs.reduce((sum, { size }) => sum + size, 0);
  const wanted = unit === 'percent' ? (all * value) / 100 : value;
  let taken = 0;
  return ordered.filter(({ size }) => {
    if (taken >= wanted) return false;
    taken += size;
    return true;
  });
}
