import { hostname } from 'node:os';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OperationEvent } from '../../events/contract.ts';

/** How much room there is at a place. */
export interface DiskSpace {
  /** As it was given. */
  readonly destination: string;
  /** Bytes that this user may still write. */
  readonly freeBytes: number;
  /** All bytes of the file system. */
  readonly totalBytes: number;
}

/** Options of {@link diskEvents}. */
export interface DiskEventOptions {
  /** Folders, or URLs of stores; those that are no folders of this machine have no disk to look at. */
  readonly destinations: readonly string[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Name of this machine. Default: the host name. */
  readonly host?: string | undefined;
  /** What tells how much room there is. Default: the operating system. */
  readonly measure?: ((destination: string) => Promise<DiskSpace | undefined>) | undefined;
}

/**
 * Looks at the disks of destinations, and tells of each as an event `disk.measured`, which the rules of disks go by. One that can't be looked at is told as
 * `disk.failed`.
 */
export async function diskEvents(options: DiskEventOptions): Promise<readonly OperationEvent[]> {
  const { destinations, nowMs, host = hostname(), measure = diskSpace } = options;
  const at = new Date(nowMs).toISOString();
  const events: OperationEvent[] = [];
  for (const destination of new Set(destinations)) {
    try {
      const space = await measure(destination);
      if (space !== undefined) events.push(measured(space, at, host));
    } catch (error) {
      const { code = 'an error' } = error as NodeJS.ErrnoException;
      events.push({ at, name: 'disk.failed', level: 'warn', host, details: { destination, error: { code } } });
    }
  }
  return events;
}

function measured({ destination, freeBytes, totalBytes }: DiskSpace, at: string, host: string): OperationEvent {
  const freePercent = totalBytes === 0 ? 0 : Math.round((freeBytes / totalBytes) * 1000) / 10;
  const details = { destination, freeBytes, totalBytes, freePercent, free: sizeText(freeBytes) };
  return { at, name: 'disk.measured', level: 'info', host, details };
}

function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/**
 * Room at a folder, or where it would be made. @returns `undefined` for what is no folder of this machine.
 *
 * @throws what the operating system says.
 */
export async function diskSpace(destination: string): Promise<DiskSpace | undefined> {
  for (let folder = folderOf(destination); folder !== undefined;) {
    try {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { destination, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch (error) {
      const above = dirname(folder);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
      folder = above;
    }
  }
  return undefined;
}

function folderOf(destination: string): string | undefined {
  if (destination.startsWith('file:')) return fileURLToPath(destination);
  return /^[a-z][a-z0-9+.-]+:/i.test(destination) ? undefined : destination;
}
