import { BackupError } from '../errors.ts';
import type { Finding } from '../repository/contract.ts';

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
  readonly code: Finding['code'];
  readonly object: string;
  message: string;
  /** Numbers of the blobs that are lost with it. */
  readonly blobs: Set<number>;
  readonly snapshots: Set<string>;
  readonly paths: string[];
}

/** What `verify` has found, one finding for each object and code. */
export class Findings {
  readonly #byObject = new Map<string, OpenFinding>();

  get size(): number {
    return this.#byObject.size;
  }

  add(code: Finding['code'], object: string, message: string): OpenFinding {
    const key = `${object}\0${code}`;
    let finding = this.#byObject.get(key);
    if (finding === undefined) {
      finding = { code, object, message, blobs: new Set(), snapshots: new Set(), paths: [] };
      this.#byObject.set(key, finding);
    }
    return finding;
  }

  /** Takes an error of this package or of the store for what it says of an object; others are thrown on. */
  addError(error: unknown, object: string): OpenFinding {
    const { code, message } = error as { code?: string; message: string };
    const known = error instanceof BackupError || (error instanceof Error && error.name === 'StorageError');
    if (!known || NO_FINDINGS.has(code)) throw error;
    return this.add(CODES[code ?? ''] ?? 'damaged', (error as BackupError).object ?? object, message);
  }

  /** Findings that lose blobs. */
  lossy(): OpenFinding[] {
    return [...this.#byObject.values()].filter(({ blobs }) => blobs.size > 0);
  }

  /** Notes that a path of a snapshot is concerned. */
  static affect(finding: OpenFinding, snapshot: string, path: string): void {
    finding.snapshots.add(snapshot);
    if (finding.paths.length < MAX_PATHS && !finding.paths.includes(path)) finding.paths.push(path);
  }

  list(): Finding[] {
    return [...this.#byObject.values()].map(({ code, object, message, snapshots, paths }) => ({
      code,
      object,
      message,
      snapshots: [...snapshots],
      paths,
    }));
  }
}
