import { join } from 'node:path';
import type { EventBook, OperationEvent } from '@x/operations';
import type { SampleBook } from '@x/operations/metrics';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { configFolder } from './tenant-modules.ts';

/** Where it is remembered what was drilled and measured. */
export interface OperationsStore {
  readonly book: EventBook;
  /** How much was stored when. */
  readonly samples: SampleBook;
}

/** Folder or URL of it: that of the configuration, or the one beside it. */
export function operationsLocation(context: Context, effective: Effective): string {
  return effective.settings['drills.store'] ?? join(configFolder(context, effective), '.holdfast', 'operations');
}

/** Opens the store of the configuration. @throws {StorageError} `UNSUPPORTED_URL`. */
export async function openOperations(context: Context): Promise<OperationsStore> {
  const effective = await context.effective();
  const location = operationsLocation(context, effective);
  const [{ openStore }, { storedEventBook }, { sampleBook }] = await Promise.all([
    import('@x/storage'),
    import('@x/operations'),
    import('@x/operations/metrics'),
  ]);
  const store = await openStore(location);
  return { book: storedEventBook(store), samples: sampleBook(store) };
}

/** Events of some names, oldest first. */
export async function eventsNamed(
  { book }: Pick<OperationsStore, 'book'>,
  names: readonly string[],
): Promise<readonly OperationEvent[]> {
  const events: OperationEvent[] = [];
  for await (const event of book.read({ names })) events.push(event);
  return events;
}
