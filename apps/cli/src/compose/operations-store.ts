import { dirname, join } from 'node:path';
import type { EventBook } from '@x/operations';
import type { SampleBook } from '@x/operations/metrics';
import type { Context } from '../program/context.ts';

/** Where it is remembered what was drilled and measured. */
export interface OperationsStore {
  readonly book: EventBook;
  /** How much was stored when. */
  readonly samples: SampleBook;
}

/** Opens the store of the configuration. @throws {StorageError} `UNSUPPORTED_URL`. */
export async function openOperations(context: Context): Promise<OperationsStore> {
  const { settings, file } = await context.effective();
  const folder = file === undefined ? context.workingDirectory : dirname(file);
  const location = settings['drills.store'] ?? join(folder, '.holdfast', 'operations');
  const [{ openStore }, { storedEventBook }, { sampleBook }] = await Promise.all([
    import('@x/storage'),
    import('@x/operations'),
    import('@x/operations/metrics'),
  ]);
  const store = await openStore(location);
  return { book: storedEventBook(store), samples: sampleBook(store) };
}
