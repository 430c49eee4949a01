import type { DataRecord, RecordChange, RecordReader } from '../records/contract.ts';
import type { PlaceCheck } from '../repository/contract.ts';
import { idsOf, OrderedReader } from './ordered.ts';
import { digestOf, membersOf } from './record-digest.ts';
import { TOLD, toldOf } from './told.ts';
import { type LoggedRecord, LogReader, LogWriter } from './written-log.ts';

/**
 * Notes on disk what a restore of records writes, as digests: about 60 bytes for each change, and no memory. What a target adds to
 * a record by itself, such as a default of a column that the backup does not know, is not looked at by {@link WrittenRecords.check}.
 */
export class WrittenRecords {
  readonly #folder: string;
  readonly #log: LogWriter;

  /** @param folder Its own; made when something is noted. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#log = new LogWriter(folder);
  }

  /** What was noted before was not done: the transaction begins anew. */
  async begin(): Promise<void> {
    await this.#log.clear();
  }

  /** Notes what is written to a record, or that it is removed. In each module by ids in order, what is put first. */
  async note(change: RecordChange): Promise<void> {
    const { module } = change;
    if (change.type === 'delete') return await this.#log.add(module, 'deleted', { id: change.id });
    const { id, data } = change.record;
    const members = membersOf(data);
    await this.#log.add(module, 'put', { id, digest: digestOf(data, members), members });
  }

  /**
   * All was noted, and is on disk when this returns.
   *
   * @param view What the transaction sees. If it sees what it has changed, that is read back: triggers may have made something else of it.
   */
  async end(view: RecordReader, signal: AbortSignal): Promise<void> {
    await this.#log.end();
    const log = view.seesChanges === true ? await LogReader.open(this.#folder) : undefined;
    for (const module of log?.modules.put ?? []) {
      const put = new OrderedReader(log?.read(module, 'put') ?? [], `what was put in "${module}"`);
      const found = new OrderedReader(view.read(module, { signal }), `"${module}"`);
      for await (const id of idsOf([put, found])) {
        const record = put.at(id) && found.at(id);
        if (record !== undefined) await this.#log.add(module, 'read-back', { id, digest: digestOf(record.data) });
      }
    }
    if (log !== undefined) await this.#log.end();
  }

  /** Reads it back from the target. @throws What the target throws. */
  async check(target: RecordReader, signal: AbortSignal = new AbortController().signal): Promise<PlaceCheck> {
    const problems: string[] = [];
    let [checked, count] = [0, 0];
    const log = await LogReader.open(this.#folder);
    for (const module of new Set([...(log?.modules.put ?? []), ...(log?.modules.deleted ?? [])])) {
      const put = new OrderedReader(log?.read(module, 'put') ?? [], `what was put in "${module}"`);
      const deleted = new OrderedReader(log?.read(module, 'deleted') ?? [], `what was deleted in "${module}"`);
      const found = new OrderedReader(target.read(module, { signal }), `"${module}"`);
      for await (const id of idsOf([put, deleted, found])) {
        const [wasPut, record] = [put.at(id), found.at(id)];
        if (wasPut === undefined && deleted.at(id) === undefined) continue;
        checked++;
        const problem = problemOf(record, wasPut);
        if (problem !== undefined && ++count <= TOLD) problems.push(`Expected ${module}/${id} ${problem}`);
      }
    }
    return { checked, problems: toldOf(problems, count) };
  }

  /** Nothing more is noted. */
  async close(): Promise<void> {
    await this.#log.settle();
  }
}

function problemOf(record: DataRecord | undefined, put: LoggedRecord | undefined): string | undefined {
  if (put === undefined) return record === undefined ? undefined : 'to be deleted, got a record';
  if (record === undefined) return 'to be there, got no such record';
  return digestOf(record.data, put.members) === put.digest
    ? undefined
    : 'as it was written, got other values: a trigger, or somebody else, has changed them';
}
