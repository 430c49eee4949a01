import { type BlobRef, type Entry, isAbsent } from '../catalog/entry.ts';
import { BackupError } from '../errors.ts';
import { BLOB } from '../pack/directory.ts';
import type { ReadOptions } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { joinPath } from '../run/display-path.ts';
import { contentAbsent } from './content-absent.ts';
import { locate, sourcePath, sourceRoot } from './locate.ts';
import type { TenantSnapshot } from './resolve.ts';
import { catalogEntries } from './source-entries.ts';

/**
 * Reads the content of one file of a snapshot, blob by blob; `readers` blobs are fetched ahead.
 *
 * @throws {BackupError} `PATH_NOT_FOUND`; `PATH_FAILED` for what is no file; `CONTENT_ABSENT` where a checkpoint has none.
 */
export async function* readFile(
  { tenant, record }: TenantSnapshot,
  options: ReadOptions,
  readers: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { content } = await fileAt({ tenant, record }, options.path);
  const ahead: Promise<Uint8Array>[] = [];
  const fetch = (blob: BlobRef | undefined): void => {
    if (blob === undefined) return;
    const bytes = tenant.blobs.read(BLOB.data, blob);
    // Reported when its turn comes, if it does.
    bytes.catch(() => undefined);
    ahead.push(bytes);
  };
  for (const blob of content.slice(0, readers)) fetch(blob);
  for (let next = readers; ; next++) {
    const bytes = ahead.shift();
    if (bytes === undefined) return;
    checkAborted(options.signal);
    yield await bytes;
    fetch(content[next]);
  }
}

async function fileAt({ tenant, record }: Pick<TenantSnapshot, 'tenant' | 'record'>, path: string): Promise<Entry> {
  const isAbsolute = path.startsWith('/');
  const wanted = Buffer.from(
    (isAbsolute ? '/' : '') +
      path
        .split('/')
        .filter((each) => each !== '' && each !== '.')
        .join('/'),
  );
  for (const { source, within } of locate(record, path)) {
    const entry = await entryAt(tenant, source, within);
    const bases = [
      sourcePath(source),
      ...(isAbsolute ? [sourceRoot(source), joinPath(Buffer.from('/'), sourcePath(source))] : []),
    ];
    // A folder above the source leads to the source's own first entry.
    if (entry === undefined || !bases.some((base) => joinPath(base, entry.path).equals(wanted))) continue;
    if (isAbsent(entry)) throw contentAbsent(path);
    if (entry.kind === 'file') return entry;
    throw new BackupError('PATH_FAILED', `Expected ${path} to be a file, got a ${entry.kind}`, {
      hint: 'Name one file, or restore the folder.',
    });
  }
  throw new BackupError('PATH_NOT_FOUND', `Expected a file ${path} in snapshot ${record.id.slice(0, 8)}, got none`, {
    hint: 'List the snapshot without a path to see what it holds.',
  });
}

async function entryAt(
  tenant: OpenTenant,
  source: TenantSnapshot['record']['sources'][number],
  path: Uint8Array,
): Promise<Entry | undefined> {
  for await (const page of catalogEntries(tenant, source, path)) {
    const found = page.find((entry) => entry.path.equals(path));
    if (found !== undefined) return found;
  }
  return undefined;
}
