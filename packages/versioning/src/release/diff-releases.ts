import { isDeepStrictEqual } from 'node:util';
import { type ContentsDiff, diffContents } from '../artifact/diff-contents.ts';
import type { ArtifactContent } from '../artifact/model.ts';
import type { Migration, Migrations } from '../migrations/model.ts';
import type { JsonValue, Release } from './model.ts';
import type { BillComponent } from './sbom-components.ts';

/** A component that is in both bills, in other versions. */
export interface ChangedComponent {
  readonly name: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What sets two releases apart. */
export interface ReleaseDiff {
  readonly from: string;
  readonly to: string;
  /** Bytes of the artefacts. */
  readonly size: { readonly before: number; readonly after: number };
  readonly files: ContentsDiff;
  readonly components: {
    readonly added: readonly BillComponent[];
    readonly removed: readonly BillComponent[];
    readonly changed: readonly ChangedComponent[];
  };
  /** Migrations that the other one does not have, or has otherwise, forward or back. */
  readonly migrations: {
    readonly added: readonly Migration[];
    readonly removed: readonly Migration[];
    /** Ids of migrations that do something else, or are undone by something else. */
    readonly changed: readonly string[];
  };
  /** Flags that are not the same. */
  readonly flags: readonly { readonly name: string; readonly before?: JsonValue; readonly after?: JsonValue }[];
  /** What else differs: names of members, as `channel`. */
  readonly other: readonly string[];
}

/** A release with what its manifest refers to. */
export interface OpenedRelease {
  readonly release: Release;
  readonly contents: readonly ArtifactContent[];
  readonly components: readonly BillComponent[];
}

/** Compares two releases, whichever of them is older. */
export function compareReleases(before: OpenedRelease, after: OpenedRelease): ReleaseDiff {
  const [from, to] = [before.release, after.release];
  return {
    from: from.version,
    to: to.version,
    size: { before: from.artifact?.size ?? 0, after: to.artifact?.size ?? 0 },
    files: diffContents(before.contents, after.contents),
    components: compareComponents(before.components, after.components),
    migrations: compareMigrations(from.migrations, to.migrations),
    flags: compareFlags(from.flags, to.flags),
    other: (['channel', 'preRelease', 'component', 'description'] as const).filter((name) => from[name] !== to[name]),
  };
}

function compareComponents(
  before: readonly BillComponent[],
  after: readonly BillComponent[],
): ReleaseDiff['components'] {
  const [old, next] = [versionsByName(before), versionsByName(after)];
  const single = (name: string, versions: readonly string[]): BillComponent[] =>
    versions.map((version) => ({ name, version }));
  return {
    added: [...next].flatMap(([name, versions]) => (old.has(name) ? [] : single(name, versions))),
    removed: [...old].flatMap(([name, versions]) => (next.has(name) ? [] : single(name, versions))),
    changed: [...next].flatMap(([name, versions]) => {
      const earlier = old.get(name);
      if (earlier === undefined || isDeepStrictEqual(earlier, versions)) return [];
      return [{ name, before: earlier, after: versions }];
    }),
  };
}

function versionsByName(components: readonly BillComponent[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, Set<string>>();
  for (const { name, version } of components) byName.set(name, (byName.get(name) ?? new Set()).add(version));
  return new Map(
    [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, versions]) => [name, [...versions].toSorted()]),
  );
}

function compareMigrations(before: Migrations, after: Migrations): ReleaseDiff['migrations'] {
  const [old, next] = [inBothDirections(before), inBothDirections(after)];
  return {
    added: after.forward.filter(({ id }) => !old.has(id)),
    removed: before.forward.filter(({ id }) => !next.has(id)),
    changed: [...next.keys()].filter((id) => old.has(id) && !isDeepStrictEqual(old.get(id), next.get(id))),
  };
}

/** What each step forward is, and what undoes it. */
function inBothDirections({ forward, backward }: Migrations): ReadonlyMap<string, readonly Migration[]> {
  const undoing = Map.groupBy(backward, ({ id }) => id);
  return new Map(forward.map((each) => [each.id, [each, ...(undoing.get(each.id) ?? [])]]));
}

function compareFlags(before: Release['flags'], after: Release['flags']): ReleaseDiff['flags'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names.flatMap((name) => {
    const [old, next] = [before, after].map((flags) => (Object.hasOwn(flags, name) ? flags[name] : undefined));
    if (isDeepStrictEqual(old, next)) return [];
    return [{ name, ...(old === undefined ? {} : { before: old }), ...(next === undefined ? {} : { after: next }) }];
  });
}
