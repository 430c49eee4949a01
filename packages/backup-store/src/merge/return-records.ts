import type { DataRecord, RecordChange, RecordReader, RecordTarget } from '../records/contract.ts';
import type { PlaceReturned } from '../repository/contract.ts';
import { idsOf, OrderedReader } from './ordered.ts';
import { digestOf } from './record-digest.ts';
import type { RecordView } from './restore-contract.ts';
import { isSame } from './same-data.ts';
import { TOLD, toldOf } from './told.ts';
import type { LoggedRecord, LogReader } from './written-log.ts';

/** What going back behind a restore of records works with. */
export interface RecordsReturn {
  /** What the restore has noted. */
  readonly log: LogReader;
  /** How it was before. */
  readonly saved: RecordView;
  readonly signal: AbortSignal;
}

/** A record that is not as it was before. */
export interface Changed {
  readonly id: string;
  readonly saved: DataRecord | undefined;
  /** `restore`: it still is what the restore has written. `others`: what somebody has written since; `noted`: over what the restore had. */
  readonly by: 'restore' | 'others';
  readonly isNoted: boolean;
}

/**
 * Makes what a restore has written what it was before, in one transaction: records that still are what it has put, and those that it has
 * deleted and that are still not there. All else is left alone.
 */
export async function returnRecords(target: RecordTarget, way: RecordsReturn): Promise<PlaceReturned> {
  const { log, signal } = way;
  let [kept, count]: [string[], number] = [[], 0];
  const order = (await target.modules({ signal })).filter(
    (module) => log.modules.put.includes(module) || log.modules.deleted.includes(module),
  );
  const changes = async function* (view: RecordReader): AsyncGenerator<RecordChange, void, undefined> {
    [kept, count] = [[], 0];
    const surplus = new Map<string, number>();
    // What others refer to comes first, and goes last.
    for (const module of order)
      for await (const { id, saved, by, isNoted } of changedIn(module, view, way)) {
        if (by === 'others') {
          if (isNoted && ++count <= TOLD) kept.push(`${module}/${id}`);
        } else if (saved === undefined) surplus.set(module, (surplus.get(module) ?? 0) + 1);
        else yield { module, type: 'put', record: saved };
      }
    for (const module of order.toReversed()) {
      if (!surplus.has(module)) continue;
      for await (const { id, saved, by } of changedIn(module, view, way))
        if (by === 'restore' && saved === undefined) yield { module, type: 'delete', id };
    }
  };
  await target.apply(changes, { signal });
  return { kept: toldOf(kept, count) };
}

/** Records of a module that are not as they were before. */
export async function* changedIn(
  module: string,
  current: RecordReader,
  { log, saved, signal }: RecordsReturn,
): AsyncGenerator<Changed, void, undefined> {
  const before = new OrderedReader(saved.read(module, { signal }), `the safety snapshot of "${module}"`);
  const now = new OrderedReader(current.read(module, { signal }), `"${module}"`);
  const put = new OrderedReader(log.read(module, 'put'), `what was put in "${module}"`);
  const deleted = new OrderedReader(log.read(module, 'deleted'), `what was deleted in "${module}"`);
  const readBack = new OrderedReader(log.read(module, 'read-back'), `what was read back of "${module}"`);
  for await (const id of idsOf([before, now, put, deleted, readBack])) {
    const [old, record] = [before.at(id), now.at(id)];
    if (isSame(old, record)) continue;
    const isPut = isWritten(record, readBack.at(id) ?? put.at(id));
    const isGone = deleted.at(id) !== undefined && record === undefined;
    const isNoted = put.at(id) !== undefined || deleted.at(id) !== undefined;
    yield { id, saved: old, by: isPut || isGone ? 'restore' : 'others', isNoted };
  }
}

function isWritten(record: DataRecord | undefined, put: LoggedRecord | undefined): boolean {
  return record !== undefined && put !== undefined && digestOf(record.data, put.members) === put.digest;
}
