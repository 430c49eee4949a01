import { blobId } from '../blob-index/blob-id.ts';
import { catalogPages, readCatalog } from '../catalog/catalog-reader.ts';
import { type Entry, isAbsent } from '../catalog/entry.ts';
import type { PageRef } from '../catalog/node-page.ts';
import { BLOB } from '../pack/directory.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import { sourcePath } from '../snapshots/locate.ts';
import { pageRef } from '../snapshots/page-ref.ts';
import type { SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';
import { manifestDigest } from '../snapshots/manifest.ts';
import { Findings, type OpenFinding } from './findings.ts';
import type { Verification } from './verification.ts';

const NOT_READ = 'It states files without their content, and is no checkpoint';

/** Which catalogs to read, and why. */
export interface CatalogTask {
  readonly records: readonly SnapshotRecord[];
  /** Check that every blob is in the index. */
  readonly read: boolean;
  /** Collect the blobs that these snapshots need. */
  readonly only: boolean;
  /** Find out which snapshots and paths the findings so far concern. */
  readonly attribute?: boolean | undefined;
}

/** Reads the catalogs of snapshots. @returns The blobs they need, if asked for. */
export async function checkCatalogs(
  check: Verification,
  open: OpenTenant,
  task: CatalogTask,
): Promise<Set<number> | undefined> {
  const lossy = task.attribute === true ? check.findings.lossy(open) : [];
  const needed = task.only ? new Set<number>() : undefined;
  if (!task.read && lossy.length === 0) return needed;
  const byBlob = new Map<number, OpenFinding[]>();
  for (const finding of lossy)
    for (const number of finding.blobs) byBlob.set(number, [...(byBlob.get(number) ?? []), finding]);
  for (const record of task.records) {
    if (task.read) checkFollows(check, open, record);
    if (task.read && record.manifestSha256 !== manifestDigest(record)) {
      check.findings
        .add('damaged', `snapshot ${record.id}`, 'Its record does not have the digest it states')
        .snapshots.add(record.id);
    }
    for (const source of record.sources)
      await new SourceCheck(check, open, { task, record, source, needed, byBlob }).run();
  }
  return needed;
}

/** A record that a later one names must still be the same. */
function checkFollows(check: Verification, { view }: OpenTenant, record: SnapshotRecord): void {
  for (const { id, manifestSha256 } of record.follows) {
    const named = view.snapshots.find((snapshot) => snapshot.record.id === id);
    if (named === undefined || named.record.manifestSha256 === manifestSha256) continue;
    check.findings
      .add('damaged', `snapshot ${id}`, `Its record is not the one that snapshot ${record.id} has seen`)
      .snapshots.add(id);
  }
}

interface SourceTask {
  readonly task: CatalogTask;
  readonly record: SnapshotRecord;
  readonly source: SnapshotSource;
  readonly needed: Set<number> | undefined;
  readonly byBlob: ReadonlyMap<number, readonly OpenFinding[]>;
}

/** Checks one source's catalog. */
class SourceCheck {
  readonly #check: Verification;
  readonly #open: OpenTenant;
  readonly #parts: SourceTask;

  constructor(check: Verification, open: OpenTenant, parts: SourceTask) {
    this.#check = check;
    this.#open = open;
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { source, record, task } = this.#parts;
    const top = pageRef(source.catalog);
    const read = async (page: PageRef): Promise<Uint8Array> => {
      this.#use(BLOB.catalog, page.sha256, source.path);
      return await this.#open.blobs.read(BLOB.catalog, page);
    };
    try {
      for await (const entries of readCatalog(top, read)) {
        checkAborted(this.#check.options.signal);
        for (const entry of entries) this.#entry(entry);
      }
    } catch (error) {
      if (task.attribute === true) await this.#blamePages(top);
      else
        Findings.affect(
          this.#check.findings.addError(error, `catalog of snapshot ${record.id}`),
          record.id,
          source.path,
        );
    }
  }

  #entry(entry: Entry): void {
    const { source, record, task } = this.#parts;
    if (task.read && record.kind !== 'checkpoint' && isAbsent(entry)) {
      const finding = this.#check.findings.add('damaged', `catalog of snapshot ${record.id}`, NOT_READ);
      Findings.affect(finding, record.id, displayPath(joinPath(sourcePath(source), entry.path)).path);
    }
    for (const { sha256, length } of entry.content) {
      const number = this.#use(BLOB.data, sha256, undefined, entry);
      if (!this.#parts.task.read) continue;
      if (number >= 0 && this.#open.view.index.lengthOf(number) === length) continue;
      const finding = this.#check.findings.add(
        'missing',
        'index',
        'No index segment names a place for data that snapshots need',
      );
      Findings.affect(finding, this.#parts.record.id, displayPath(joinPath(sourcePath(source), entry.path)).path);
    }
  }

  /** A blob is needed: remember that, and whom it concerns if it is lost. */
  #use(type: 1 | 2, sha256: Uint8Array, path: string | undefined, entry?: Entry): number {
    const { needed, byBlob, record, source } = this.#parts;
    const number = this.#open.view.index.find(blobId(this.#open.tenant.idKey, type, sha256));
    if (number >= 0) needed?.add(number);
    for (const finding of byBlob.get(number) ?? []) {
      Findings.affect(
        finding,
        record.id,
        path ?? displayPath(joinPath(sourcePath(source), entry?.path ?? Buffer.alloc(0))).path,
      );
    }
    return number;
  }

  /** A page can't be read, so entries below it are unknown: the whole source is concerned. */
  async #blamePages(top: PageRef): Promise<void> {
    try {
      for await (const page of catalogPages(top, async (ref) => await this.#open.blobs.read(BLOB.catalog, ref)))
        this.#use(BLOB.catalog, page.sha256, this.#parts.source.path);
    } catch {
      // The page that fails was found before.
    }
  }
}
