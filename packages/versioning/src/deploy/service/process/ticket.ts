import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { codeOf } from '../../../artifact/file-failure.ts';
import { parseStat, type ProcessIdentity } from './process-identity.ts';

/**
 * What the shell runs in the place of a program: it makes the ticket, which fails if there is one, and then becomes the program. Whoever started it
 * may have been killed meanwhile: either the ticket says which process it is, or the ticket was made by somebody else and the program never runs.
 */
export const TICKET_SCRIPT: string = [
  'set -C',
  'b= s=',
  'if [ -r /proc/$$/stat ]; then read -r b </proc/sys/kernel/random/boot_id; read -r s </proc/$$/stat',
  'else s="$$ $(LC_ALL=C ps -o lstart= -p $$)"; fi',
  String.raw`printf '%s\n%s\n' "$b" "$s" >"$1" || exit 125`,
  'unset b s; shift',
  'exec "$@"',
].join('\n');

/** The file of a start. */
export const ticketPath = (folder: string, id: string, number: number): string => join(folder, `${id}.${number}`);

/** The last start of an instance. */
export interface LastTicket {
  /** 0: it was never started. */
  readonly number: number;
  readonly identity?: ProcessIdentity | undefined;
}

/** Reads the ticket of the last start of an instance. Cancelled ones have numbers, too. */
export async function readTicket(folder: string, id: string): Promise<LastTicket> {
  const numbers = await numbersOf(folder, id);
  const number = numbers.at(-1) ?? 0;
  for (const each of numbers.toReversed()) {
    const identity = await identityIn(ticketPath(folder, id, each));
    if (identity !== undefined) return { number, identity };
  }
  return { number };
}

/** Makes sure that the start of this number, which may be under way, either is over or never happens. @returns The process that it was. */
export async function cancelTicket(folder: string, id: string, number: number): Promise<ProcessIdentity | undefined> {
  const path = ticketPath(folder, id, number);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, 'cancelled\n', { flag: 'wx', mode: 0o600 });
    return undefined;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return identityIn(path);
  }
}

/** Removes the tickets of an instance up to a number. */
export async function clearTickets(folder: string, id: string, below: number): Promise<void> {
  for (const number of await numbersOf(folder, id))
    if (number < below) await rm(ticketPath(folder, id, number), { force: true });
}

/** Instances that have been started. */
export async function startedInstances(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return [...new Set(names.map((name) => name.slice(0, name.lastIndexOf('.'))))];
}

async function numbersOf(folder: string, id: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(`${id}.`))
    .map((name) => Number(name.slice(id.length + 1)))
    .filter(Number.isSafeInteger)
    .toSorted((a, b) => a - b);
}

/** The shell makes the file, and writes it in the next moment. */
const TRIES = 100;

async function identityIn(path: string): Promise<ProcessIdentity | undefined> {
  for (let left = TRIES; left > 0; left--) {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return 'cancelled\n';
      throw error;
    });
    if (text.split('\n').length > 2) return parseTicket(text);
    if (text === 'cancelled\n') return undefined;
    await setTimeout(10);
  }
  return undefined;
}

/** Takes a ticket apart. */
export function parseTicket(text: string): ProcessIdentity | undefined {
  const [boot = '', line = ''] = text.split('\n');
  const pid = Number.parseInt(line, 10);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { pid, start: boot === '' ? line.slice(line.indexOf(' ') + 1).trim() : parseStat(line, boot).start };
}
