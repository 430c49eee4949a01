import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rm, symlink, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createArtifact, extractArtifact, listArtifact, planArtifact } from '../../src/index.ts';
import { harvest, plant, temporaryFolder, type Tree } from './tree.ts';

const run = promisify(execFile);
const isWindows = process.platform === 'win32';

const TREE: Tree = {
  'bin/start': { run: '#!/bin/sh\nexec node main.js\n' },
  'data/empty.txt': '',
  'data/ölçü.txt': 'UTF-8 ✓\n',
  'data/large.bin': Buffer.alloc(2_500_000, 'holdfast'),
  'logs/': '',
  'main.js': 'console.log(1);\n',
  Zebra: 'capitals come first\n',
};

/** What this tree has given from the first version on. A change is a new format: deployed artefacts can't be made again then. */
const FROZEN = 'sha256:2205f958bb703eade33e03256746111facc4afaab7b304a24de7c1878a724245';

async function make(folder: string, target?: string): Promise<{ path: string; digest: string }> {
  const path = target ?? join(await temporaryFolder(), 'app.zip');
  return { path, digest: `${(await createArtifact(await planArtifact(folder), path)).digest}` };
}

test.skipIf(isWindows)(
  'a tree gives the same bytes whatever its times and the order in which it was made',
  async () => {
    const one = await plant(TREE);
    const other = await plant(Object.fromEntries(Object.entries(TREE).toReversed()));
    await utimes(join(other, 'main.js'), 1, 1);
    await utimes(join(other, 'data'), 2_000_000_000, 2_000_000_000);
    expect((await make(one)).digest).toBe(FROZEN);
    expect((await make(other)).digest).toBe(FROZEN);
  },
);

const MAKE = `
  import { createArtifact, planArtifact } from '@x/versioning';
  import { mkdir, writeFile, chmod } from 'node:fs/promises';
  const [, top, target, umask] = process.argv;
  process.umask(Number.parseInt(umask, 8));
  await mkdir(top + '/bin', { recursive: true });
  await writeFile(top + '/a.txt', 'a');
  await writeFile(top + '/bin/run', 'b', { mode: 0o777 });
  const { digest } = await createArtifact(await planArtifact(top), target);
  console.log(String(digest));
`;

test.skipIf(isWindows).each([
  ['UTC', '022', 'C'],
  ['Pacific/Kiritimati', '077', 'tr_TR.UTF-8'],
  ['America/Los_Angeles', '002', 'de_DE.UTF-8'],
])('a process in the time zone %s with umask %s and locale %s makes the same bytes', async (zone, umask, locale) => {
  const folder = await temporaryFolder();
  const { stdout } = await run(
    process.execPath,
    ['--input-type=module', '-e', MAKE, join(folder, 'tree'), join(folder, 'app.zip'), umask],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), env: { ...process.env, TZ: zone, LC_ALL: locale } },
  );
  expect(stdout.trim()).toBe('sha256:7899397c2efce53097acac3d398e27eff66d6dd6cd9837046da9e747196fb950');
});

test('an artefact lists what was planned, in bytewise order of paths', async () => {
  const plan = await planArtifact(await plant(TREE));
  const path = join(await temporaryFolder(), 'app.zip');
  const { size, entries } = await createArtifact(plan, path);
  expect(await listArtifact(path)).toEqual(plan.entries);
  expect(entries).toBe(7);
  expect(size).toBe((await readFile(path)).length);
});

test('what is extracted is what was packed', async () => {
  const name = fc.stringMatching(/^[a-zäé0-9][a-z0-9ß_-]{0,7}$/);
  const content = fc.oneof(
    fc.string(),
    fc.string().map((run_) => ({ run: run_ })),
  );
  const tree = fc
    .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), content), { maxLength: 8 })
    .map((files) => Object.fromEntries(files.map(([names, inner], i) => [`${i}/${names.join('/')}`, inner])));
  await fc.assert(
    fc.asyncProperty(tree, async (files) => {
      const top = await plant(files);
      const { path, digest } = await make(top);
      const target = join(await temporaryFolder(), 'out');
      await extractArtifact(path, target, { digest });
      expect(await harvest(target)).toEqual(await harvest(top));
    }),
    { numRuns: 40 },
  );
});

test('progress ends with everything, and large files are told in between', async () => {
  const plan = await planArtifact(await plant(TREE));
  const seen: number[] = [];
  let last: unknown;
  const onProgress = (progress: { bytes: number }): void => {
    seen.push(progress.bytes);
    last = progress;
  };
  await createArtifact(plan, join(await temporaryFolder(), 'app.zip'), { onProgress });
  expect(last).toEqual({ entries: 7, totalEntries: 7, bytes: plan.size, totalBytes: plan.size });
  expect(seen.length).toBeGreaterThan(8);
});

const CHANGES: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ['grown', async (path) => appendFile(path, 'more')],
  ['shrunk', async (path) => truncate(path, 3)],
  ['become a folder', async (path) => rm(path).then(async () => mkdir(path))],
  ['become a link', async (path) => rm(path).then(async () => symlink('main.js', path))],
];

test.skipIf(isWindows).each(CHANGES)(
  'a file that has %s since the plan is an error, and nothing is left',
  async (_, change) => {
    const top = await plant(TREE);
    const plan = await planArtifact(top);
    await change(join(top, 'data/large.bin'));
    const folder = await temporaryFolder();
    await expect(createArtifact(plan, join(folder, 'app.zip'))).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(await readdir(folder)).toEqual([]);
  },
);

test('a file that is written to while it is read is an error, even when its size stays', async () => {
  const top = await plant({ 'large.bin': Buffer.alloc(8_000_000, 1) });
  let isChanged = false;
  const work = createArtifact(await planArtifact(top), join(await temporaryFolder(), 'app.zip'), {
    onProgress: () => {
      if (!isChanged) writeFileSync(join(top, 'large.bin'), Buffer.alloc(8_000_000, 2), { flag: 'r+' });
      isChanged = true;
    },
  });
  await expect(work).rejects.toMatchObject({ code: 'FILE_CHANGED' });
});

test('an older artefact is replaced as a whole, and kept when the new one fails', async () => {
  const top = await plant(TREE);
  const { path, digest } = await make(top);
  const plan = await planArtifact(top);
  await rm(join(top, 'main.js'));
  await expect(createArtifact(plan, path)).rejects.toMatchObject({ code: 'READ_FAILED' });
  await extractArtifact(path, join(await temporaryFolder(), 'old'), { digest });
  expect((await make(top, path)).digest).not.toBe(digest);
});

test('an artefact that would hold its predecessor is refused', async () => {
  const top = await plant(TREE);
  await make(top, join(top, 'app.zip'));
  await expect(make(top, join(top, 'app.zip'))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

test('a target whose folder is missing is a failed write', async () => {
  const target = join(await temporaryFolder(), 'missing', 'app.zip');
  await expect(make(await plant(TREE), target)).rejects.toMatchObject({
    code: 'WRITE_FAILED',
    hint: 'Check the path.',
  });
});

test('an abort leaves nothing', async () => {
  const folder = await temporaryFolder();
  const plan = await planArtifact(await plant(TREE));
  const controller = new AbortController();
  const work = createArtifact(plan, join(folder, 'app.zip'), {
    signal: controller.signal,
    onProgress: ({ bytes }) => bytes > 1_000_000 && controller.abort(new Error('enough')),
  });
  await expect(work).rejects.toThrow('enough');
  expect(await readdir(folder)).toEqual([]);
});

test('a process that is killed while it writes leaves no target', async () => {
  const folder = await temporaryFolder();
  const top = await plant({ 'a.bin': Buffer.alloc(30_000_000) });
  const script = `
    import { createArtifact, planArtifact } from '@x/versioning';
    const [, top, target] = process.argv;
    await createArtifact(await planArtifact(top), target, {
      onProgress: ({ bytes }) => { if (bytes > 10_000_000) process.kill(process.pid, 'SIGKILL'); },
    });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, top, join(folder, 'app.zip')], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: 'ignore',
  });
  const [, signal] = (await once(child, 'exit')) as [unknown, string];
  expect(signal).toBe('SIGKILL');
  const left = await readdir(folder);
  expect(left).toHaveLength(1);
  expect(left[0]).toMatch(/^app\.zip\..+\.part$/);
});

async function isThere(program: string): Promise<boolean> {
  return run(program, program === 'unzip' ? ['-v'] : ['--version']).then(
    () => true,
    () => false,
  );
}

test('unzip extracts the same tree, with executable bits', async ({ skip }) => {
  if (!(await isThere('unzip'))) skip('unzip is not installed');
  const top = await plant(TREE);
  const { path } = await make(top);
  const out = await temporaryFolder();
  await run('unzip', ['-q', path, '-d', out], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  expect(await harvest(out)).toEqual(await harvest(top));
});

test("Python's zipfile finds no fault and the fixed time", async ({ skip }) => {
  if (!(await isThere('python3'))) skip('python3 is not installed');
  const { path } = await make(await plant(TREE));
  const script = `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(sorted({i.date_time for i in z.infolist()}), [i.filename for i in z.infolist()])
`;
  const { stdout } = await run('python3', ['-X', 'utf8', '-c', script, path]);
  expect(stdout.trim()).toBe(
    "[(1980, 2, 1, 0, 0, 0)] ['Zebra', 'bin/start', 'data/empty.txt', 'data/large.bin', 'data/ölçü.txt', 'logs/', 'main.js']",
  );
});

test('more than 65,535 entries are counted in 64 bits', async () => {
  const top = await plant({ a: 'x' });
  const { entries } = await planArtifact(top);
  const folders = Array.from({ length: 70_000 }, (_, i) => ({
    path: `d/${i}`,
    kind: 'directory' as const,
    size: 0,
    executable: false,
  }));
  const path = join(await temporaryFolder(), 'many.zip');
  await createArtifact({ folder: top, entries: [...entries, ...folders], size: 1 }, path);
  expect(await listArtifact(path)).toHaveLength(70_001);
});
