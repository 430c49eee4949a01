import semver from 'semver';
import type { GateResult } from '../gates/gates.ts';
import { isTrustEvent, trustAdded, trustAfter, type TrustState } from '../trust/trust-state.ts';
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
  /** What gates said then. */
  readonly gates?: readonly GateResult[] | undefined;
  /** Moved although gates had failed. */
  readonly forced?: true | undefined;
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
  /** Signatures, approvals and load tests of versions. */
  readonly trust: TrustState;
}

/** Before anything has happened. */
export const emptyState: ModelState = {
  last: undefined,
  versions: new Map(),
  deleted: new Map(),
  aliases: new Map(),
  moves: [],
  trust: new Map(),
};

/** What an event makes of a state. */
export function stateAfter(state: ModelState, entry: HistoryEntry): ModelState {
  const { event } = entry;
  const next = { ...state, last: entry };
  if (isTrustEvent(event)) return { ...next, trust: trustAfter(state.trust, event) };
  if (event.kind === 'version.added') {
    const { version } = event.version;
    const trust = trustAdded(state.trust, version, event);
    return { ...next, trust, versions: new Map([...state.versions, [version, event.version]]) };
  }
  const { at, by, reason } = event;
  if (event.kind === 'version.deleted') {
    const version = state.versions.get(event.version);
    const versions = new Map([...state.versions].filter(([number]) => number !== event.version));
    if (version === undefined) return next;
    const deletion = { version, at, by, reason: event.reason };
    return { ...next, versions, deleted: new Map([...state.deleted, [event.version, deletion]]) };
  }
  const { alias, from, to, gates, forced } = event;
  const aliases = new Map(state.aliases);
  if (to === undefined) aliases.delete(alias);
  else aliases.set(alias, to);
  return { ...next, aliases, moves: [...state.moves, { alias, from, to, at, by, reason, gates, forced }] };
}

/** The highest version that was ever added, deleted ones included. */
export function highestVersion({ versions, deleted }: ModelState): string | undefined {
  return semver.sort([...versions.keys(), ...deleted.keys()]).at(-1);
}
