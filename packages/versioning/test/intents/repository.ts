import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Intent, parseIntent } from '../../src/index.ts';

/** A folder with some files, which is removed again. */
export interface Folder extends Disposable {
  readonly folder: string;
  write(file: string, content: string | Uint8Array): void;
}

export function newFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): Folder {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const write = (file: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
  };
  for (const [file, content] of Object.entries(files)) write(file, content);
  return {
    folder,
    write,
    [Symbol.dispose]: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The text of an intent: `intentText({ a: 'minor' }, 'Words.')`. */
export const intentText = (releases: Readonly<Record<string, string>>, summary = 'Words.'): string =>
  ['---', ...Object.entries(releases).map(([name, value]) => `"${name}": ${value}`), '---', '', summary, ''].join('\n');

/** An intent under a name. */
export const intent = (id: string, releases: Readonly<Record<string, string>>, summary?: string): Intent =>
  parseIntent(intentText(releases, summary), { file: `.changeset/${id}.md` });
