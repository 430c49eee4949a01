import type { FindOptions, FoundEntry } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import { joinPath } from '../run/display-path.ts';
import { compileGlob } from '../source/glob.ts';
import { entryView } from './entry-view.ts';
import { sourcePath } from './locate.ts';
import { matches, type TenantSnapshot } from './resolve.ts';
import { catalogEntries } from './source-entries.ts';

/** Finds entries by a glob in all snapshots that a filter lets through, oldest first. */
export async function* findEntries(
  snapshots: readonly TenantSnapshot[],
  options: FindOptions,
): AsyncGenerator<FoundEntry, void, undefined> {
  const glob = compileGlob(options.glob);
  for (const { tenant, record } of snapshots) {
    if (!matches(record, options)) continue;
    for (const source of record.sources) {
      const folder = sourcePath(source);
      for await (const page of catalogEntries(tenant, source)) {
        checkAborted(options.signal);
        for (const entry of page) {
          if (glob.matches(joinPath(folder, entry.path), entry.kind === 'directory'))
            yield { ...entryView(folder, entry), snapshot: record.id };
        }
      }
    }
  }
}
