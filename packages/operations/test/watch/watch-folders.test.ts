import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Changes, watchFolders, type WatchEvent } from '../../src/watch/index.ts';

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-watch-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test.each([false, true])('what counts is told of, what is ignored is not (polling: %s)', async (polling) => {
  const folder = newFolder();
  mkdirSync(join(folder, 'cache'));
  writeFileSync(join(folder, 'old.json'), 'there before');
  const calls: Changes[] = [];
  const events: WatchEvent[] = [];
  await using watch = await watchFolders({
    folders: [folder],
    extensions: ['.json'],
    ignore: ['/cache', '*.tmp.json'],
    debounceMs: 100,
    polling,
    pollMs: 50,
    onChange: (changes) => void calls.push(changes),
    onEvent: (event) => events.push(event),
  });
  expect(events).toEqual([{ type: 'watch.started', folders: [folder], mode: polling ? 'polling' : 'events' }]);
  for (const name of ['notes.txt', 'cache/a.json', 'b.tmp.json']) writeFileSync(join(folder, name), 'x');
  mkdirSync(join(folder, 'deep', 'deeper'), { recursive: true });
  writeFileSync(join(folder, 'deep', 'deeper', 'new.JSON'), 'x');
  unlinkSync(join(folder, 'old.json'));
  const seen = (): Set<string> => new Set(calls.flatMap(({ paths }) => paths));
  await vi.waitUntil(() => seen().size >= 2, { timeout: 60_000 });
  await watch.idle();
  expect(seen()).toEqual(new Set([join(folder, 'deep', 'deeper', 'new.JSON'), join(folder, 'old.json')]));
});

test.each([false, true])(
  'a folder that another one takes the place of is watched on (polling: %s)',
  async (polling) => {
    const parent = newFolder();
    const [folder, next, old] = ['data', 'next', 'old'].map((name) => join(parent, name)) as [string, string, string];
    for (const each of [folder, next]) mkdirSync(each);
    const events: WatchEvent[] = [];
    const paths: string[] = [];
    await using _ = await watchFolders({
      folders: [folder],
      debounceMs: 50,
      polling,
      pollMs: 50,
      onChange: (changes) => void paths.push(...changes.paths),
      onEvent: (event) => events.push(event),
    });
    const seen = async (name: string): Promise<void> => {
      for (let n = 0; !paths.includes(join(folder, name)); n++) {
        writeFileSync(join(folder, name), `change ${n}`);
        await new Promise((done) => setTimeout(done, 200));
      }
    };
    renameSync(folder, old);
    renameSync(next, folder);
    await seen('swapped');
    // Gone for a while, and made anew.
    rmSync(folder, { recursive: true });
    await vi.waitUntil(() => events.some(({ type }) => type === 'watch.failed'), { timeout: 60_000 });
    mkdirSync(folder);
    await seen('anew');
  },
);

test('folders that are not there, and times that are none, are refused', async () => {
  const folder = newFolder();
  const onChange = (): void => undefined;
  for (const options of [
    { folders: [] },
    { folders: [join(folder, 'nothing')] },
    { folders: [folder], extensions: ['json'] },
    { folders: [folder], debounceMs: -1 },
    { folders: [folder], pollMs: NaN },
  ])
    await expect(watchFolders({ ...options, onChange })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

/** A shell in a space of users of its own, which may have only so many watches. */
const FEW_WATCHES = ['-Ur', 'sh', '-c', 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh'];

function canLimit(): boolean {
  try {
    execFileSync('unshare', [...FEW_WATCHES, 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// Needs a system that lets users make spaces of users (`unshare -Ur`).
test.skipIf(!canLimit())(
  'a system that has no watches left is told of, and changes are found all the same',
  async () => {
    const folder = newFolder();
    for (const name of ['a', 'b', 'c', 'd']) mkdirSync(join(folder, name));
    const script = fileURLToPath(new URL('../processes/watcher.ts', import.meta.url));
    const node = [process.execPath, '--conditions=source', script, folder];
    const child = spawn('unshare', [...FEW_WATCHES, ...node], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines: { readonly type: string; readonly mode?: string; readonly paths?: string[] }[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as (typeof lines)[number]));
    await vi.waitUntil(() => lines.some(({ mode }) => mode === 'polling'), { timeout: 120_000 });
    expect(lines).toContainEqual(
      expect.objectContaining({ type: 'watch.degraded', error: expect.objectContaining({ code: 'ENOSPC' }) }),
    );
    const late = join(folder, 'd', 'late');
    writeFileSync(late, 'x');
    await vi.waitUntil(() => lines.some(({ paths }) => paths?.includes(late)), { timeout: 120_000 });
  },
);
