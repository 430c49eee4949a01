import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What makes something in a folder the first time that it is asked, and gives that again to all who ask later. The folder goes with the process. */
export function onceInFolder<T>(make: (folder: string) => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    if (made !== undefined) return made.value;
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    made = { value: make(folder) };
    return made.value;
  };
}
