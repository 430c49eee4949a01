import { dirname, join } from 'node:path';
import type { EventBook } from '@x/operations';
import type { ObjectStore } from '@x/storage';
import type { Context } from '../program/context.ts';

/** Where it is remembered what was drilled and measured. */
export interface OperationsStore {
  readonly store: ObjectStore;
  readonly book: EventBook;
}

/** Opens the store of the configuration. @throws {StorageError} `UNSUPPORTED_URL`. */
export async function openOperations(context: Context): Promise<OperationsStore> {
  const { settings, file } = await context.effective();
  const folder = file === undefined ? context.workingDirectory : dirname(file);
  const location = settings['drills.store'] ?? join(folder, '.holdfast', 'operations');
  const [{ openStore }, { storedEventBook }] = await Promise.all([import('@x/storage'), import('@x/operations')]);
  const store = await openStore(location);
  return { store, book: storedEventBook(store) };
}
