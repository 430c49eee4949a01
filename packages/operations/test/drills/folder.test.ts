import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

test.skipIf(process.platform === 'win32')('where nothing can be written, no folder of a drill is left', () => {
  const parent = mkdtempSync(join(tmpdir(), 'holdfast-full-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  const source = fileURLToPath(new URL('../../src/drills/folder.ts', import.meta.url));
  const script = `
    const { makeDrillFolder } = await import(${JSON.stringify(source)});
    await makeDrillFolder(${JSON.stringify(parent)}, Date.now()).catch((error) => process.stdout.write(error.code));`;
  // Files may have no bytes there, as on a full disk.
  const node = [process.execPath, '--conditions=source', '--input-type=module', '--eval', script];
  const { stdout } = spawnSync('sh', ['-c', 'ulimit -f 0 && exec "$@"', 'sh', ...node], { encoding: 'utf8' });
  expect(stdout).toBe('DRILL_FOLDER_FAILED');
  expect(readdirSync(parent)).toEqual([]);
});
