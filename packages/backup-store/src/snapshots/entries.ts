import { catalogEntries } from './source-entries.ts';
import { BackupError } from '../errors.ts';
import type { EntriesOptions, EntryView } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import { entryView } from './entry-view.ts';
import { locate, sourcePath } from './locate.ts';
import type { TenantSnapshot } from './resolve.ts';

/** Lists the entries of a snapshot in path order. @throws {BackupError} `PATH_NOT_FOUND`. */
export async function* listEntries(
  { tenant, record }: TenantSnapshot,
  options: EntriesOptions = {},
): AsyncGenerator<EntryView, void, undefined> {
  let any = false;
  for (const { source, within } of locate(record, options.path)) {
    const folder = sourcePath(source);
    for await (const page of catalogEntries(tenant, source, within)) {
      checkAborted(options.signal);
      for (const entry of page) {
        any = true;
        if (options.recursive === false && !isChild(entry.path, within)) continue;
        yield entryView(folder, entry);
      }
    }
  }
  if (!any && options.path !== undefined) {
    throw new BackupError('PATH_NOT_FOUND', `Expected ${options.path} in snapshot ${record.id.slice(0, 8)}, got none`, {
      hint: 'List the snapshot without a path to see what it holds.',
    });
  }
}

/** Whether `path` is `folder` itself or directly in it. */
function isChild(path: Buffer, folder: Buffer): boolean {
  const rest = path.subarray(folder.length === 0 ? 0 : folder.length + 1);
  return !rest.includes(47);
}
