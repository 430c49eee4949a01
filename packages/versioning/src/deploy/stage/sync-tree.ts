import { spawn } from 'node:child_process';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailure } from '../../artifact/file-failure.ts';
import { syncFolder } from '../../files/replace-file.ts';
import { inLanes } from '../../lanes.ts';

/** Forces all below a folder to disk: with one call for the file system where the system has a program for that, as what was installed may be ten thousands of files. @throws {VersioningError} `WRITE_FAILED`. */
export async function syncTree(top: string): Promise<void> {
  if (process.platform === 'linux' && (await syncFileSystem(top))) return;
  await syncEach(top);
}

/** syncfs(2), by sync(1) of coreutils. */
async function syncFileSystem(top: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn('sync', ['-f', top], { stdio: 'ignore' });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

async function syncEach(top: string): Promise<void> {
  const [folders, files]: [string[], string[]] = [[top], []];
  for (const folder of folders) {
    for (const name of await readdir(folder, { withFileTypes: true })) {
      if (name.isDirectory()) folders.push(join(folder, name.name));
      else if (name.isFile()) files.push(join(folder, name.name));
    }
  }
  await inLanes(files, syncFile);
  for (const folder of folders.toReversed()) await syncFolder(folder);
}

async function syncFile(path: string): Promise<void> {
  try {
    // Windows syncs only what may be written.
    const file = await open(path, process.platform === 'win32' ? 'r+' : 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'a file that can be forced to disk', { path, cause });
  }
}
