import { mkdirSync, statSync } from 'node:fs';
import { CheckedDirectories } from './checked-directories.ts';
import type { TreeSink, TreeSinkOptions } from './contract.ts';
import type { Directories } from './directories.ts';
import { DirectorySink } from './directory-sink.ts';
import { OpenDirectories } from './open-directories.ts';
import { hasCode, pathFailed, systemError } from './path-error.ts';

/**
 * Opens a tree to restore to. The root itself may be or pass through links: it is what the user named.
 *
 * @throws {BackupError} `PATH_FAILED`: the root is no directory, or `strong` is asked for and not possible.
 */
export function openTreeSink(root: Uint8Array, options: TreeSinkOptions = {}): TreeSink {
  const path = Buffer.from(root);
  try {
    if (options.create !== false) mkdirSync(path, { recursive: true });
    return new DirectorySink(resolveWith(path, options.strong));
  } catch (error) {
    throw pathFailed('open the folder', path.toString('latin1'), error);
  }
}

function resolveWith(root: Buffer, strong: boolean | undefined): Directories {
  if (strong !== false && process.platform === 'linux') {
    try {
      return new OpenDirectories(root);
    } catch (error) {
      if (strong === true || !hasCode(error, 'ENOSYS')) throw error;
    }
  } else if (strong === true) {
    throw systemError('ENOSYS', 'this system can not open files below an open directory');
  }
  if (!statSync(root).isDirectory()) throw systemError('ENOTDIR', 'not a directory');
  return new CheckedDirectories(root);
}
