import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../../artifact/file-failure.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';

/** Something that one process at a time may hold. */
export interface Claim {
  /** Lets others have it. A process that ends lets go of it, too. */
  release(): Promise<void>;
}

/** A claim as its file has it. */
interface ClaimEntry {
  readonly number: number;
  readonly holder: ProcessIdentity | undefined;
}

/**
 * Takes a claim, unless a living process has it.
 *
 * Claims are files with numbers, of which the highest counts. It is made whole and only once (`link`), and never removed while it is the highest:
 * so of two that find the last holder dead, one gets the next number and the other one learns of it.
 */
export async function takeClaim(folder: string, name: string): Promise<Claim | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const last = await lastClaim(folder, name);
  if (last?.holder !== undefined && (await isAlive(last.holder))) return undefined;
  const number = (last?.number ?? 0) + 1;
  const path = pathOf(folder, name, number);
  if (!(await createWhole(path, JSON.stringify(await identityOf(process.pid))))) return undefined;
  const numbers = await numbersOf(folder, name);
  if (numbers.some((each) => each > number)) {
    // It was made where an old one had been cleared away.
    await rm(path, { force: true });
    return undefined;
  }
  await Promise.all(
    numbers.filter((each) => each < number).map((each) => rm(pathOf(folder, name, each), { force: true })),
  );
  return { release: () => markReleased(path) };
}

/** The living process that has a claim. */
export async function holderOf(folder: string, name: string): Promise<ProcessIdentity | undefined> {
  const holder = (await lastClaim(folder, name))?.holder;
  return holder !== undefined && (await isAlive(holder)) ? holder : undefined;
}

const pathOf = (folder: string, name: string, number: number): string => join(folder, `${name}.${number}`);

async function lastClaim(folder: string, name: string): Promise<ClaimEntry | undefined> {
  for (;;) {
    const number = (await numbersOf(folder, name)).toSorted((a, b) => b - a)[0];
    if (number === undefined) return undefined;
    try {
      const text = await readFile(pathOf(folder, name, number), 'utf8');
      return { number, holder: text === '' ? undefined : (JSON.parse(text) as ProcessIdentity) };
    } catch (error) {
      // A higher one has taken its place meanwhile.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
}

async function numbersOf(folder: string, name: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((each) => each.startsWith(`${name}.`))
    .map((each) => Number(each.slice(name.length + 1)))
    .filter(Number.isSafeInteger);
}

/** Makes a file with all its content at once. @returns Whether there was none. */
async function createWhole(path: string, text: string): Promise<boolean> {
  const part = `${path}.${randomUUID()}.part`;
  await writeFile(part, text, { mode: 0o600 });
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

async function markReleased(path: string): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  await writeFile(part, '', { mode: 0o600 });
  await rename(part, path);
}
