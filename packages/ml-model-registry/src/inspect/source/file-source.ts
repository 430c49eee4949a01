import { constants, type BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ModelError } from '../../errors.ts';
import { type ByteSource, demandWithin } from './byte-source.ts';
import { fileMark } from './file-mark.ts';

/** A file that is open for inspection. */
export interface OpenFile extends AsyncDisposable {
  readonly source: ByteSource;
  /** @throws {ModelError} `FILE_CHANGED` when the file is not what it was when it was opened. */
  demandUnchanged(): Promise<void>;
  /** What the file looks like now. */
  mark(): Promise<string>;
}

/**
 * Opens a file to read it at any place. Pipes, devices and sockets are refused without waiting for them.
 *
 * @throws {ModelError} `READ_FAILED`, `NOT_A_FILE`.
 */
export async function openFile(path: string): Promise<OpenFile> {
  const handle = await opened(path);
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) {
      const kind = stats.isDirectory() ? 'a directory' : 'a device, pipe or socket';
      throw new ModelError('NOT_A_FILE', `Expected a regular file, got ${kind}: ${path}`, {
        hint: 'Name a model file, or a folder that is one model.',
      });
    }
    return openedFile(handle, { path, stats });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    // Not blocking: whoever opens a pipe that nobody writes to would wait for ever. Windows has no such flag.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'no reason';
    const hint =
      reason === 'ENOENT' ? 'There is none at this path: check it.' : 'See to it that whoever runs this may read it.';
    throw new ModelError('READ_FAILED', `Expected a file that can be read, got ${reason}: ${path}`, { cause, hint });
  }
}

function openedFile(handle: FileHandle, file: { readonly path: string; readonly stats: BigIntStats }): OpenFile {
  const { path, stats } = file;
  const size = Number(stats.size);
  const changed = (): ModelError =>
    new ModelError(
      'FILE_CHANGED',
      `Expected a file that nobody writes to, got one that changed while it was read: ${path}`,
      {
        hint: 'Run it again when whoever writes it is done.',
      },
    );
  const fill = async (into: Uint8Array, offset: number): Promise<void> => {
    demandWithin(size, offset, into.length);
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await handle.read(into, done, into.length - done, offset + done);
      if (bytesRead === 0) throw changed();
      done += bytesRead;
    }
  };
  return {
    source: {
      size,
      fill,
      async read(offset, length) {
        // Before memory is taken: a hostile file says any length.
        demandWithin(size, offset, length);
        const bytes = Buffer.allocUnsafeSlow(length);
        await fill(bytes, offset);
        return bytes;
      },
    },
    async demandUnchanged() {
      const now = await handle.stat({ bigint: true });
      if (now.size !== stats.size || now.mtimeNs !== stats.mtimeNs) throw changed();
    },
    async mark() {
      return fileMark(await handle.stat({ bigint: true }));
    },
    async [Symbol.asyncDispose]() {
      await handle.close();
    },
  };
}
