import { shown, VersioningError } from '../../errors.ts';

/** Where in a lockfile something stands: `pnpm-lock.yaml: packages["a@1.0.0"].resolution`, or its line. */
export type Place = string;

/** `parent.key`, or `parent["a/b"]`. */
export const within = (place: Place, key: string): Place =>
  /^[A-Za-z_]\w*$/.test(key) ? `${place}${place.endsWith(': ') ? '' : '.'}${key}` : `${place}[${JSON.stringify(key)}]`;

/** A mapping from JSON or YAML. Only its own members count: a package may be called `constructor`. */
export type Fields = Readonly<Record<string, unknown>>;

/** The error of a lockfile that is not what its program writes. */
export function invalidLockfile(place: Place, expected: string, found: unknown): VersioningError {
  const got =
    typeof found === 'object' && found !== null ? (Array.isArray(found) ? 'a list' : 'a mapping') : shown(found);
  return new VersioningError('INVALID_LOCKFILE', `Expected ${expected} at ${place}, got ${got}`, {
    hint: 'Let the package manager write the lockfile again; merges and edits by hand break it.',
  });
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The member `key` when it is there. */
export const member = (fields: Fields, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);

/** The mapping at `key`; empty when it is not there. */
export function fieldsAt(fields: Fields, key: string, place: Place): Fields {
  const value = member(fields, key) ?? {};
  if (isFields(value)) return value;
  throw invalidLockfile(within(place, key), 'a mapping', value);
}

/** The text at `key`, if it is there. Numbers count: YAML reads `version: 1.0` as one. */
export function textAt(fields: Fields, key: string, place: Place): string | undefined {
  const value = member(fields, key) ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalidLockfile(within(place, key), 'text', value);
}

/** Names and ranges at `key`, in the order of the file. */
export function rangesAt(fields: Fields, key: string, place: Place): [name: string, range: string][] {
  const ranges = fieldsAt(fields, key, place);
  return Object.keys(ranges).map((name) => [name, textAt(ranges, name, within(place, key)) ?? '']);
}

/** Manifests of a repository by folder: `.` for the root. */
export type Manifests = ReadonlyMap<string, Fields>;
