import type { MergeDecision, MergeRules, MergeSides } from './contract.ts';
import { decide } from './decide.ts';
import { compareIds } from '../records/id-order.ts';
import { OrderedReader } from './ordered.ts';

/**
 * Plans the merge of one module: reads all sides once, side by side, and gives a decision for every record that any of them has, in
 * the order of ids. Changes nothing, and takes the same memory however many records there are.
 *
 * @throws {BackupError} `RECORDS_UNORDERED`; `INVALID_OPTION` when a function gives something else than it may; what a side throws.
 *
 * @example
 * ```ts
 * import { mergeRecords } from '@x/backup-store/merge';
 *
 * const backup = [{ id: 'room-7', updatedAt: 1000, data: { price: 90 } }];
 * const current = [{ id: 'room-8', updatedAt: 2000, data: { price: 70 } }];
 * for await (const { id, action, reason } of mergeRecords({ module: 'rooms', backup, current }))
 *   console.log(id, action, reason); // room-7 put missing, room-8 keep added-in-current
 * ```
 */
export async function* mergeRecords(
  sides: MergeSides,
  rules: MergeRules = {},
): AsyncGenerator<MergeDecision, void, undefined> {
  const { module, isErased = () => false } = sides;
  const hasBase = sides.base !== undefined;
  const base = new OrderedReader(sides.base ?? [], `the base of "${module}"`);
  const backup = new OrderedReader(sides.backup, `the backup of "${module}"`);
  const current = new OrderedReader(sides.current, `what is there of "${module}"`);
  const deleted = new OrderedReader(sides.deleted ?? [], `what was deleted of "${module}"`);
  const all = [base, backup, current, deleted];
  try {
    for (const each of all) await each.advance();
    for (let id = first(all); id !== undefined; id = first(all)) {
      const view = {
        module,
        id,
        hasBase,
        base: await base.take(id),
        backup: await backup.take(id),
        current: await current.take(id),
        deletedAt: (await deleted.take(id))?.deletedAt,
        isErased: isErased(id),
      };
      // An id that is only known to be deleted, or only in the base, is gone on both sides.
      if (view.backup !== undefined || view.current !== undefined || view.base !== undefined) yield decide(view, rules);
    }
  } finally {
    await Promise.allSettled(all.map((each) => each.close()));
  }
}

function first(readers: readonly OrderedReader<{ readonly id: string }>[]): string | undefined {
  let least: string | undefined;
  for (const { head } of readers) {
    if (head !== undefined && (least === undefined || compareIds(head.id, least) < 0)) least = head.id;
  }
  return least;
}
