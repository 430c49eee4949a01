import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { BackupError } from '../../errors.ts';
import type { SourceDetail } from '../../source/contract.ts';
import type { JsonForm } from './documents.ts';

/** A document as it is to be: records by their ids, in the order in which they stand. */
export type Contents = ReadonlyMap<string, SourceDetail>;

/** A file that is written beside its place, or one that goes. */
interface Step {
  readonly path: string;
  /** Absent: the file goes. */
  readonly written?: string | undefined;
}

/** Whether a file's name is that of a document which was being written. */
export const isUnfinished = (name: string, document: string): boolean =>
  name.startsWith(`.${document}.`) && /^[0-9a-f]{12}\.part$/.test(name.slice(document.length + 2));

/** Writes what documents are to be beside them, and puts it in their places when all of that is there. */
export class DocumentWriter {
  readonly #steps: Step[] = [];

  /** @param before What was there: files of a folder that are the same are left alone. */
  async write(
    path: string,
    form: JsonForm,
    { now, before }: { readonly now: Contents; readonly before: Contents },
  ): Promise<void> {
    if (form === 'folder') await this.#folder(path, now, before);
    else if (form === 'lines') await this.#file(path, linesOf(now));
    else if (form === 'array') await this.#file(path, `${JSON.stringify([...now.values()], null, 2)}\n`);
    else await this.#file(path, `${JSON.stringify(Object.fromEntries(now), null, 2)}\n`);
  }

  /** Puts all in place. Each file is whole at any time; of several files some may be old when the machine fails in between. */
  async commit(): Promise<void> {
    while (this.#steps.length > 0) {
      const { path, written } = this.#steps.shift() as Step;
      if (written === undefined) await rm(path, { force: true });
      else await rename(written, path);
    }
  }

  /** Removes what was written and is not in its place. */
  async undo(): Promise<void> {
    for (const { written } of this.#steps.splice(0)) if (written !== undefined) await rm(written, { force: true });
  }

  async #folder(path: string, now: Contents, before: Contents): Promise<void> {
    for (const [id, data] of now) {
      if (JSON.stringify(before.get(id)) === JSON.stringify(data)) continue;
      if (basename(id) !== id || id === '.' || id === '..' || id.includes('\\') || id.includes('\0'))
        throw new BackupError(
          'INVALID_RECORD',
          `Expected an id that can be a file's name in ${path}, got ${JSON.stringify(id)}`,
        );
      await this.#file(join(path, `${id}.json`), `${JSON.stringify(data, null, 2)}\n`);
    }
    const files = new Set(await readdir(path));
    for (const id of before.keys())
      if (!now.has(id) && files.has(`${id}.json`)) this.#steps.push({ path: join(path, `${id}.json`) });
  }

  async #file(path: string, text: string): Promise<void> {
    try {
      await this.#write(path, text);
    } catch (error) {
      throw notWritten(path, error);
    }
  }

  async #write(path: string, text: string): Promise<void> {
    const written = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
    this.#steps.push({ path, written });
    // As it was; what was not there is for its owner alone.
    const mode = await stat(path).then(
      (before) => before.mode & 0o777,
      () => 0o600,
    );
    const file = await open(written, 'wx', 0o600);
    try {
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

function notWritten(path: string, error: unknown): BackupError {
  const { code, message } = error as NodeJS.ErrnoException;
  const hint =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'Nothing was changed. Make room: documents are written beside the old ones.'
      : undefined;
  return new BackupError('PATH_FAILED', `Expected to write ${path}, got ${message}`, { cause: error, hint });
}

const linesOf = (now: Contents): string => [...now.values()].map((data) => `${JSON.stringify(data)}\n`).join('');
