import type { ListPage, ObjectStore } from '@x/storage';

import { commitSeal, decodeCommit } from '../session/commit.ts';
import { decodeDecision, epochSeal } from '../session/epoch-records.ts';
import { packName } from '../layout/names.ts';
import type { SimulationCodec } from './codec.ts';
import type { PendingCall, ScriptedStore } from './scripted-store.ts';

/** A rule that a simulation breaks on purpose: it must find out, or it would find nothing. */
export type Mutant =
  /** The index is read before the session is written. */
  | 'session-after-index'
  /** A keeper deletes what it finds dead itself, before any decision is published. */
  | 'delete-before-decision'
  /** Open sessions are taken for ended and not fenced. */
  | 'open-not-fenced'
  /** A fenced writer overwrites the fence with its commit. */
  | 'fence-overwritten'
  /** Segments of sessions without a commit are believed. */
  | 'late-segments-believed'
  /** What the previous snapshot has is taken for stored without a look at the index. */
  | 'unchanged-without-lookup'
  /** Packs that an open round may delete are relied on. */
  | 'tombstones-ignored'
  /** A session takes the number of the newest round from what its machine saw once. */
  | 'round-from-memory';

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  'session-after-index',
  'delete-before-decision',
  'open-not-fenced',
  'fence-overwritten',
  'late-segments-believed',
  'unchanged-without-lookup',
  'tombstones-ignored',
  'round-from-memory',
];

/** What a process that breaks a rule has. */
export interface MutatedParts {
  /** Name of its machine. */
  readonly role: string;
  readonly memory: RoundMemory;
  readonly store: ObjectStore;
  readonly scripted: ScriptedStore;
  readonly codec: SimulationCodec;
}

/** The store as a process that breaks the rule sees it. Rules that are broken inside a process are no matter of the store. */
export function mutated(mutant: Mutant | undefined, parts: MutatedParts): ObjectStore {
  const { role, store, codec } = parts;
  const { tenant } = codec;
  const sealed = codec.sealed(store);
  switch (mutant) {
    case 'delete-before-decision':
      return {
        ...store,
        async createIfAbsent(key, body, options) {
          if (key.endsWith('/decision')) {
            const { packs } = decodeDecision(sealed.open(key, epochSeal(tenant), body as Uint8Array), key);
            for (const id of packs) await store.delete(packName(tenant.label, ...(id.split('/') as [string, string])));
          }
          return await store.createIfAbsent(key, body, options);
        },
      };
    case 'open-not-fenced':
      return withoutFences(
        store,
        (key, body) => decodeCommit(sealed.open(key, commitSeal(tenant), body), key).type === 'fence',
      );
    case 'fence-overwritten':
      return withOverwrite(parts);
    case 'round-from-memory':
      return role.startsWith('writer') ? withMemory(store, role, parts.memory) : store;
    default:
      return store;
  }
}

function withoutFences(store: ObjectStore, isFence: (key: string, body: Uint8Array) => boolean): ObjectStore {
  const pretended = new Map<string, Uint8Array>();
  return {
    ...store,
    async createIfAbsent(key, body, options) {
      if (!key.startsWith('commits/') || !isFence(key, body as Uint8Array))
        return await store.createIfAbsent(key, body, options);
      pretended.set(key, body as Uint8Array);
      return { created: true, version: 'pretended' };
    },
    async get(key, options) {
      const bytes = pretended.get(key);
      if (bytes === undefined) return await store.get(key, options);
      return { key, size: bytes.length, version: 'pretended', modifiedMs: 0, body: one(bytes) };
    },
  };
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

function withOverwrite({ store, scripted }: { store: ObjectStore; scripted: ScriptedStore }): ObjectStore {
  return {
    ...store,
    async createIfAbsent(key, body, options) {
      const outcome = await store.createIfAbsent(key, body, options);
      if (outcome.created || !key.startsWith('commits/')) return outcome;
      return await new Promise((resolve, reject) => {
        const apply = async (): Promise<unknown> => {
          await scripted.inner.put(key, body as Uint8Array);
          return { created: true, version: 'overwritten' };
        };
        const call = { client: 'overwrite', what: 'create' as const, key, apply, reject };
        scripted.pending.push({ ...call, resolve: resolve as PendingCall['resolve'] });
      });
    },
  };
}

/** What machines saw when they first looked at the rounds, by the name of the machine. */
export type RoundMemory = Map<string, ListPage>;

/** The looks with which a session begins give what the machine's first look gave. */
function withMemory(store: ObjectStore, role: string, memory: RoundMemory): ObjectStore {
  let looks = 0;
  return {
    ...store,
    async list(prefix, options) {
      if (!prefix.startsWith('gc/') || options?.after !== undefined || ++looks > 2)
        return await store.list(prefix, options);
      const page = memory.get(role) ?? (await store.list(prefix, options));
      memory.set(role, page);
      return page;
    },
  };
}
