import { BackupError } from '../errors.ts';
import { checkId, compareIds } from './id-order.ts';

/** Characters of ids that may be held to put them in order. */
export const MAX_HELD: number = 64 * 1024 * 1024;
/** What an id takes beside its characters. */
const ID_COST = 32;

/**
 * Ids by the order of their bytes. So many are held until they can be put in order; where there are more, all have to come in order.
 *
 * @throws {BackupError} `INVALID_RECORD`; `TOO_MANY_IDS` when they come in no order and are too many to be held.
 */
export async function* idsInOrder(
  module: string,
  ids: AsyncIterable<string>,
  maxHeld: number,
): AsyncGenerator<string, void, undefined> {
  let held: string[] | undefined = [];
  let length = 0;
  let isOrdered = true;
  let last: string | undefined;
  for await (const id of ids) {
    checkId(module, id);
    if (last !== undefined && compareIds(last, id) > 0) isOrdered = false;
    last = id;
    if (held !== undefined) {
      held.push(id);
      length += id.length + ID_COST;
      if (length <= maxHeld) continue;
    }
    if (!isOrdered) throw tooMany(module);
    if (held === undefined) yield id;
    else yield* held;
    held = undefined;
  }
  if (held === undefined) return;
  if (!isOrdered) held.sort(compareIds);
  yield* held;
}

function tooMany(module: string): BackupError {
  return new BackupError(
    'TOO_MANY_IDS',
    `Expected so many ids of module ${module} in the order of their bytes, got others`,
    {
      hint: 'In SQL: ORDER BY id COLLATE "C" (SQLite: BINARY). Or tell what was deleted by `deleted`.',
    },
  );
}
