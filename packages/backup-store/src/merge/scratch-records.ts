import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { NO_LIVE } from '../comparison/live-schema.ts';
import { BackupError, codeOf } from '../errors.ts';
import type { RecordTarget } from '../records/contract.ts';
import { compareIds } from '../records/id-order.ts';
import { MANIFEST, type ModuleManifest, readManifest } from '../records/manifest.ts';
import { readModule } from '../records/read-records.ts';
import type { EntryProblem } from '../repository/contract.ts';
import type { SourceDetail } from '../source/contract.ts';
import { checkAborted } from '../run/abort.ts';
import type { RestoreInto, ScratchCopy, ScratchFinding, ScratchRequest } from '../validate/contract.ts';
import { columnNames, schemaChanges } from './schema-changes.ts';

/** Records between two looks at the signal. */
const TURN = 1024;

/** What is live, to be compared with. */
/** What is live, to be held against. */
export type LiveRecords = Pick<RecordTarget, 'modules' | 'schema'>;

/**
 * Reads records for `validateRestore` where they were restored to: every record of every module, files by their SHA-256, ids each once and in
 * order, numbers as the module says them, and members of each record that its schema does not know. Columns and types are compared with
 * those of the live tables, if an adapter for them is given.
 *
 * @param options `live`: the `target` of an adapter. It is asked for its schema, and neither read nor written to.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { scratchRecords } from '@x/backup-store/merge';
 * import { sqliteRecords } from '@x/backup-store/records';
 * import { validateRestore } from '@x/backup-store/validate';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { target: live } = sqliteRecords({ database: '/srv/hotel/hotel.db', tables: [{ table: 'guests' }] });
 * const { report } = await validateRestore(repository, { snapshot: 'latest', restoreInto: { records: scratchRecords({ live }) } });
 * console.log(report);
 * ```
 */
export function scratchRecords(options: { readonly live?: LiveRecords | undefined } = {}): RestoreInto {
  return async (request) => {
    const folder = join(request.sandbox, request.source.path);
    const modules: ModuleManifest[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name, MANIFEST);
      modules.push(await readManifest(createReadStream(path), `${request.source.path}/${entry.name}/${MANIFEST}`));
    }
    if (modules.length === 0)
      throw new BackupError('MODULE_NOT_FOUND', `Expected modules of records in ${request.source.path}, got none`);
    return new RecordsCopy({ folder, modules, live: options.live, request });
  };
}

interface CopyParts {
  /** Absolute. */
  readonly folder: string;
  readonly modules: readonly ModuleManifest[];
  readonly live: LiveRecords | undefined;
  readonly request: ScratchRequest;
}

class RecordsCopy implements ScratchCopy {
  readonly #parts: CopyParts;
  readonly locations: readonly string[] = [];

  constructor(parts: CopyParts) {
    this.#parts = parts;
  }

  get detail(): string {
    return `modules of records: ${this.#parts.modules.map(({ module }) => module).join(', ')}`;
  }

  async checkData(): Promise<ScratchFinding> {
    const problems: EntryProblem[] = [];
    let checked = 0;
    for (const manifest of this.#parts.modules) {
      try {
        await this.#checkDigests(manifest);
        checked += await this.#checkRecords(manifest, problems);
      } catch (error) {
        if (codeOf(error) === 'ABORTED') throw error;
        problems.push(this.#problem(manifest, (error as Error).message, codeOf(error)));
      }
    }
    return { checked, problems, detail: `records read, with their ids and the digests of their files: ${checked}` };
  }

  #problem({ module }: ModuleManifest, message: string, code = 'OBJECT_INVALID'): EntryProblem {
    return { path: `${this.#parts.request.source.path}/${module}`, code, message };
  }

  async #checkDigests({ module, segments }: ModuleManifest): Promise<void> {
    for (const { file, sha256 } of segments.flat()) {
      const digest = createHash('sha256');
      for await (const piece of createReadStream(join(this.#parts.folder, module, file)))
        digest.update(piece as Buffer);
      if (digest.digest('hex') !== sha256)
        throw new BackupError(
          'OBJECT_INVALID',
          `Expected ${file} to have the SHA-256 that its module says, got another one`,
        );
    }
  }

  async #checkRecords(manifest: ModuleManifest, problems: EntryProblem[]): Promise<number> {
    const { folder, request } = this.#parts;
    const known = columnNames(manifest.schema);
    let last: string | undefined;
    let count = 0;
    const unknown = new Set<string>();
    const open = (file: string): AsyncIterable<Uint8Array> => createReadStream(join(folder, manifest.module, file));
    for await (const { id, data } of readModule(manifest, open)) {
      if (++count % TURN === 0) checkAborted(request.signal);
      if (last !== undefined && compareIds(last, id) >= 0)
        problems.push(this.#problem(manifest, `the id ${JSON.stringify(id)} comes after ${JSON.stringify(last)}`));
      last = id;
      if (known === undefined) continue;
      for (const name of membersOf(data)) if (!known.has(name)) unknown.add(name);
    }
    if (manifest.records !== undefined && manifest.records !== count)
      problems.push(this.#problem(manifest, `it says ${manifest.records} records, and has ${count}`));
    for (const name of unknown)
      problems.push(this.#problem(manifest, `records have ${name}, which its columns do not`));
    return count;
  }

  async checkLive(): Promise<ScratchFinding> {
    const { live, modules, request } = this.#parts;
    if (live === undefined) return NO_LIVE;
    const { signal = new AbortController().signal } = request;
    const there = await live.modules({ signal });
    const problems: EntryProblem[] = [];
    for (const manifest of modules) {
      const told = (message: string): void => void problems.push(this.#problem(manifest, message, 'SCHEMA_CHANGED'));
      if (!there.includes(manifest.module)) {
        told('it is in the backup, and not live');
        continue;
      }
      const now = await live.schema?.(manifest.module, { signal });
      for (const { column, before = 'nothing', now: is = 'nothing' } of schemaChanges(
        manifest.module,
        manifest.schema,
        now,
      ))
        told(`column ${column} is ${before} in the backup, and ${is} live`);
    }
    return {
      checked: modules.length,
      problems,
      detail: `modules whose columns were compared with live ones: ${modules.length}`,
    };
  }

  /** The folder goes with all that was restored. */
  async [Symbol.asyncDispose](): Promise<void> {}
}

function membersOf(data: SourceDetail): readonly string[] {
  return typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.keys(data) : [];
}
