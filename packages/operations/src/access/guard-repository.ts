import type { Repository, SnapshotRecord } from '@x/backup-store';
import { withFaults } from '@x/storage';
import { OperationsError } from '../errors.ts';
import type { Resource } from './actions.ts';
import { askFor, guarded, type GuardOptions, type GuardRules } from './guard.ts';
import { tenantHandleRules } from './guard-tenant.ts';

type Keys = Repository['keys'];
type Journal = Repository['journal'];
type Tenants = Repository['tenants'];

interface OfTenant {
  readonly tenant?: string | undefined;
}
interface Filtered {
  readonly filter?: OfTenant | undefined;
}

const own = (_target: unknown, options: OfTenant = {}): Resource => ({ tenant: options.tenant });
const named = (_target: unknown, tenant: string): Resource => ({ tenant, name: tenant });
const WHOLE_ID = /^[0-9a-f]{32}$/;

/** Whose a snapshot is: a whole id is always that of the same one; what `latest` or a name means may change between the question and the call. */
async function ofSnapshot(repository: Repository, reference: string, tenant?: string): Promise<Resource> {
  if (tenant !== undefined || !WHOLE_ID.test(reference)) return { tenant, name: reference };
  const record = await repository.snapshot(reference).catch((): SnapshotRecord | undefined => undefined);
  return { tenant: record?.tenant.name, name: reference };
}

const ofRestore = async (
  repository: Repository,
  { snapshot, filter }: Filtered & { readonly snapshot: string },
): Promise<Resource> => ofSnapshot(repository, snapshot, filter?.tenant);

/** Keys of a repository. */
export const keysRules: GuardRules<Keys> = {
  list: { action: 'keys.list' },
  add: { action: 'keys.change' },
  remove: { action: 'keys.change' },
  rotate: { action: 'keys.change' },
  rotateRoot: { action: 'keys.change' },
};

/** Records that were erased. */
export const journalRules: GuardRules<Journal> = {
  erase: { action: 'records.erase', on: own },
  erased: { action: 'records.read', on: own },
  entries: { action: 'records.read', on: own },
  noteRestore: { action: 'backup.restore', on: own },
};

/** Tenants of a repository. */
export const tenantsRules: GuardRules<Tenants> = {
  list: { action: 'tenant.read' },
  show: { action: 'tenant.read', on: named },
  add: { action: 'tenant.change', on: named },
  change: { action: 'tenant.change', on: named },
  hold: { action: 'tenant.hold', on: named },
  release: { action: 'tenant.release', on: named },
  planErase: { action: 'tenant.read', on: named },
  erase: { action: 'tenant.erase', on: named },
  certificateKey: { action: 'tenant.read' },
};

/** What lies below all rules is reached by nobody through a guard. */
function closedStore(store: Repository['store']): Repository['store'] {
  const error = new OperationsError('ACCESS_DENIED', 'Expected calls of the repository, got one of its store', {
    hint: 'Whoever needs the store itself opens it with its own credentials.',
  });
  return withFaults(store, { decide: () => ({ kind: 'error-before', error }) });
}

/** All calls of a repository. */
export const repositoryRules: GuardRules<Repository> = {
  id: 'free',
  store: ({ store }) => closedStore(store),
  encrypted: 'free',
  keys: ({ keys }, ask) => guarded(keys, keysRules, ask),
  journal: ({ journal }, ask) => guarded(journal, journalRules, ask),
  tenants: ({ tenants }, ask) => guarded(tenants, tenantsRules, ask),
  tenant: (target, ask) => (name) => {
    const handle = target.tenant(name);
    return guarded(handle, tenantHandleRules(handle.name), ask);
  },
  info: { action: 'backup.list' },
  addPassphrase: { action: 'keys.change' },
  backup: { action: 'backup.create', on: (_target, { tenant = 'default' }) => ({ tenant }) },
  snapshots: { action: 'backup.list', on: own },
  timeline: { action: 'backup.list', on: own },
  catalog: { action: 'backup.list', on: own },
  snapshot: {
    action: 'backup.list',
    on: async (target, reference, filter) => ofSnapshot(target, reference, filter?.tenant),
  },
  damaged: { action: 'backup.list', on: own },
  entries: { action: 'backup.list', gives: 'sequence', on: async (target, snapshot) => ofSnapshot(target, snapshot) },
  read: {
    action: 'backup.read',
    gives: 'sequence',
    on: async (target, snapshot, { filter }) => ofSnapshot(target, snapshot, filter?.tenant),
  },
  contents: { action: 'backup.read', gives: 'sequence', on: async (target, snapshot) => ofSnapshot(target, snapshot) },
  find: { action: 'backup.list', gives: 'sequence', on: own },
  diff: {
    action: 'backup.list',
    gives: 'sequence',
    on: async (target, before, after) => {
      const [one, other] = [await ofSnapshot(target, before), await ofSnapshot(target, after)];
      return { tenant: one.tenant === other.tenant ? one.tenant : undefined, name: `${before} ${after}` };
    },
  },
  diffLive: {
    action: 'backup.list',
    gives: 'sequence',
    on: async (target, snapshot, options) => ofSnapshot(target, snapshot, options?.filter?.tenant),
  },
  planRestore: { action: 'backup.list', on: ofRestore },
  restore: { action: 'backup.restore', on: ofRestore },
  restoreSafely: { action: 'backup.restore', on: ofRestore },
  restoreInto: { action: 'backup.restore', on: ofRestore },
  unfinishedRestores: { action: 'backup.list', on: own },
  rollBack: {
    action: 'backup.restore',
    on: (_target, unfinished, at) => ({ tenant: at?.tenant, name: unfinished }),
  },
  noteService: { action: 'backup.restore', on: own },
  stoppedServices: { action: 'backup.list', on: own },
  startServices: { action: 'backup.restore', on: (_target, _start, options) => ({ tenant: options?.tenant }) },
  verify: {
    action: 'backup.verify',
    on: async (target, options = {}) =>
      options.snapshot === undefined ? own(target, options) : ofSnapshot(target, options.snapshot, options.tenant),
  },
  recordCheck: { action: 'backup.verify', on: async (target, snapshot) => ofSnapshot(target, snapshot) },
  forget: { action: 'backup.forget', on: (_target, { filter }) => ({ tenant: filter?.tenant }) },
  planPrune: { action: 'backup.list', on: own },
  prune: { action: 'backup.prune', on: own },
  stats: { action: 'backup.list' },
  repair: { action: 'backup.repair' },
  rebuildIndex: { action: 'backup.repair' },
  close: 'free',
  [Symbol.asyncDispose]: 'free',
};

/**
 * A repository of which each call asks first: for the tenant that is named or, with the whole id of a snapshot, for its own; else for all tenants. Make one
 * for each principal: they cost nothing, and share what is open.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { createAccess, guardRepository } from '@x/operations/access';
 *
 * const access = createAccess({ users: { ben: { role: 'operator', tenants: ['hotel-*'] } } });
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const bens = guardRepository(repository, { access, principal: 'ben' });
 * await bens.tenant('hotel-rio').backup({ paths: ['/srv/rio'] });
 * ```
 */
export function guardRepository(repository: Repository, options: GuardOptions): Repository {
  return guarded(repository, repositoryRules, askFor(options));
}
