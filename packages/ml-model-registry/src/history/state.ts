import semver from 'semver';
import type { GateResult } from '../gates/gates.ts';
import { isTrustEvent, trustAdded, trustAfter, type TrustState, type VersionTrust } from '../trust/trust-state.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { HistoryEntry, LoggedEvent } from './events.ts';

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

/** What events make of a state. The state itself stays as it is: it is copied once, not for each event. */
export function stateAfter(state: ModelState, entries: readonly HistoryEntry[]): ModelState {
  const next = {
    ...state,
    versions: new Map(state.versions),
    deleted: new Map(state.deleted),
    aliases: new Map(state.aliases),
    moves: [...state.moves],
    trust: new Map(state.trust),
  };
  for (const entry of entries) {
    next.last = entry;
    apply(next, entry.event);
  }
  return next;
}

/** A state that is being made. */
interface Draft {
  readonly versions: Map<string, ModelVersion>;
  readonly deleted: Map<string, DeletedVersion>;
  readonly aliases: Map<string, string>;
  readonly moves: AliasMove[];
  readonly trust: Map<string, VersionTrust>;
}

function apply({ versions, deleted, aliases, moves, trust }: Draft, event: LoggedEvent): void {
  const { at, by } = event;
  if (isTrustEvent(event)) trust.set(event.version, trustAfter(trust, event));
  else if (event.kind === 'version.added') {
    const { version, signature } = event;
    versions.set(version.version, version);
    if (signature !== undefined) trust.set(version.version, trustAdded({ signature, at, by }));
  } else if (event.kind === 'version.deleted') {
    const version = versions.get(event.version);
    if (version === undefined) return;
    versions.delete(event.version);
    deleted.set(event.version, { version, at, by, reason: event.reason });
  } else {
    const { alias, from, to, reason, gates, forced } = event;
    if (to === undefined) aliases.delete(alias);
    else aliases.set(alias, to);
    moves.push({ alias, from, to, at, by, reason, gates, forced });
  }
}

/** The highest version that was ever added, deleted ones included. */
export function highestVersion({ versions, deleted }: ModelState): string | undefined {
  return semver.sort([...versions.keys(), ...deleted.keys()]).at(-1);
}
