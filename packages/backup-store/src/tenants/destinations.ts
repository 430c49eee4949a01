import { BackupError } from '../errors.ts';
import type {
  CopiesUntil,
  DeclaredDestinations,
  ErasedDestination,
  ErasureStatement,
} from '../repository/erasure-contract.ts';

const MAX_MIRRORS = 100;
const MAX_PLACE_BYTES = 1024;

/** Where the store and the keys are. */
export interface ErasurePlaces {
  readonly store: string;
  /** Absent when the keys are where the data is. */
  readonly keyStore?: string | undefined;
}

type Holds = ErasedDestination['holds'];

/** A place, and until when copies of what was there may be found. */
interface Place extends Pick<ErasedDestination, 'role' | 'place' | 'holds' | 'basis'> {
  /** Milliseconds since 1970; `-Infinity`: there are none; `Infinity`: nobody knows. */
  readonly untilMs: number;
}

/**
 * What is left of a tenant whose keys were destroyed at `atMs`, place by place. Who has copies of the keys can read copies of the data,
 * and what no prune has deleted yet; who has copies of the data alone can read nothing.
 */
export function erasedDestinations(
  places: ErasurePlaces,
  declared: DeclaredDestinations,
  { atMs, shared = false }: { readonly atMs: number; readonly shared?: boolean | undefined },
): Pick<ErasureStatement, 'destinations' | 'readable'> {
  const all = placesOf(places, declared, atMs).map((place) =>
    // Others have the keys, and some of the data may be theirs, too: nobody knows until when.
    shared && place.role !== 'mirror' ? { ...place, untilMs: Infinity, basis: 'checked' as const } : place,
  );
  const keysUntil = Math.max(...all.map(({ holds, untilMs }) => (holds === 'data' ? -Infinity : untilMs)));
  const destinations = all.map((place): ErasedDestination => {
    const { untilMs, ...what } = place;
    // Without keys it is noise. The store itself has the data until it is pruned, whatever is known of older versions.
    const dataUntil = what.role === 'store' && untilMs === -Infinity ? keysUntil : Math.min(untilMs, keysUntil);
    const until = what.holds === 'data' ? dataUntil : untilMs;
    if (until === -Infinity) return { ...what, status: 'destroyed' };
    return { ...what, status: 'copies may remain', until: isoOf(until) };
  });
  return { destinations, readable: keysUntil === -Infinity ? false : { until: isoOf(keysUntil) } };
}

const isoOf = (ms: number): string | null => (ms === Infinity ? null : new Date(ms).toISOString());

function placesOf(places: ErasurePlaces, declared: DeclaredDestinations, atMs: number): readonly Place[] {
  const { store, keyStore } = places;
  const both: Holds = keyStore === undefined ? 'data and keys' : 'data';
  const own = (role: 'store' | 'keyStore', place: string, holds: Holds): Place => {
    const said = declared[role];
    const isFolder = place.startsWith('file:') || place.startsWith('memory:');
    const basis = said !== undefined ? 'declared' : isFolder ? 'checked' : 'assumed';
    return { role, place, holds, basis, untilMs: readUntil(said ?? (isFolder ? 'none' : 'unknown'), role, atMs) };
  };
  const mirrors = (declared.mirrors ?? []).map(({ place, holds = both, copiesUntil }): Place => ({
    role: 'mirror',
    place,
    holds,
    basis: 'declared',
    untilMs: readUntil(copiesUntil, place, atMs),
  }));
  return [
    own('store', store, both),
    ...(keyStore === undefined ? [] : [own('keyStore', keyStore, 'keys')]),
    ...mirrors,
  ];
}

/** A time that has passed says that there are none any more. @throws {BackupError} `INVALID_OPTION`. */
function readUntil(said: CopiesUntil, place: string, atMs: number): number {
  if (said === 'none') return -Infinity;
  if (said === 'unknown') return Infinity;
  const ms = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(said) ? Date.parse(said) : Number.NaN;
  if (Number.isNaN(ms))
    throw new BackupError('INVALID_OPTION', `Expected a date for the copies of ${place}, got ${JSON.stringify(said)}`, {
      hint: 'Write it as 2027-01-31 or 2027-01-31T00:00:00Z, or say `none` or `unknown`.',
    });
  return ms <= atMs ? -Infinity : ms;
}

/** @throws {BackupError} `INVALID_OPTION` for what is no list of destinations. */
export function checkDestinations(places: ErasurePlaces, declared: DeclaredDestinations): void {
  const { mirrors = [], keyStore } = declared;
  if (keyStore !== undefined && places.keyStore === undefined)
    throw new BackupError('INVALID_OPTION', 'Expected nothing of a key store, as this repository has none');
  const names = mirrors.map(({ place }) => place);
  const isFine = (name: string): boolean =>
    name.trim() !== '' && Buffer.byteLength(name) <= MAX_PLACE_BYTES && !/\p{Cc}/u.test(name);
  if (names.length > MAX_MIRRORS || !names.every(isFine) || new Set(names).size < names.length)
    throw new BackupError(
      'INVALID_OPTION',
      `Expected at most ${MAX_MIRRORS} mirrors with a name of their own each, of one line`,
    );
  const kinds = new Set<string | undefined>(['data', 'keys', 'data and keys', undefined]);
  if (!mirrors.every(({ holds }) => kinds.has(holds)))
    throw new BackupError('INVALID_OPTION', 'Expected mirrors to hold `data`, `keys` or `data and keys`');
  erasedDestinations(places, declared, { atMs: 0 });
}
