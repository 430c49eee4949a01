import type { EntryView, FindOptions, FoundEntry } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { joinPath } from '../run/display-path.ts';
import { compileGlob } from '../source/glob.ts';
import { entryView } from './entry-view.ts';
import { partOf, sourcePath } from './locate.ts';
import { PageMatches } from './page-matches.ts';
import { matches, type TenantSnapshot } from './resolve.ts';
import { readableCatalog } from './source-entries.ts';

/** Finds entries by a glob in all snapshots that a filter lets through, oldest first. */
export async function* findEntries(
  snapshots: readonly TenantSnapshot[],
  options: FindOptions,
): AsyncGenerator<FoundEntry, void, undefined> {
  const glob = compileGlob(options.glob);
  const found = new Map<OpenTenant, PageMatches<EntryView>>();
  for (const { tenant, record } of snapshots) {
    if (!matches(record, options)) continue;
    const known = found.get(tenant) ?? new PageMatches();
    found.set(tenant, known);
    known.nextRound();
    for (const source of record.sources) {
      const folder = sourcePath(source);
      const part = partOf(source, folder, glob.within);
      if (part === undefined) continue;
      const { top, readPage } = readableCatalog(tenant, source);
      const views = known.in(top, {
        key: folder.toString('latin1'),
        readPage,
        within: part.within,
        match: (entry) =>
          glob.matches(joinPath(folder, entry.path), entry.kind === 'directory') ? entryView(folder, entry) : undefined,
      });
      for await (const some of views) {
        checkAborted(options.signal);
        for (const view of some) yield { ...view, snapshot: record.id };
      }
    }
  }
}
