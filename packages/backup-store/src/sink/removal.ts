import { lstatSync, readFileSync, readdirSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import type { Directories, Directory } from './directories.ts';
import { hasCode, systemError } from './path-error.ts';

/** A directory that is being emptied. */
interface Level {
  readonly path: string;
  readonly names: readonly string[];
  next: number;
}

/**
 * Removes the directory at `path` with all below it. Each name is looked up in its resolved directory, so links are
 * removed and never followed. What vanishes meanwhile is no error.
 *
 * @throws a system error; `EXDEV` for a mount, before anything in it is touched.
 */
export function removeDirectory(directories: Directories, path: string): void {
  const slash = path.lastIndexOf('/');
  const mount = mountOf(directories, slash < 0 ? '' : path.slice(0, slash));
  const stack = [enterLevel(directories, path, mount)];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    const name = level.names[level.next++];
    if (name !== undefined) {
      const child = `${level.path}/${name}`;
      if (!unlinkUnlessDirectory(directories.enter(level.path), name))
        stack.push(enterLevel(directories, child, mount));
      continue;
    }
    stack.pop();
    removeEmpty(directories, level.path);
  }
}

function enterLevel(directories: Directories, path: string, mount: string): Level {
  if (mountOf(directories, path) !== mount) throw systemError('EXDEV', 'a file system is mounted there');
  const directory = directories.enter(path);
  return { path, names: readdirSync(Buffer.from(directory.prefix, 'latin1'), 'latin1'), next: 0 };
}

/** Returns `false` for a directory. */
function unlinkUnlessDirectory(parent: Directory, name: string): boolean {
  const target = Buffer.from(parent.prefix + name, 'latin1');
  const stats = lstatSync(target, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return false;
  try {
    if (stats !== undefined) unlinkSync(target);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  return true;
}

function removeEmpty(directories: Directories, path: string): void {
  directories.forget(path);
  const slash = path.lastIndexOf('/');
  const parent = directories.enter(slash < 0 ? '' : path.slice(0, slash));
  try {
    rmdirSync(Buffer.from(parent.prefix + path.slice(slash + 1), 'latin1'));
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** What tells one mount from another. The device alone does not: a bind mount has that of its origin. */
function mountOf(directories: Directories, path: string): string {
  const { prefix } = directories.enter(path);
  if (!directories.strong) return String(statSync(Buffer.from(prefix, 'latin1'), { bigint: true }).dev);
  const facts = readFileSync(prefix.replace('/fd/', '/fdinfo/').slice(0, -1), 'latin1');
  return /^mnt_id:\s*(\d+)/m.exec(facts)?.[1] ?? '';
}
