import type { JournalEntry, RecordJournal } from '../repository/journal-contract.ts';
import type { TenantJournal } from '../repository/tenant-contract.ts';

/** The part of a journal that belongs to one tenant, whatever else an object that came from elsewhere has in it. */
export function tenantJournal(journal: RecordJournal, tenant: string): TenantJournal {
  return {
    erase: async (options) => await journal.erase({ ...options, tenant }),
    erased: async (options = {}) => await journal.erased({ ...options, tenant }),
    noteRestore: async (restore) => await journal.noteRestore({ ...restore, tenant }),
    entries: async (options = {}): Promise<readonly JournalEntry[]> => await journal.entries({ ...options, tenant }),
  };
}
