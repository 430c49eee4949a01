import type { Dirent, Stats } from 'node:fs';
import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailure } from './file-failure.ts';
import { IgnoreRules } from './ignore-rules.ts';
import type { ArtifactEntry } from './model.ts';

/** What is chosen of a folder. */
export interface Choice {
  readonly include: IgnoreRules | undefined;
  readonly exclude: IgnoreRules;
  readonly ignoreFiles: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** What was chosen, in no order, and what can't be in an artefact: paths with the reason. */
export interface Chosen {
  readonly entries: ArtifactEntry[];
  readonly unsuitable: { readonly path: string; readonly flaw: string }[];
}

interface Folder {
  /** From the top folder down; empty for that one itself. */
  readonly path: string;
  readonly rules: IgnoreRules;
}

type Name = Dirent<Buffer>;

/** Lists what is chosen. No link is followed, and no ignored folder entered. */
export async function chosenFiles(top: string, choice: Choice): Promise<Chosen> {
  const chosen: Chosen = { entries: [], unsuitable: [] };
  const folders: Folder[] = [{ path: '', rules: IgnoreRules.of([]) }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    choice.signal?.throwIfAborted();
    const { path } = folder;
    const names = await reading(join(top, path), readdir(join(top, path), { encoding: 'buffer', withFileTypes: true }));
    if (path !== '' && names.length === 0 && isIncluded(choice, path, true)) {
      chosen.entries.push({ path, kind: 'directory', size: 0, executable: false });
    }
    const rules = await rulesIn(top, folder, { names, ignoreFiles: choice.ignoreFiles });
    const files: string[] = [];
    for (const name of names) {
      const inner = path === '' ? textOf(name) : `${path}/${textOf(name)}`;
      const isDirectory = name.isDirectory();
      if (isGit(name) || rules.matches(inner, isDirectory) || choice.exclude.matches(inner, isDirectory)) continue;
      if (!isDirectory && !isIncluded(choice, inner, false)) continue;
      const flaw = flawOf(name);
      if (flaw !== undefined) chosen.unsuitable.push({ path: inner, flaw });
      else if (isDirectory) folders.push({ path: inner, rules });
      else files.push(inner);
    }
    chosen.entries.push(...(await Promise.all(files.map(async (file) => look(top, file)))));
  }
  return chosen;
}

/** Whether a file that is not there yet would be chosen. */
export async function wouldBeChosen(top: string, path: string, choice: Choice): Promise<boolean> {
  const names = path.split('/');
  let rules = IgnoreRules.of([]);
  for (const [depth, name] of names.entries()) {
    const folder = names.slice(0, depth).join('/');
    const inner = names.slice(0, depth + 1).join('/');
    const isDirectory = depth < names.length - 1;
    // Folders that are not there have no rules of their own.
    const there = await readdir(join(top, folder), { encoding: 'buffer', withFileTypes: true }).catch(() => []);
    rules = await rulesIn(top, { path: folder, rules }, { names: there, ignoreFiles: choice.ignoreFiles });
    const isOut = rules.matches(inner, isDirectory) || choice.exclude.matches(inner, isDirectory);
    if (name.toLowerCase() === '.git' || isOut) return false;
  }
  return isIncluded(choice, path, false);
}

function isIncluded({ include }: Choice, path: string, isDirectory: boolean): boolean {
  return include === undefined || include.matches(path, isDirectory);
}

/** Git's own folder, or the file that stands for it in a worktree. */
function isGit(name: Name): boolean {
  return textOf(name).toLowerCase() === '.git';
}

function flawOf(name: Name): string | undefined {
  if (name.isSymbolicLink()) return 'is a link';
  if (!name.isDirectory() && !name.isFile()) return 'is neither a file nor a folder';
  return Buffer.from(textOf(name)).equals(name.name) ? undefined : 'has a name that is not UTF-8';
}

/** What is not UTF-8 becomes U+FFFD. */
const textOf = ({ name }: Name): string => name.toString('utf8');

interface Listing {
  readonly names: readonly Name[];
  readonly ignoreFiles: readonly string[];
}

/** The rules of the folder's own ignore files, in the order in which they were asked for. */
async function rulesIn(top: string, { path, rules }: Folder, { names, ignoreFiles }: Listing): Promise<IgnoreRules> {
  let all = rules;
  for (const ignoreFile of ignoreFiles) {
    if (!names.some((name) => name.isFile() && textOf(name) === ignoreFile)) continue;
    const file = join(top, path, ignoreFile);
    all = all.with(await reading(file, readFile(file, 'utf8')), path);
  }
  return all;
}

async function look(top: string, path: string): Promise<ArtifactEntry> {
  const stats = await reading(join(top, path), lstat(join(top, path)));
  return { path, kind: 'file', size: stats.size, executable: isExecutable(stats) };
}

/** Only the owner's bit counts: the others are what a umask left of it. */
export function isExecutable({ mode }: Pick<Stats, 'mode'>): boolean {
  return (mode & 0o100) !== 0;
}

async function reading<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('READ_FAILED', 'something that can be read', { path, cause });
  }
}
