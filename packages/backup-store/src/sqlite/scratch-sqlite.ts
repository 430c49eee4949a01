import { join, resolve } from 'node:path';
import { compareLiveSchema, joinedFindings, NO_LIVE } from '../comparison/live-schema.ts';
import type { EntryProblem } from '../repository/contract.ts';
import type { RestoreInto, ScratchCopy, ScratchFinding, ScratchRequest } from '../validate/contract.ts';
import { askSqlite } from './ask-sqlite.ts';
import { readSqlite } from './read-sqlite.ts';
import { sqliteView } from './sqlite-view.ts';

const WAIT_MS = 10_000;

/**
 * Opens databases of SQLite for `validateRestore` where they were restored to, the folder that is thrown away: `integrity_check` goes through
 * tables and indexes, `foreign_key_check` through references. Tables and views are compared with those of a live database, if one is
 * named: that is read while others write to it.
 *
 * @param options `live`: path of the database that is compared with.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { scratchSqlite } from '@x/backup-store/sqlite';
 * import { validateRestore } from '@x/backup-store/validate';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const restoreInto = { sqlite: scratchSqlite({ live: '/srv/app/app.db' }) };
 * const { report } = await validateRestore(repository, { snapshot: 'latest', restoreInto });
 * console.log(report);
 * ```
 */
export function scratchSqlite(options: { readonly live?: string | undefined } = {}): RestoreInto {
  return async (request) => {
    const opened: OpenedFile[] = [];
    for (const path of request.files) {
      const file = join(request.sandbox, path);
      const { items } = await readSqlite('describe', { path: file }, request.signal);
      const tables = items.filter(({ type }) => type === 'table').length;
      opened.push({ path, file, detail: `${path}: ${tables} tables, opened with SQLite ${process.versions.sqlite}` });
    }
    return new SqliteCopy({ opened, live: options.live, request });
  };
}

interface OpenedFile {
  readonly path: string;
  /** Absolute. */
  readonly file: string;
  readonly detail: string;
}

interface CopyParts {
  readonly opened: readonly OpenedFile[];
  readonly live: string | undefined;
  readonly request: ScratchRequest;
}

class SqliteCopy implements ScratchCopy {
  readonly #parts: CopyParts;

  constructor(parts: CopyParts) {
    this.#parts = parts;
  }

  get detail(): string {
    return this.#parts.opened.map(({ detail }) => detail).join(', ');
  }

  get locations(): readonly string[] {
    return this.#parts.opened.map(({ file }) => `sqlite:${file}`);
  }

  async checkData(): Promise<ScratchFinding> {
    const { opened, request } = this.#parts;
    const problems: EntryProblem[] = [];
    for (const { path, file } of opened) {
      const { problems: said } = await askSqlite(
        'check',
        { path: file, check: 'full' },
        { path, signal: request.signal },
      );
      const { broken } = await readSqlite('references', { path: file }, request.signal);
      for (const message of said) problems.push({ path, code: 'DATABASE_DAMAGED', message });
      for (const { name, parent, count } of broken) {
        const message = `${count} rows of ${name} refer to rows that ${parent} does not have`;
        problems.push({ path, code: 'DATABASE_DAMAGED', message });
      }
    }
    return {
      checked: opened.length,
      problems,
      detail: `databases checked by integrity_check and foreign_key_check: ${opened.length}`,
    };
  }

  async checkLive(): Promise<ScratchFinding> {
    const { opened, live, request } = this.#parts;
    if (live === undefined) return NO_LIVE;
    const found: ScratchFinding[] = [];
    for (const { path, file } of opened) {
      const after = sqliteView({ path: resolve(live), isLive: true, waitMs: WAIT_MS });
      found.push(await compareLiveSchema({ path, before: sqliteView({ path: file }), after }, request.signal));
    }
    return joinedFindings(found);
  }

  /** The folder goes with all that was restored. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
