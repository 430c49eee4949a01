import { randomBytes } from 'node:crypto';
import { open, readFile, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { FlagError } from '../errors.ts';

/** Waiting longer than this for another program is given up. */
const MOST_WAIT_MS = 30_000;
const LOOK_MS = 15;
/** Taking over a lock takes some milliseconds; what is older was left by one that was killed meanwhile. */
const TAKEOVER_MS = 10_000;

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

const isErrno = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

/**
 * Runs something while no other program runs anything under the same lock: a file that names its owner. A lock whose owner is not alive any more, on
 * this machine, is taken over; one of another machine never is.
 *
 * @param run Is told whether the lock was taken over: then there may be leftovers.
 * @throws {FlagError} `FLAGS_CONFLICT` after 30 s; `UNREADABLE_FLAGS` when the lock can't be written.
 */
export async function withFileLock<Result>(
  path: string,
  signal: AbortSignal | undefined,
  run: (taken: { readonly isInherited: boolean }) => Promise<Result>,
): Promise<Result> {
  const owner: Owner = { pid: process.pid, host: hostname(), token: randomBytes(8).toString('hex') };
  const begin = performance.now();
  let isInherited = false;
  while (!(await created(path, JSON.stringify(owner)))) {
    signal?.throwIfAborted();
    const holder = await ownerOf(path);
    if (holder !== undefined && isDead(holder)) isInherited = (await takeAway(path, holder)) || isInherited;
    else if (performance.now() - begin > MOST_WAIT_MS) throw stillLocked(path, holder);
    else await sleep(LOOK_MS + Math.random() * LOOK_MS);
  }
  try {
    return await run({ isInherited });
  } finally {
    // Ours, unless somebody has removed it by hand.
    if ((await ownerOf(path))?.token === owner.token) await removed(path);
  }
}

/** Whether the file was not there, and now is. */
async function created(path: string, content: string): Promise<boolean> {
  try {
    await using file = await open(path, 'wx', 0o644);
    await file.writeFile(content);
    return true;
  } catch (cause) {
    if (isErrno(cause, 'EEXIST')) return false;
    throw new FlagError(
      'UNREADABLE_FLAGS',
      `Expected to write ${path}, got ${(cause as NodeJS.ErrnoException).code ?? 'an error'}`,
      {
        cause,
        hint: 'Check that you may write to its folder, and that there is room.',
      },
    );
  }
}

async function removed(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
  });
}

/** `undefined` when it is gone, or is just being written. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    const { pid, host, token } = JSON.parse(await readFile(path, 'utf8')) as Partial<Owner>;
    return typeof pid === 'number' && typeof host === 'string' && typeof token === 'string'
      ? { pid, host, token }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Proven only for this machine. */
function isDead({ pid, host }: Owner): boolean {
  if (host !== hostname() || !Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isErrno(error, 'ESRCH');
  }
}

/** One at a time, so that nobody takes away the lock of the one who was quicker. @returns Whether it was taken away. */
async function takeAway(path: string, dead: Owner): Promise<boolean> {
  const turn = `${path}.takeover`;
  if (!(await created(turn, ''))) {
    const age = await stat(turn).then(
      ({ mtimeMs }) => systemClock() - mtimeMs,
      () => 0,
    );
    if (age > TAKEOVER_MS) await removed(turn);
    else await sleep(LOOK_MS);
    return false;
  }
  try {
    const isThere = (await ownerOf(path))?.token === dead.token;
    if (isThere) await removed(path);
    return isThere;
  } finally {
    await removed(turn);
  }
}

function stillLocked(path: string, holder: Owner | undefined): FlagError {
  const who = holder === undefined ? 'somebody' : `process ${holder.pid} on ${holder.host}`;
  return new FlagError('FLAGS_CONFLICT', `Expected to change flags within 30 s, got a lock of ${who}`, {
    hint: `Try again later. If that program does not run any more, remove ${path}.`,
  });
}
