import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed again. */
export interface TestFolder extends Disposable {
  readonly path: string;
  /** Writes a program of Node and gives its path. */
  script(name: string, text: string): string;
}

export function newFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-deploy-'));
  return {
    path,
    script(name, text) {
      const file = join(path, name);
      writeFileSync(file, `#!${process.execPath}\n${text}\n`);
      chmodSync(file, 0o755);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
