import { VersioningError } from '../../errors.ts';
import type { DeployedState } from '../layout/model.ts';

/** One change of a release's state. */
export interface StateEntry {
  readonly version: string;
  readonly state: DeployedState | 'removed';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly by: string;
  readonly run: string;
}

const FORMAT = 'holdfast-release-state';
const STATES: readonly unknown[] = ['building', 'staged', 'active', 'good', 'bad', 'rolled-back', 'removed'];

/** @param token Random: entries of two writers must differ. */
export function encodeState(entry: StateEntry, token: string): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ token, format: FORMAT, formatVersion: 0, ...entry })}\n`);
}

/** @throws {VersioningError} `INVALID_DEPLOY_RECORD`. */
export function decodeState(bytes: Uint8Array, n: number): StateEntry {
  try {
    const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
    const { format, formatVersion, version, state, at, by, run } = value;
    const isWhole = [version, at, by, run].every((each) => typeof each === 'string') && STATES.includes(state);
    if (format === FORMAT && formatVersion === 0 && isWhole) return { version, state, at, by, run } as StateEntry;
  } catch {
    // Not JSON: refused below.
  }
  throw new VersioningError(
    'INVALID_DEPLOY_RECORD',
    `Expected the state of a release in entry ${n}, got something else`,
    {
      hint: 'It was changed outside of Holdfast, or a newer version wrote it.',
    },
  );
}
