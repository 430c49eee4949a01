import type { TenantHandle } from '@x/backup-store';
import type { Resource } from './actions.ts';
import { guarded, type GuardRules } from './guard.ts';

/** All calls of a tenant's handle, each of which is asked for that tenant. */
export function tenantHandleRules(tenant: string): GuardRules<TenantHandle> {
  const on = (): Resource => ({ tenant });
  const ofSnapshot = (_target: unknown, name: string): Resource => ({ tenant, name });
  const ofRestore = (_target: unknown, { snapshot }: { readonly snapshot: string }): Resource => ({
    tenant,
    name: snapshot,
  });
  return {
    name: 'free',
    journal: ({ journal }, ask) => guarded(journal, tenantJournalRules(on), ask),
    backup: { action: 'backup.create', on },
    snapshots: { action: 'backup.list', on },
    timeline: { action: 'backup.list', on },
    catalog: { action: 'backup.list', on },
    snapshot: { action: 'backup.list', on: ofSnapshot },
    damaged: { action: 'backup.list', on },
    entries: { action: 'backup.list', gives: 'sequence', on: ofSnapshot },
    contents: { action: 'backup.read', gives: 'sequence', on: ofSnapshot },
    read: { action: 'backup.read', gives: 'sequence', on: ofSnapshot },
    find: { action: 'backup.list', gives: 'sequence', on },
    diff: { action: 'backup.list', gives: 'sequence', on: ofSnapshot },
    diffLive: { action: 'backup.list', gives: 'sequence', on: ofSnapshot },
    planRestore: { action: 'backup.list', on: ofRestore },
    restore: { action: 'backup.restore', on: ofRestore },
    restoreSafely: { action: 'backup.restore', on: ofRestore },
    restoreInto: { action: 'backup.restore', on: ofRestore },
    unfinishedRestores: { action: 'backup.list', on },
    rollBack: { action: 'backup.restore', on: ofSnapshot },
    noteService: { action: 'backup.restore', on },
    stoppedServices: { action: 'backup.list', on },
    startServices: { action: 'backup.restore', on },
    verify: { action: 'backup.verify', on },
    recordCheck: { action: 'backup.verify', on: ofSnapshot },
    forget: { action: 'backup.forget', on },
    planPrune: { action: 'backup.list', on },
    prune: { action: 'backup.prune', on },
    stats: { action: 'backup.list', on },
  };
}

function tenantJournalRules(on: () => Resource): GuardRules<TenantHandle['journal']> {
  return {
    erase: { action: 'records.erase', on },
    erased: { action: 'records.read', on },
    entries: { action: 'records.read', on },
    noteRestore: { action: 'backup.restore', on },
  };
}
