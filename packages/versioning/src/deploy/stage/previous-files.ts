import { constants } from 'node:fs';
import { chmod, copyFile, link, lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, fileFailure } from '../../artifact/file-failure.ts';
import type { ArtifactEntry } from '../../artifact/model.ts';
import type { StagedEntry } from './staged-entry.ts';
import type { Reuse } from './staged-record.ts';

/** These are told; after any other failure a file is written instead. */
const GRAVE: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS']);

/** The files of the release before, to take unchanged ones from: as clones, which share blocks until one is written to, or as hard links. */
export class PreviousFiles {
  readonly #folder: string;
  readonly #files: ReadonlyMap<string, StagedEntry>;
  #ways: readonly Exclude<Reuse, 'none'>[];
  readonly #taken: StagedEntry[] = [];
  /** How files were taken, so far. */
  way: Reuse = 'none';

  constructor(folder: string, entries: readonly StagedEntry[], ways: readonly Exclude<Reuse, 'none'>[]) {
    this.#folder = folder;
    this.#files = new Map(entries.filter(({ kind }) => kind === 'file').map((entry) => [entry.path, entry]));
    this.#ways = ways;
  }

  /** A file that may have the same content. */
  candidate({ path, size, executable }: ArtifactEntry): StagedEntry | undefined {
    const found = this.#files.get(path);
    const isAlike = found?.size === size && found.executable === executable && size > 0;
    return isAlike && this.#ways.length > 0 ? found : undefined;
  }

  /** Puts a file of the release before at another place. `false`: it can't be had; write it. @throws {VersioningError} `WRITE_FAILED`. */
  async take(file: StagedEntry, target: string): Promise<boolean> {
    const source = join(this.#folder, file.path);
    if (!(await isUntouched(source, file))) return false;
    for (const way of this.#ways) {
      try {
        await (way === 'clones' ? copyFile(source, target, CLONE) : linkReadOnly(source, target));
        this.way = way;
        this.#taken.push(file);
        return true;
      } catch (cause) {
        if (GRAVE.has(codeOf(cause)))
          throw fileFailure('WRITE_FAILED', 'a file that can be written', { path: target, cause });
        await rm(target, { force: true });
        // The file has too many links; others may have fewer.
        if (codeOf(cause) !== 'EMLINK') this.#ways = this.#ways.filter((each) => each !== way);
      }
    }
    return false;
  }

  /** A file of the release before that was changed since, through a link to it. */
  async damaged(): Promise<string | undefined> {
    if (this.way !== 'hard-links') return undefined;
    for (const file of this.#taken) if (!(await isUntouched(join(this.#folder, file.path), file))) return file.path;
    return undefined;
  }
}

/** An error where the file system has no clones, instead of a copy. */
const CLONE = constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL;

/** Whoever writes to one would change the other: so nobody may. Root may all the same, which checks find. */
async function linkReadOnly(source: string, target: string): Promise<void> {
  const { mode } = await lstat(source);
  if ((mode & 0o222) !== 0) await chmod(source, mode & 0o7777 & ~0o222);
  await link(source, target);
}

/** Whether it was not written to since it was staged, as far as that can be told without reading it; all is read before a release is activated. */
async function isUntouched(path: string, { size, mtimeNs }: StagedEntry): Promise<boolean> {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true && found.size === BigInt(size) && String(found.mtimeNs) === mtimeNs;
}
