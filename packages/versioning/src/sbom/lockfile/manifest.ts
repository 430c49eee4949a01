import type { DependencyKind } from '../graph.ts';
import { type Fields, fieldsAt, isFields, invalidLockfile, member, type Place, rangesAt, textAt } from './place.ts';

/** One thing that a manifest asks for. */
export interface Need {
  readonly name: string;
  /** As written: `^1.2.3`, `npm:other@^1`, `workspace:*`. */
  readonly range: string;
  readonly kind: DependencyKind;
  /** Nobody minds when it is not there. */
  readonly isOptional: boolean;
}

/** Of one name in several lists, the first here counts, as package managers have it. */
const LISTS: readonly (readonly [list: string, kind: DependencyKind])[] = [
  ['optionalDependencies', 'optional'],
  ['dependencies', 'runtime'],
  ['devDependencies', 'dev'],
  ['peerDependencies', 'peer'],
];

/** What a manifest, or a lockfile's copy of one, asks for. */
export function needsOf(
  manifest: Fields,
  place: Place,
  lists: readonly string[] = LISTS.map(([list]) => list),
): Need[] {
  const needs = new Map<string, Need>();
  const isOptionalPeer = optionalNames(manifest, 'peerDependenciesMeta', place);
  const isOptionalDependency = optionalNames(manifest, 'dependenciesMeta', place);
  for (const [list, listed] of LISTS) {
    if (!lists.includes(list)) continue;
    for (const [name, range] of rangesAt(manifest, list, place)) {
      if (needs.has(name)) continue;
      const kind = listed === 'runtime' && isOptionalDependency(name) ? 'optional' : listed;
      needs.set(name, {
        name,
        range,
        kind,
        isOptional: kind === 'optional' || (kind === 'peer' && isOptionalPeer(name)),
      });
    }
  }
  return [...needs.values()];
}

/** `{ NAME: { optional: true } }` */
function optionalNames(manifest: Fields, key: string, place: Place): (name: string) => boolean {
  const meta = fieldsAt(manifest, key, place);
  return (name) => {
    const entry = member(meta, name);
    return isFields(entry) && member(entry, 'optional') === true;
  };
}

/** A manifest's licence: SPDX text, the type of the object of old, or the types of the list of old. */
export function licenceOf(manifest: Fields): string | undefined {
  const typeOf = (value: unknown): string | undefined => {
    const text = isFields(value) ? (member(value, 'type') ?? member(value, 'name')) : value;
    return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
  };
  const [licence, licences] = [member(manifest, 'license'), member(manifest, 'licenses')];
  if (licence !== undefined && !Array.isArray(licence)) return typeOf(licence);
  const list = [licence, licences].find((value) => Array.isArray(value)) as unknown[] | undefined;
  const types = list?.map(typeOf).filter((type) => type !== undefined) ?? [];
  if (types.length === 0) return typeOf(licences);
  return types.length === 1 ? types[0] : `(${types.join(' OR ')})`;
}

/** The text of a manifest, read. Some editors of Windows put a byte order mark before it. */
export function parseManifest(text: string, place: Place): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw invalidLockfile(place, 'JSON', cause instanceof Error ? cause.message : cause);
  }
  if (isFields(value)) return value;
  throw invalidLockfile(place, 'a mapping', value);
}

/** Name and version as a manifest has them. */
export const identityOf = (
  manifest: Fields,
  place: Place,
): { name?: string | undefined; version?: string | undefined } => ({
  name: textAt(manifest, 'name', place),
  version: textAt(manifest, 'version', place),
});
