import { BackupError } from '../../errors.ts';
import { checkAborted } from '../../run/abort.ts';
import type { SourceDetail } from '../../source/contract.ts';
import type { DataRecord, RecordAdapter, RecordModule, RecordReader, RecordTarget } from '../contract.ts';
import { compareIds } from '../id-order.ts';
import { checkModuleName } from '../manifest.ts';
import { tableOf } from '../table-options.ts';
import { documentName, formOf, type Item, itemsOf, type JsonDocument } from './documents.ts';
import { DocumentWriter } from './write-documents.ts';

/** Options of {@link jsonRecords}. */
export interface JsonRecordsOptions {
  readonly documents: readonly JsonDocument[];
}

/**
 * Records in JSON documents: to back up, and to restore to. Documents are read in full each time; with `updatedAtField`, only what
 * has changed is stored. To restore to, they are held in memory, and each is replaced as a whole.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once; `PATH_FAILED` for what is no such document; `INVALID_RECORD`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { jsonRecords, recordsSource } from '@x/backup-store/records';
 *
 * const documents = [{ path: '/srv/hotel/rooms.json', idField: 'number' }, { path: '/srv/hotel/guests' }];
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * await repository.backup({ sources: [recordsSource({ name: 'hotel', ...jsonRecords({ documents }).source })] });
 * ```
 */
export function jsonRecords({ documents }: JsonRecordsOptions): RecordAdapter {
  const byModule = new Map<string, JsonDocument>();
  for (const document of documents) {
    const name = documentName(document);
    checkModuleName(name);
    if (byModule.has(name))
      throw new BackupError(
        'INVALID_OPTION',
        `Expected documents of different names, got ${JSON.stringify(name)} twice`,
      );
    byModule.set(name, document);
  }
  return { source: { modules: [...byModule].map((each) => moduleOf(each)) }, target: targetOf(byModule) };
}

function moduleOf([name, document]: [string, JsonDocument]): RecordModule {
  return {
    name,
    readsChanges: document.updatedAtField !== undefined,
    async *read({ signal, since = -Infinity }) {
      for await (const record of recordsOf(document, name, signal))
        if ((record.updatedAt ?? Infinity) >= since) yield record;
    },
    async *ids({ signal }) {
      for await (const { id } of recordsOf(document, name, signal)) yield id;
    },
  };
}

function targetOf(documents: ReadonlyMap<string, JsonDocument>): RecordTarget {
  const read: RecordReader['read'] = async function* (module, { signal }) {
    const records: DataRecord[] = [];
    for await (const record of recordsOf(tableOf(documents, module), module, signal)) records.push(record);
    yield* records.sort((a, b) => compareIds(a.id, b.id));
  };
  return {
    modules: async () => [...documents.keys()],
    read,
    async apply(changes, { signal, onReplace }) {
      const before = new Map<string, ReadonlyMap<string, SourceDetail>>();
      const now = new Map<string, Map<string, SourceDetail>>();
      let count = 0;
      for await (const change of typeof changes === 'function' ? changes({ read }) : changes) {
        checkAborted(signal);
        const { module } = change;
        let contents = now.get(module);
        if (contents === undefined) {
          contents = await contentsOf(tableOf(documents, module), module, signal);
          before.set(module, new Map(contents));
          now.set(module, contents);
        }
        if (change.type === 'put') contents.set(change.record.id, change.record.data);
        else contents.delete(change.id);
        count++;
      }
      const writer = new DocumentWriter();
      try {
        for (const [module, contents] of now) {
          const { path } = tableOf(documents, module);
          const parts = { now: contents, before: before.get(module) ?? new Map<string, SourceDetail>() };
          await writer.write(path, await formOf(path), parts);
        }
        checkAborted(signal);
        onReplace?.();
        await writer.commit();
      } finally {
        await writer.undo();
      }
      return count;
    },
  };
}

async function contentsOf(
  document: JsonDocument,
  module: string,
  signal: AbortSignal,
): Promise<Map<string, SourceDetail>> {
  const contents = new Map<string, SourceDetail>();
  for await (const { id, data } of recordsOf(document, module, signal)) contents.set(id, data);
  return contents;
}

async function* recordsOf(
  document: JsonDocument,
  module: string,
  signal: AbortSignal,
): AsyncGenerator<DataRecord, void, undefined> {
  const { path, idField, updatedAtField } = document;
  const form = await formOf(path);
  if (idField === undefined && (form === 'array' || form === 'lines'))
    throw new BackupError('INVALID_OPTION', `Expected the member that has the id of records in ${path}, got none`, {
      hint: 'Name it as idField.',
    });
  for await (const item of itemsOf(path, form, signal)) {
    const id = idField === undefined ? item.key : member(item, idField);
    if (typeof id !== 'string' && typeof id !== 'number')
      throw new BackupError(
        'INVALID_RECORD',
        `Expected text or a number as ${idField} of each record in ${path}, got ${typeof id}`,
      );
    const updatedAt = updatedAtField === undefined ? undefined : timeOf(member(item, updatedAtField));
    yield { id: String(id), data: item.data, ...(updatedAt === undefined ? {} : { updatedAt }) };
  }
}

function member({ data }: Item, name: string): SourceDetail | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const object = data as Readonly<Record<string, SourceDetail>>;
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** What is no time is as if it were not there: such a record is always read. */
function timeOf(value: SourceDetail | undefined): number | undefined {
  const time =
    typeof value === 'string' ? Date.parse(value) : typeof value === 'number' ? Math.floor(value) : Number.NaN;
  return Number.isSafeInteger(time) ? time : undefined;
}
