import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { literalPattern } from './literal-pattern.ts';

const run = promisify(execFile);

/** Paths of a project with very many ignored files still fit. */
const MAX_OUTPUT = 512 * 1024 * 1024;

/** The root folder of the git checkout around `directory`; `undefined` outside of one and where there is no git. */
export async function checkoutRoot(directory: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['rev-parse', '--show-toplevel'], { cwd: directory });
    return stdout.replace(/\r?\n$/, '') || undefined;
  } catch {
    return undefined;
  }
}

/** Whether git leaves out a folder of the checkout at `root`, or would if it were there. */
export async function isIgnored(root: string, folder: string): Promise<boolean> {
  return run('git', ['check-ignore', '--quiet', '--', `${folder}/`], { cwd: root }).then(
    () => true,
    () => false,
  );
}

/** The commit that is checked out around a file that git knows; `undefined` for other files and where there is no git. */
export async function commitAround(file: string): Promise<string | undefined> {
  const cwd = dirname(file);
  try {
    await run('git', ['ls-files', '--error-unmatch', '--', basename(file)], { cwd });
    const { stdout } = await run('git', ['rev-parse', '--verify', 'HEAD'], { cwd });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Patterns that leave out exactly what git ignores in the checkout at `root`: folders as a whole, not file by file. */
export async function ignoredPatterns(root: string): Promise<readonly string[]> {
  const call = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z'];
  const { stdout } = await run('git', call, { cwd: root, encoding: 'buffer', maxBuffer: MAX_OUTPUT });
  return splitAtZero(stdout).map((path) => literalPattern(path));
}

function splitAtZero(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    const stop = end === -1 ? bytes.length : end;
    if (stop > start) parts.push(bytes.subarray(start, stop));
    start = stop + 1;
  }
  return parts;
}
