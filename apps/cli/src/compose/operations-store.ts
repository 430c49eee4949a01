import { dirname, join } from 'node:path';
import type { EventBook } from '@x/operations';
import type { SampleBook } from '@x/operations/metrics';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';

/** Where it is remembered what was drilled and measured. */
export interface OperationsStore {
  readonly book: EventBook;
  /** How much was stored when. */
  readonly samples: SampleBook;
}

/** Folder or URL of it: that of the configuration, or the one beside it. */
export function operationsLocation(context: Context, { settings, file }: Effective): string {
  const folder = file === undefined ? context.workingDirectory : dirname(file);
  return settings['drills.store'] ?? join(folder, '.holdfast', 'operations');
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
