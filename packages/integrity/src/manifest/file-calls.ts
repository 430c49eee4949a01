import { type BigIntStats, close, constants, fstat, lstat, open, read, readdir, readlink } from 'node:fs';

// The promises of node:fs/promises cost several times as much per call as the callbacks, which shows with many small files.
// A failure keeps its system code; see codeOf.

type Callback<T> = (error: NodeJS.ErrnoException | null, value: T) => void;

function promised<T>(call: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

/**
 * Not through a link, and without waiting for the other end of a pipe that has taken the file's place. Windows has
 * neither flag, nor the cases.
 */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export const statOf = (path: Buffer): Promise<BigIntStats> =>
  promised((callback) => lstat(path, { bigint: true }, callback));

export const statOfOpen = (file: number): Promise<BigIntStats> =>
  promised((callback) => fstat(file, { bigint: true }, callback));

/** Names as byte strings, one character per byte. */
export const namesIn = (path: Buffer): Promise<string[]> => promised((callback) => readdir(path, 'latin1', callback));

export const targetOf = (path: Buffer): Promise<Buffer> => promised((callback) => readlink(path, 'buffer', callback));

export const openToRead = (path: Buffer): Promise<number> => promised((callback) => open(path, READ_FLAGS, callback));

export const closeOpen = (file: number): Promise<void> =>
  promised<undefined>((callback) => close(file, (error) => callback(error ?? null, undefined)));

/** Reads on from where the last read ended. Returns the number of bytes, 0 at the end. */
export const readInto = (file: number, buffer: Buffer): Promise<number> =>
  promised((callback) => read(file, buffer, 0, buffer.length, null, (error, bytes) => callback(error, bytes)));

/** The system's code of a failure. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
}

/** Whether an error has a code of the system, or ours for what was not the same before and after. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'errno' in error;
}

/** The failure of reading something that is not what it was when the reading began. */
export function changedWhileRead(): NodeJS.ErrnoException {
  return Object.assign(new Error('It changed while it was read'), { code: 'CHANGED_WHILE_READ', errno: 0 });
}
