import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, lstat, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatManifest, type Manifest, scrub } from '../../src/index.ts';
import { asNobody } from '../tree-builder.ts';
import { DAY, inShort, setUp, type StateText, stateIn } from './scrubbed.ts';

const MAX_BYTES = 256 * 1024 * 1024;
const begun = '{"format":"holdfast-scrub","version":1,"files":[';

describe('the state of a scrub', () => {
  it.each<[string, string | ((manifest: Manifest) => string)]>([
    ['notes of somebody', 'buy milk\n'],
    ['a blank', ' '],
    ['null', 'null'],
    ['other JSON', '{"format":"something","version":1}'],
    ['the manifest', formatManifest],
    ['a state of a later version', '{"format":"holdfast-scrub","version":2,"files":[]}'],
    ['half a state of a later version', '{"format":"holdfast-scrub","version":12,"fi'],
  ])('%s is refused as a state before the directory is looked at, and stays as it is', async (_name, content) => {
    await using at = await setUp();
    const text = typeof content === 'string' ? content : content(at.manifest);
    await writeFile(at.state, text);
    const { manifest, state } = at;
    // Were the directory looked at first, it would be READ_FAILED.
    await expect(scrub('/nowhere/at/all', { manifest, state })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      hint: expect.stringContaining('Name another file') as string,
    });
    await expect(at.run(1)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await readFile(at.state, 'utf8')).toBe(text);
  });

  it('a file of somebody that is too large to be read is refused too, and a state of that size is damaged', async () => {
    await using at = await setUp();
    await writeFile(at.state, 'a disk image');
    await truncate(at.state, MAX_BYTES + 1);
    await expect(at.run(1)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect((await lstat(at.state)).size).toBe(MAX_BYTES + 1);
    await writeFile(at.state, begun);
    await truncate(at.state, MAX_BYTES + 1);
    expect(await at.run(2)).toMatchObject({ ok: true, state: 'damaged' });
    expect((await at.run(3)).state).toBe('resumed');
  });

  it.runIf(process.platform !== 'win32')(
    'a pipe or a device is refused, and neither waited for nor replaced',
    async () => {
      await using at = await setUp();
      execFileSync('mkfifo', [at.state]);
      await expect(at.run(1)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
      expect((await lstat(at.state)).isFIFO()).toBe(true);
    },
  );

  it('a file that took its place meanwhile is not replaced', async () => {
    await using at = await setUp();
    const work = at.run(1, { onProgress: () => writeFileSync(at.state, 'buy milk\n') });
    await expect(work).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await readFile(at.state, 'utf8')).toBe('buy milk\n');
  });

  it('a file that the manifest lists is refused, by whatever path it is named', async () => {
    await using at = await setUp({ a: '', folder: { b: 'b' } });
    await symlink(join(at.data, 'folder'), join(at.folder, 'way'));
    await symlink(join(at.data, 'folder/b'), join(at.folder, 'link'));
    for (const state of [join(at.data, 'a'), join(at.folder, 'way/b'), join(at.folder, 'link')]) {
      await expect(at.run(1, { state })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    }
    expect(await readFile(join(at.data, 'a'), 'utf8')).toBe('');
  });

  it('where a link is named, what it leads to is replaced, and it stays a link', async () => {
    await using at = await setUp();
    const link = join(at.folder, 'link');
    await symlink('state.json', link);
    await writeFile(at.state, '');
    expect((await at.run(1, { state: link })).state).toBe('damaged');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await at.run(2)).state).toBe('resumed');
    expect((await readdir(at.folder)).toSorted()).toEqual(['link', 'state.json']);
  });

  it('a state that a link in the directory leads to is no finding, nor is the link', async () => {
    await using at = await setUp({ a: 'a', sub: {} });
    const link = join(at.data, 'link');
    await symlink('sub/state.json', link);
    await writeFile(join(at.data, 'sub/state.json'), '');
    await writeFile(join(at.data, 'sub/state.json.1.0123456789ab.tmp'), '');
    expect(inShort(await at.run(1, { state: link }))).toEqual([]);
    expect(inShort(await at.run(2))).toEqual([
      'extra link',
      'extra sub/state.json',
      'extra sub/state.json.1.0123456789ab.tmp',
    ]);
  });

  it('without its folder nothing is read', async () => {
    await using at = await setUp();
    const { manifest } = at;
    const work = scrub('/nowhere/at/all', { manifest, state: join(at.folder, 'none/state.json') });
    await expect(work).rejects.toMatchObject({ code: 'WRITE_FAILED', hint: 'Check the path.' });
  });

  it('what another scrub has noted meanwhile is taken over where it is later', async () => {
    await using at = await setUp();
    await at.run(1);
    const other = await stateIn(at.state);
    const [first, second, third] = other.files;
    Object.assign(first ?? {}, { checkedAtMs: 1.5 * DAY, result: 'changed', ctimeNs: '1' });
    Object.assign(second ?? {}, { checkedAtMs: 1.5 * DAY, result: 'changed', ctimeNs: '2' });
    Object.assign(third ?? {}, { checkedAtMs: 0.5 * DAY, result: 'changed', ctimeNs: '3' });
    let isBegun = false;
    const report = await at.run(2, {
      budget: { bytes: 1000 },
      onProgress({ phase }) {
        if (phase === 'read' && !isBegun) writeFileSync(at.state, JSON.stringify(other));
        isBegun ||= phase === 'read';
      },
    });
    // The first was read by this scrub, later than by the other; the third by an earlier one.
    expect(report.earlier).toEqual([{ path: 'f1', result: 'changed', checkedAtMs: 1.5 * DAY }]);
    const { files } = await stateIn(at.state);
    expect(files.slice(0, 3).map(({ result, checkedAtMs }) => [result, checkedAtMs / DAY])).toEqual([
      ['sound', 2],
      ['changed', 1.5],
      ['sound', 1],
    ]);
  });

  it('is saved while files are read, so that a kill costs little', async () => {
    await using at = await setUp();
    let now = 0;
    const saved: number[] = [];
    await at.run(0, {
      clock: () => now,
      onProgress({ phase }) {
        if (phase !== 'read') return;
        now += 4000;
        saved.push(filesIn(at.state));
      },
    });
    // Every ten seconds, after a file.
    expect(saved).toEqual([0, 0, 0, 3, 3, 3, 6, 6, 6, 9]);
  });

  it('a file that could not be read does not count as read', async () => {
    await using at = await setUp();
    for (const folder of [at.data, at.folder]) await chmod(folder, 0o777);
    await chmod(join(at.data, 'f0'), 0);
    const report = await asNobody(() => at.run(1, { ignore: ['mode'], budget: { bytes: 3000 } }));
    expect(inShort(report)).toEqual(['unreadable f0']);
    expect(report).toMatchObject({ counts: { files: 2, bytes: 2000 }, coverage: { files: 2, bytes: 2000 } });
    const next = await asNobody(() => at.run(2, { ignore: ['mode'], budget: { bytes: 1000 } }));
    expect(next).toMatchObject({
      ok: false,
      earlier: [{ path: 'f0', result: 'unreadable' }],
      coverage: { files: 3, sinceMs: DAY },
    });
  });
});

function filesIn(state: string): number {
  try {
    return (JSON.parse(readFileSync(state, 'utf8')) as StateText).files.length;
  } catch {
    return 0;
  }
}
