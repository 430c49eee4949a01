import type { BlobIndex } from '../blob-index/blob-index.ts';
import { BackupError } from '../errors.ts';
import type { Finding } from '../repository/contract.ts';
import type { OpenTenant } from '../run/context.ts';
import { hintFor } from './hints.ts';

const CODES: Readonly<Record<string, Finding['code']>> = {
  OBJECT_MISSING: 'missing',
  NOT_FOUND: 'missing',
  BLOB_MISSING: 'missing',
  SNAPSHOT_MISSING: 'missing',
  OBJECT_TRUNCATED: 'truncated',
  SHORT_READ: 'truncated',
  INVALID_RANGE: 'truncated',
  OBJECT_INVALID: 'invalid',
  UNSUPPORTED_FORMAT: 'invalid',
};
/** Failures of this program, its run or the way to the store: they say nothing of an object. */
const NO_FINDINGS: ReadonlySet<string | undefined> = new Set([
  'ABORTED',
  'CLOSED',
  'WORKER_FAILED',
  'UNAVAILABLE',
  'ACCESS_DENIED',
]);
const MAX_PATHS = 20;

/** A finding while snapshots and paths are still being looked up for it. */
export interface OpenFinding {
  code: Finding['code'];
  readonly object: string;
  message: string;
  /** In place of the one that follows from code and object. */
  hint?: string | undefined;
  /** Numbers of the blobs that are lost with it, in the index of {@link OpenFinding.tenant}. */
  readonly blobs: Set<number>;
  tenant?: OpenTenant | undefined;
  readonly snapshots: Set<string>;
  readonly paths: string[];
}

/** Findings that lose no data. */
export const LOSSLESS: ReadonlySet<Finding['code']> = new Set(['redundancy', 'unindexed']);

/** What `verify` has found, one finding for each object and code. */
export class Findings {
  readonly #byObject = new Map<string, OpenFinding>();
  readonly #objects = new Set<string>();

  add(code: Finding['code'], object: string, message: string): OpenFinding {
    const key = `${object}\0${code}`;
    let finding = this.#byObject.get(key);
    if (finding === undefined) {
      finding = { code, object, message, blobs: new Set(), snapshots: new Set(), paths: [] };
      this.#byObject.set(key, finding);
      this.#objects.add(object);
    }
    return finding;
  }

  /** Takes an error of this package or of the store for what it says of an object; others are thrown on. */
  addError(error: unknown, object: string): OpenFinding {
    const { code, message } = objectError(error);
    return this.add(CODES[code ?? ''] ?? 'damaged', (error as BackupError).object ?? object, message);
  }

  /** Takes an error for what it says of an object whose damage loses no data. Of several all messages are kept. */
  addSpare(error: unknown, object: string, message?: string): OpenFinding {
    const { message: own } = objectError(error);
    const said = message ?? own;
    const finding = this.add('redundancy', object, said);
    if (!finding.message.includes(said)) finding.message += `; ${said}`;
    return finding;
  }

  /** Whether anything is wrong with an object. */
  has(object: string): boolean {
    return this.#objects.has(object);
  }

  /** Notes that blobs of a tenant are lost. */
  static lose(finding: OpenFinding, tenant: OpenTenant, blobs: Iterable<number>): void {
    finding.tenant = tenant;
    for (const number of blobs) finding.blobs.add(number);
  }

  /** Findings that lose blobs of a tenant. */
  lossy(tenant: OpenTenant): OpenFinding[] {
    return [...this.#byObject.values()].filter((finding) => finding.tenant === tenant && finding.blobs.size > 0);
  }

  /** Findings of blobs that are all in other packs as well, where readers look for them, cost a spare copy only. */
  excuseSpares(tenant: OpenTenant): void {
    const { index } = tenant.view;
    const lossy = this.lossy(tenant);
    const lost = new Set(lossy.flatMap(({ blobs }) => [...blobs]));
    for (const finding of lossy) {
      if (![...finding.blobs].every((number) => isSpare(index, number, lost))) continue;
      finding.code = 'redundancy';
      finding.message += '; all that was in it is stored in other packs, too';
      finding.blobs.clear();
    }
  }

  /** Notes that a path of a snapshot is concerned. */
  static affect(finding: OpenFinding, snapshot: string, path: string): void {
    finding.snapshots.add(snapshot);
    if (finding.paths.length < MAX_PATHS && !finding.paths.includes(path)) finding.paths.push(path);
  }

  list(): Finding[] {
    return [...this.#byObject.values()].map(({ code, object, message, hint, snapshots, paths }) => ({
      code,
      object,
      message,
      hint: hint ?? hintFor(code, object),
      snapshots: [...snapshots],
      paths,
    }));
  }
}

function isSpare(index: BlobIndex, number: number, lost: ReadonlySet<number>): boolean {
  const found = index.find(index.id(number));
  return found !== number && !lost.has(found) && !index.isLost(found);
}

function objectError(error: unknown): { code?: string; message: string } {
  const { code, message } = error as { code?: string; message: string };
  const known = error instanceof BackupError || (error instanceof Error && error.name === 'StorageError');
  if (!known || NO_FINDINGS.has(code)) throw error;
  return { message, ...(code === undefined ? {} : { code }) };
}
