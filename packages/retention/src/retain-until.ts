import { RetentionError } from './errors.ts';
import type { RetentionItem } from './items/item.ts';
import { readTime, type TimeInput } from './time.ts';

/**
 * The item with a later `retainUntil`. It can only be extended: who may shorten it may also remove what it protects.
 *
 * @throws RetentionError `RETENTION_SHORTENED` for an earlier one, `INVALID_TIME`
 */
export function extendRetainUntil(item: RetentionItem, until: TimeInput): RetentionItem {
  const wanted = readTime(until, 'the new retainUntil');
  if (item.retainUntil !== undefined) {
    const current = readTime(item.retainUntil, 'retainUntil of the item');
    if (wanted < current) {
      const [from, to] = [current, wanted].map((each) => new Date(each).toISOString());
      throw new RetentionError('RETENTION_SHORTENED', `Expected a retainUntil of at least ${from}, got ${to}`);
    }
  }
  return { ...item, retainUntil: new Date(wanted).toISOString() };
}
