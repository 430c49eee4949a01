import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from '../artifact/file-failure.ts';
import { VersioningError } from '../errors.ts';
import type { CiFile, CiPlan } from './model.ts';

/** Where a plan goes, and what may happen there. */
export interface ApplyCiOptions {
  /** The top of the checkout. */
  readonly folder: string;
  /** Whether files that are there and differ are replaced. Default: they are an error. */
  readonly force?: boolean | undefined;
}

/** What is, or would be, done with a file: `unchanged` where the same is there. */
export interface CiChange {
  readonly path: string;
  readonly change: 'created' | 'replaced' | 'unchanged';
}

/**
 * Compares a plan with what is there, and changes nothing. Line ends do not count, as git makes others of them on Windows.
 *
 * @returns What {@link applyCi} would do with each file, in the plan's order.
 * @throws {VersioningError} `TARGET_EXISTS` as {@link applyCi}; `READ_FAILED`.
 */
export async function compareCi(plan: CiPlan, { folder, force = false }: ApplyCiOptions): Promise<readonly CiChange[]> {
  const changes = await Promise.all(
    plan.files.map(async ({ path, text }): Promise<CiChange> => {
      const there = await contentOf(join(folder, path));
      if (there === undefined) return { path, change: 'created' };
      const isSame = typeof there === 'string' && there.replaceAll('\r\n', '\n') === text;
      return { path, change: isSame ? 'unchanged' : 'replaced' };
    }),
  );
  const differing = changes.filter(({ change }) => change === 'replaced').map(({ path }) => path);
  if (differing.length === 0 || force) return changes;
  throw new VersioningError(
    'TARGET_EXISTS',
    `Expected the place of ${differing.join(' and ')} to be free, got another content`,
    { hint: 'Keep what you have changed there, then replace it with `force` (`--force`).' },
  );
}

/**
 * Writes the files of a plan, each whole or not at all. What is there and differs is somebody's work: without `force` nothing is
 * written then. Doing it again changes nothing.
 *
 * @returns What was done with each file, in the plan's order.
 * @throws {VersioningError} `TARGET_EXISTS` with the names of files that differ; `READ_FAILED`, `WRITE_FAILED`.
 */
export async function applyCi(plan: CiPlan, options: ApplyCiOptions): Promise<readonly CiChange[]> {
  const changes = await compareCi(plan, options);
  for (const [index, file] of plan.files.entries()) {
    if (changes[index]?.change !== 'unchanged') await writeWhole(options.folder, file);
  }
  return changes;
}

/** The text of a file, `undefined` where nothing is, `null` for what is no file. */
async function contentOf(path: string): Promise<string | null | undefined> {
  try {
    // A link would have another file written to, perhaps out of the checkout.
    return (await lstat(path)).isFile() ? await readFile(path, 'utf8') : null;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return undefined;
    throw new VersioningError('READ_FAILED', `Expected to read ${path}, got ${code}`, { cause });
  }
}

async function writeWhole(folder: string, { path, text }: CiFile): Promise<void> {
  const target = join(folder, path);
  const part = `${target}.${randomBytes(6).toString('hex')}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    try {
      await writeFile(part, text, { flag: 'wx' });
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  } catch (cause) {
    throw new VersioningError('WRITE_FAILED', `Expected to write ${target}, got ${codeOf(cause) ?? 'an error'}`, {
      cause,
    });
  }
}
