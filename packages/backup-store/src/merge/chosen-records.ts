import { BackupError } from '../errors.ts';
import type { DataRecord } from '../records/contract.ts';
import type { RecordRestoreOptions } from './restore-contract.ts';

/** Only records with these ids; all when there is no list. Each layer costs time for every record, so there is none in vain. */
export function withIds<T extends { readonly id: string }>(
  records: AsyncIterable<T>,
  ids: ReadonlySet<string> | undefined,
): AsyncIterable<T> {
  return ids === undefined ? records : only(records, ids);
}

async function* only<T extends { readonly id: string }>(
  records: AsyncIterable<T>,
  ids: ReadonlySet<string>,
): AsyncGenerator<T, void, undefined> {
  for await (const record of records) if (ids.has(record.id)) yield record;
}

/** Notes which of these ids come by. */
export class WantedIds {
  readonly ids: ReadonlySet<string> | undefined;
  readonly #module: string;
  readonly #missing: Set<string>;

  constructor(module: string, ids: readonly string[] | undefined) {
    this.#module = module;
    this.ids = ids === undefined ? undefined : new Set(ids);
    this.#missing = new Set(ids);
  }

  of(records: AsyncIterable<DataRecord>): AsyncIterable<DataRecord> {
    return this.ids === undefined ? records : this.#noted(only(records, this.ids));
  }

  async *#noted(records: AsyncIterable<DataRecord>): AsyncGenerator<DataRecord, void, undefined> {
    for await (const record of records) {
      this.#missing.delete(record.id);
      yield record;
    }
  }

  /** @throws {BackupError} `RECORD_NOT_FOUND` when the backup did not have one. */
  check(): void {
    if (this.#missing.size === 0) return;
    throw new BackupError(
      'RECORD_NOT_FOUND',
      `Expected all records that were asked for in the module "${this.#module}" of the backup, got ${this.#missing.size} less`,
      { details: [...this.#missing].slice(0, 100), hint: 'Check the ids, or look into another snapshot.' },
    );
  }
}

/** The modules to restore, in the order to put them. @throws {BackupError} `MODULE_NOT_FOUND`, `INVALID_OPTION`. */
export async function chosenModules(options: RecordRestoreOptions, signal: AbortSignal): Promise<readonly string[]> {
  const [inBackup, inTarget] = [await options.backup.modules({ signal }), await options.target.modules({ signal })];
  const named = options.modules ?? (options.records === undefined ? undefined : Object.keys(options.records));
  const wanted = named ?? inTarget.filter((module) => inBackup.includes(module));
  for (const module of named ?? inBackup) {
    if (!inBackup.includes(module)) throw notFound(module, 'the backup', inBackup);
    if (!inTarget.includes(module)) throw notFound(module, 'the target', inTarget);
  }
  const stray = Object.keys(options.records ?? {}).find((module) => !wanted.includes(module));
  if (stray !== undefined)
    throw new BackupError('INVALID_OPTION', `Expected records of modules that are restored, got some of "${stray}"`);
  return wanted;
}

const notFound = (module: string, where: string, there: readonly string[]): BackupError =>
  new BackupError('MODULE_NOT_FOUND', `Expected the module "${module}" in ${where}, got none of this name`, {
    hint:
      there.length === 0
        ? `There are no modules in ${where}.`
        : `It has ${there.join(', ')}. Name the modules that are to be restored.`,
  });
