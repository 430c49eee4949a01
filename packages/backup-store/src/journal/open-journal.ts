import type { SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import type { RepositoryEvent } from '../repository/contract.ts';
import type {
  EraseRecordsOptions,
  ErasedRecords,
  JournalEntry,
  JournalOptions,
  NotedRestore,
  RecordJournal,
} from '../repository/journal-contract.ts';
import type { Clock } from '../run/clock.ts';
import type { StoredEntry } from './entry.ts';
import { Journal } from './journal.ts';
import { erasedRecords, markOf, marksOf } from './marks.ts';

/** Marks in one entry, so that it stays a small object. */
const MARKS_OF_ENTRY = 50_000;
const MAX_NOTE = 1000;

/** What the journals of a repository work with. */
export interface JournalContext {
  readonly sealed: SealedStore;
  readonly clock: Clock;
  /** @throws {BackupError} `CLOSED`, `TENANT_NOT_FOUND`, `TENANT_ERASED`. */
  tenant(name: string): Promise<Tenant>;
  /** @throws {BackupError} `REPOSITORY_CHANGED` when this machine has seen more entries. */
  checkCount(label: string, entries: number): Promise<void>;
  emit(name: RepositoryEvent['name'], details: RepositoryEvent['details']): void;
}

/** {@link RecordJournal} of an open repository. */
export class OpenJournal implements RecordJournal {
  readonly #context: JournalContext;

  constructor(context: JournalContext) {
    this.#context = context;
  }

  async #of({ tenant = 'default' }: JournalOptions = {}): Promise<{ tenant: Tenant; journal: Journal }> {
    const found = await this.#context.tenant(tenant);
    const { sealed } = this.#context;
    return { tenant: found, journal: new Journal(sealed, found, this.#context.checkCount.bind(this.#context)) };
  }

  async erase(options: EraseRecordsOptions): Promise<{ readonly added: number }> {
    const { module, ids, note } = options;
    if (module === '' || ids.length === 0 || ids.includes('') || (note?.length ?? 0) > MAX_NOTE) {
      throw new BackupError(
        'INVALID_OPTION',
        `Expected a module, ids of records that are not empty, and at most ${MAX_NOTE} characters as a note`,
      );
    }
    const { tenant, journal } = await this.#of(options);
    const known = marksOf(await journal.entries(options.signal));
    const marks = [...new Set(ids.map((id) => markOf(tenant, module, id)))].filter((mark) => !known.has(mark));
    for (let from = 0; from < marks.length; from += MARKS_OF_ENTRY) {
      const some = marks.slice(from, from + MARKS_OF_ENTRY);
      await journal.append({ type: 'erased', at: this.#now(), module, marks: some, note });
    }
    this.#context.emit('records.erased', { tenant: tenant.name, module, records: marks.length });
    return { added: marks.length };
  }

  async erased(options: JournalOptions = {}): Promise<ErasedRecords> {
    const { tenant, journal } = await this.#of(options);
    return erasedRecords(tenant, marksOf(await journal.entries(options.signal)));
  }

  async noteRestore(restore: NotedRestore & JournalOptions): Promise<void> {
    const { target, snapshot, modules, mode } = restore;
    const { tenant, journal } = await this.#of(restore);
    await journal.append({ type: 'restored', at: this.#now(), target, snapshot, modules, mode });
    this.#context.emit('records.restored', { tenant: tenant.name, target, snapshot, mode });
  }

  async entries(options: JournalOptions = {}): Promise<readonly JournalEntry[]> {
    const { journal } = await this.#of(options);
    return (await journal.entries(options.signal)).map((entry) => viewOf(entry));
  }

  #now(): string {
    return new Date(this.#context.clock()).toISOString();
  }
}

function viewOf(entry: StoredEntry): JournalEntry {
  const { tenant: _, ...view } = entry;
  if (view.type === 'restored') return view;
  const { type, at, module, marks, note } = view;
  return { type, at, module, records: marks.length, note };
}
