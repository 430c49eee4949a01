import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { EntryQueue } from '../../src/backup/entry-queue.ts';
import type { FileOutcome } from '../../src/backup/file-jobs.ts';
import type { FileRequest } from '../../src/backup/file-reader.ts';
import { newCounts } from '../../src/backup/counts.ts';
import { PreviousCursor } from '../../src/backup/previous-cursor.ts';
import { Problems } from '../../src/backup/problems.ts';
import { SourceMerge } from '../../src/backup/source-merge.ts';
import { UnchangedSample } from '../../src/backup/unchanged-sample.ts';
import { readCatalog } from '../../src/catalog/catalog-reader.ts';
import { CatalogWriter } from '../../src/catalog/catalog-writer.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import { ProgressMeter } from '../../src/run/progress-meter.ts';
import { ScanCache } from '../../src/source/scan-cache.ts';
import type { ScannedEntry } from '../../src/source/scanned-entry.ts';
import { listOf } from '../fixtures/place.ts';

const scanned = (path: string, facts: Partial<ScannedEntry> = {}): ScannedEntry => ({
  path: Buffer.from(path),
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 600_000,
  mtimeNs: 1n,
  ctimeNs: 1n,
  ino: 7n,
  dev: 1n,
  nlink: 3,
  sparse: false,
  ...facts,
});
const blob = (length: number): Entry['content'][number] => ({ sha256: randomBytes(32), length });
const read: FileOutcome = { ok: true, content: [blob(300_000), blob(300_000)], bytesNew: 600_000, torn: false };
const gone: FileOutcome = { ok: false, code: 'ENOENT', message: 'gone' };

/** A merge whose reads are answered when the test says so, and the catalog that comes of it. */
function merging(): {
  merge: SourceMerge;
  requests: FileRequest[];
  problems: Problems;
  catalog: () => Promise<Entry[]>;
} {
  const pages = new Map<string, Buffer>();
  const writer = new CatalogWriter((page, sha256) => pages.set(sha256.toString('hex'), page));
  const queue = new EntryQueue((entry) => writer.add(entry));
  const requests: FileRequest[] = [];
  const problems = new Problems();
  const merge = new SourceMerge({
    root: Buffer.from('/root'),
    scanStartNs: 10n ** 18n,
    previous: new PreviousCursor(
      (async function* (): AsyncGenerator<Entry[], void, undefined> {
        // There is none.
      })(),
      ScanCache.empty,
    ),
    queue,
    counts: newCounts(),
    problems,
    progress: new ProgressMeter('backup', undefined),
    sample: new UnchangedSample(),
    reading: 'changes',
    has: () => true,
    read: async (request) => void requests.push(request),
  });
  const catalog = async (): Promise<Entry[]> => {
    queue.drain();
    const { top } = writer.finish();
    const readPage = async (page: { readonly sha256: Uint8Array }): Promise<Uint8Array> =>
      pages.get(Buffer.from(page.sha256).toString('hex')) as Buffer;
    return (await listOf(readCatalog(top, readPage))).flat();
  };
  return { merge, requests, problems, catalog };
}

it('a file that grew between two of its names gets one size under both, and the catalog can be read', async () => {
  const { merge, requests, catalog } = merging();
  await merge.add({ entry: scanned('a') });
  requests[0]?.done(read);
  await merge.add({ entry: scanned('b', { size: 700_000, mtimeNs: 2n, ctimeNs: 2n }) });
  const entries = await catalog();
  expect(entries.map(({ path, size, mtimeNs }) => [path.toString(), size, mtimeNs])).toEqual([
    ['a', 600_000, 1n],
    ['b', 600_000, 1n],
  ]);
});

it('when a file can not be read, each of its names is a problem', async () => {
  const { merge, requests, problems, catalog } = merging();
  await merge.add({ entry: scanned('a') });
  await merge.add({ entry: scanned('b') });
  requests[0]?.done(gone);
  expect(problems.list.map(({ path, code }) => [path, code])).toEqual([
    ['/root/a', 'ENOENT'],
    ['/root/b', 'ENOENT'],
  ]);
  expect(await catalog()).toEqual([]);
});

it('a file whose first name is gone is read by the next one', async () => {
  const { merge, requests, problems, catalog } = merging();
  await merge.add({ entry: scanned('a') });
  requests[0]?.done(gone);
  await merge.add({ entry: scanned('b') });
  await merge.add({ entry: scanned('c') });
  requests[1]?.done(read);
  expect(problems.count).toBe(1);
  const entries = await catalog();
  expect(entries.map(({ path, hardLinkTo }) => [path.toString(), hardLinkTo?.toString()])).toEqual([
    ['b', undefined],
    ['c', 'b'],
  ]);
});
