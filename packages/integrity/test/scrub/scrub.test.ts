import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lutimes, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { createManifest, type Manifest, scrub, type ScrubReport, scrubText } from '../../src/index.ts';
import { tempFolder } from '../tree-builder.ts';
import { damage, DAY, inShort, setUp } from './scrubbed.ts';

describe('scrub', () => {
  it('without a budget everything is read', async () => {
    await using at = await setUp();
    expect(await at.run(1)).toMatchObject({
      ok: true,
      state: 'new',
      counts: { files: 10, bytes: 10_000 },
      coverage: { files: 10, bytes: 10_000, totalFiles: 10, totalBytes: 10_000, share: 1, sinceMs: DAY },
    });
  });

  it('with a budget of bytes it comes round to every file, least recently checked first', async () => {
    await using at = await setUp();
    const shares: number[] = [];
    for (let day = 1; day <= 5; day++) {
      const report = await at.run(day, { budget: { bytes: 3999 } });
      expect(report.counts.files).toBe(3);
      shares.push(report.coverage.share);
      expect(report.coverage.sinceMs).toBe(day < 5 ? DAY : 2 * DAY);
    }
    expect(shares).toEqual([0.3, 0.6, 0.9, 1, 1]);
  });

  it('damage is found when its turn comes, and stays on the report until it is repaired', async () => {
    await using at = await setUp();
    const budget = { bytes: 3000 };
    await damage(join(at.data, 'f4'));
    expect((await at.run(1, { budget })).ok).toBe(true);
    const second = await at.run(2, { budget });
    expect(second.findings).toMatchObject([{ type: 'changed', path: 'f4', changes: ['content'] }]);
    const third = await at.run(3, { budget });
    expect(third).toMatchObject({
      ok: false,
      findings: [],
      earlier: [{ path: 'f4', result: 'changed', checkedAtMs: 2 * DAY }],
    });
    await damage(join(at.data, 'f4'));
    expect(await at.run(4, { budget: { bytes: 1000 } })).toMatchObject({ ok: true, earlier: [], counts: { files: 1 } });
  });

  it.each<[string, (path: string) => Promise<unknown>]>([
    ['mode', (path) => chmod(path, 0o600)],
    ['time', (path) => lutimes(path, 1, 1)],
  ])('earlier damage stays on the report where the %s is another one too', async (_name, alter) => {
    await using at = await setUp();
    await damage(join(at.data, 'f0'));
    await alter(join(at.data, 'f0'));
    await at.run(1, { budget: { bytes: 1000 } });
    const report = await at.run(2, { budget: { bytes: 1000 } });
    expect(inShort(report)).toEqual(['changed f0']);
    expect(report.earlier).toEqual([{ path: 'f0', result: 'changed', checkedAtMs: DAY }]);
  });

  it.each<[string, (path: string) => Promise<unknown>, string]>([
    ['a file of another size', (path) => writeFile(path, 'longer or shorter'), 'changed f0'],
    ['a folder', async (path) => (await unlink(path), await mkdir(path)), 'changed f0'],
    ['nothing', (path) => unlink(path), 'missing f0'],
  ])('where %s is now, earlier damage is not told as well', async (_name, alter, finding) => {
    await using at = await setUp();
    await damage(join(at.data, 'f0'));
    await at.run(1, { budget: { bytes: 1000 } });
    await alter(join(at.data, 'f0'));
    const report = await at.run(2, { budget: { bytes: 1000 } });
    expect([inShort(report), report.earlier]).toEqual([[finding], []]);
  });

  it('a damaged file that somebody may have repaired comes before those never read', async () => {
    await using at = await setUp();
    await damage(join(at.data, 'f3'));
    await at.run(1, { budget: { bytes: 4000 } });
    await damage(join(at.data, 'f3'));
    expect(await at.run(2, { budget: { bytes: 1000 } })).toMatchObject({
      ok: true,
      earlier: [],
      coverage: { files: 4 },
    });
  });

  it('a budget of time ends the run between files', async () => {
    await using at = await setUp();
    let now = 0;
    const report = await at.run(0, { clock: () => (now += 10), budget: { ms: 100 } });
    expect(report.counts.files).toBeGreaterThan(1);
    expect(report.counts.files).toBeLessThan(10);
    expect(report.coverage.files).toBe(report.counts.files);
  });

  it('a file larger than the budget is read all the same, alone', async () => {
    await using at = await setUp({ big: new Uint8Array(2_000_000), small: 'x' });
    expect((await at.run(1, { budget: { bytes: 10 } })).counts).toMatchObject({ files: 1, bytes: 2_000_000 });
    expect((await at.run(2, { budget: { bytes: 10 } })).counts).toMatchObject({ files: 1, bytes: 1 });
  });

  it('what vanished, appeared or has other metadata is found at once, whatever the budget', async () => {
    await using at = await setUp();
    await at.run(1);
    await unlink(join(at.data, 'f2'));
    await writeFile(join(at.data, 'new'), 'x');
    await chmod(join(at.data, 'f7'), 0o600);
    const report = await at.run(2, { budget: { bytes: 1 } });
    expect(inShort(report)).toEqual(['missing f2', 'changed f7', 'extra new']);
    expect(report.coverage).toMatchObject({ files: 10, totalFiles: 10 });
  });

  it('a file that the manifest lists anew is checked anew, and one that it drops is forgotten', async () => {
    await using at = await setUp();
    await at.run(1);
    await writeFile(join(at.data, 'f5'), 'other');
    await unlink(join(at.data, 'f6'));
    const manifest = await createManifest(at.data);
    const report = await at.run(2, { manifest, budget: { bytes: 5 } });
    expect(report).toMatchObject({
      ok: true,
      counts: { files: 1, bytes: 5 },
      coverage: { files: 9, totalFiles: 9, share: 1 },
    });
    expect(await readFile(at.state, 'utf8')).not.toContain('"f6"');
  });

  it.each<[string, string | undefined, ScrubReport['state']]>([
    ['is lost', undefined, 'new'],
    ['is empty', '', 'damaged'],
    ['is cut off', '{"format":"holdfast-scrub","version":1,"files":[{"pa', 'damaged'],
    ['has a record that is none', '{"format":"holdfast-scrub","version":1,"files":[{"path":1}]}', 'damaged'],
    ['has no files', '{"format":"holdfast-scrub","version":1}', 'damaged'],
    ['is cut off in its first word', '{"for', 'damaged'],
  ])('a state that %s is said so, and all begins anew', async (_name, text, state) => {
    await using at = await setUp();
    await at.run(1);
    if (text === undefined) await unlink(at.state);
    else await writeFile(at.state, text);
    const report = await at.run(2, { budget: { bytes: 1000 } });
    expect(report).toMatchObject({ ok: true, state, coverage: { files: 1, sinceMs: 2 * DAY } });
    expect(scrubText(report).includes('was damaged')).toBe(state === 'damaged');
    expect(await at.run(3, { budget: { bytes: 1000 } })).toMatchObject({ state: 'resumed', coverage: { files: 2 } });
  });

  it('times in the future, of a clock that went wrong, do not count', async () => {
    await using at = await setUp();
    await at.run(100);
    expect(await at.run(1, { budget: { bytes: 1000 } })).toMatchObject({ coverage: { files: 1, sinceMs: DAY } });
  });

  it('a state that lies in the directory is no finding', async () => {
    await using at = await setUp({ a: 'a', sub: { b: 'b' } });
    for (const state of [join(at.data, 'state.json'), join(at.data, 'sub/state.json')]) {
      const manifest = await createManifest(at.data, { include: ({ path }) => !path.endsWith('state.json') });
      const report = (day: number) => scrub(at.data, { manifest, state, clock: () => day, ignore: ['mtime'] });
      expect(await report(1)).toMatchObject({ ok: true, state: 'new' });
      expect(await report(2)).toMatchObject({ ok: true, state: 'resumed' });
      await unlink(state);
    }
  });

  it('a signal ends it, and what was read until then is kept', async () => {
    await using at = await setUp();
    const controller = new AbortController();
    const work = at.run(1, {
      signal: controller.signal,
      onProgress: ({ files }) => files === 4 && controller.abort(new Error('stop')),
    });
    await expect(work).rejects.toThrow('stop');
    expect((await at.run(2, { budget: { bytes: 1000 } })).coverage.files).toBe(5);
  });

  it('of two scrubs at once both are kept, and the state is whole', async () => {
    await using at = await setUp();
    let now = 0;
    const clock = (): number => (now += 11_000);
    const reports = await Promise.all([1, 2, 3].map(() => at.run(0, { clock })));
    for (const report of reports) expect(report.ok).toBe(true);
    expect(await at.run(0, { clock, budget: { bytes: 1 } })).toMatchObject({
      state: 'resumed',
      coverage: { files: 10 },
    });
    expect(await readdir(at.folder)).toEqual(['state.json']);
  });

  it('killed at any moment it leaves a state that is whole', async () => {
    await using at = await setUp();
    const code = `
      const { scrub, createManifest } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)});
      let now = 0;
      const clock = () => (now += 11_000);
      const manifest = await createManifest(${JSON.stringify(at.data)});
      console.log('ready');
      for (;;) await scrub(${JSON.stringify(at.data)}, { manifest, state: ${JSON.stringify(at.state)}, clock });`;
    for (const ms of IS_THOROUGH ? [5, 20, 40, 90] : [20, 90]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      await delay(ms);
      child.kill('SIGKILL');
      await once(child, 'close');
      const text = await readFile(at.state, 'utf8').catch(() => undefined);
      if (text !== undefined) expect((JSON.parse(text) as { files: unknown[] }).files.length).toBeGreaterThan(0);
      expect((await at.run(1000, { budget: { bytes: 1 } })).state).not.toBe('damaged');
    }
  });

  it('what killed runs have left beside the state is removed after an hour', async () => {
    await using at = await setUp();
    const [old, fresh, foreign] = ['state.json.1.0123456789ab.tmp', 'state.json.2.0123456789ab.tmp', 'state.json.bak'];
    for (const name of [old, fresh, foreign]) await writeFile(join(at.folder, name), '');
    await lutimes(join(at.folder, old), 1, 1);
    await at.run(1);
    expect((await readdir(at.folder)).toSorted()).toEqual(['state.json', fresh, foreign].toSorted());
  });

  it('a state that can’t be written is an error, and the one before is whole', async () => {
    await using at = await setUp();
    await at.run(1);
    await mkdir(join(at.folder, 'taken'));
    await expect(at.run(2, { state: join(at.folder, 'taken') })).rejects.toMatchObject({ code: 'READ_FAILED' });
    expect((await at.run(3)).state).toBe('resumed');
  });

  it.each([{ bytes: 0 }, { bytes: -1 }, { ms: 0 }, { ms: Number.NaN }])('the budget %j is refused', async (budget) => {
    await using at = await setUp();
    await expect(at.run(1, { budget })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('a manifest that leads out is refused before anything is read', async () => {
    const manifest = {
      ...(await emptyManifest()),
      entries: [{ path: '../x', kind: 'file', digest: `sha256:${'0'.repeat(64)}` }],
    } as Manifest;
    await expect(scrub('/nowhere/at/all', { manifest, state: '/nowhere/state' })).rejects.toMatchObject({
      code: 'UNSAFE_PATH',
    });
  });
});

describe('scrubText', () => {
  it('says what share was read since when, and what was found before', async () => {
    await using at = await setUp();
    await damage(join(at.data, 'f0'));
    await at.run(1, { budget: { bytes: 3000 } });
    const text = scrubText(await at.run(2, { budget: { bytes: 3000 } }));
    expect(text).toBe(
      [
        'Compared 10 entries, read 3 files (3000 bytes): all as it should be.',
        'Found by earlier scrubs, and not read again since (1):',
        'changed f0 at 1970-01-02T00:00:00.000Z',
        '60.0 % of the bytes were read since 1970-01-02T00:00:00.000Z.',
      ].join('\n'),
    );
  });

  it('a name of earlier damage can’t play tricks with a terminal', async () => {
    await using at = await setUp({ 'a\u202e\u001b[2J': 'x', b: 'y' });
    await damage(join(at.data, 'a\u202e\u001b[2J'));
    await at.run(1, { budget: { bytes: 1 } });
    const text = scrubText(await at.run(2, { budget: { bytes: 1 } }));
    expect(text).toContain(String.raw`changed "a\u202e\u001b[2J" at`);
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });
});

async function emptyManifest(): Promise<Manifest> {
  await using folder = await tempFolder();
  const manifest = await createManifest(folder.path);
  await rm(folder.path, { recursive: true });
  return manifest;
}
