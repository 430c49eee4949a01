import semver from 'semver';
import type { ModelVersion } from '../versions/version.ts';
import type { HistoryEntry } from './events.ts';

/** A move of an alias. */
export interface AliasMove {
  readonly alias: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly at: number;
  readonly by: string;
  readonly reason?: string | undefined;
}

/** A version that was deleted. Its number is never given again. */
export interface DeletedVersion {
  readonly version: ModelVersion;
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

/** What a history comes to. */
export interface ModelState {
  readonly last: HistoryEntry | undefined;
  /** By their numbers, in the order they were added. */
  readonly versions: ReadonlyMap<string, ModelVersion>;
  readonly deleted: ReadonlyMap<string, DeletedVersion>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly moves: readonly AliasMove[];
}

/** Before anything has happened. */
export const emptyState: ModelState = {
  last: undefined,
  versions: new Map(),
  deleted: new Map(),
  aliases: new Map(),
  moves: [],
};

/** What an event makes of a state. */
export function stateAfter(state: ModelState, entry: HistoryEntry): ModelState {
  const { event } = entry;
  const next = { ...state, last: entry };
  if (event.kind === 'version.added') {
    return { ...next, versions: new Map([...state.versions, [event.version.version, event.version]]) };
  }
  const { at, by, reason } = event;
  if (event.kind === 'version.deleted') {
    const version = state.versions.get(event.version);
    const versions = new Map([...state.versions].filter(([number]) => number !== event.version));
    if (version === undefined) return next;
    const deletion = { version, at, by, reason: event.reason };
    return { ...next, versions, deleted: new Map([...state.deleted, [event.version, deletion]]) };
  }
  const { alias, from, to } = event;
  const aliases = new Map(state.aliases);
  if (to === undefined) aliases.delete(alias);
  else aliases.set(alias, to);
  return { ...next, aliases, moves: [...state.moves, { alias, from, to, at, by, reason }] };
}

/** The highest version that was ever added, deleted ones included. */
export function highestVersion({ versions, deleted }: ModelState): string | undefined {
  return semver.sort([...versions.keys(), ...deleted.keys()]).at(-1);
}
