import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readIntents, writeIntent, type WriteIntentOptions } from '../../src/index.ts';
import { newFolder } from './repository.ts';

const SUMMARY = 'Orders can be exported.\n\nAs *CSV*.';

describe('an intent that is written', () => {
  test.each<readonly [WriteIntentOptions['releases'], string]>([
    [[{ package: '@x/a', level: 'minor' }], '"@x/a": minor'],
    [
      [
        { package: 'a', level: 'patch' },
        { package: 'b', level: 'none' },
      ],
      '"a": patch\n"b": none',
    ],
    [[{ package: 'a', type: 'feature' }], '"a": feature'],
    [[{ package: 'a', type: 'feat', level: 'major' }], '"a": feat!'],
    [[{ package: 'a', type: 'docs', level: 'patch' }], '"a": { type: docs, level: patch }'],
    [[{ package: 'a', type: 'fix', section: 'Security' }], '"a": { type: fix, level: patch, section: Security }'],
    [[{ type: 'melhoria' }], 'melhoria'],
    [[{ level: 'minor', section: 'Good news' }], '".": { level: minor, section: "Good news" }'],
  ])('from %j has the front matter %j, and is read again', async (releases, frontMatter) => {
    using repository = newFolder();
    const { folder } = repository;
    const intent = await writeIntent({ folder, releases, summary: `\n${SUMMARY}\n`, name: 'export-orders' });
    const text = readFileSync(join(folder, '.changeset/export-orders.md'), 'utf8');
    expect(text).toBe(`---\n${frontMatter}\n---\n\n${SUMMARY}\n`);
    expect(await readIntents({ folder })).toEqual([intent]);
  });

  test('of no package at all is a changeset that is empty', async () => {
    using repository = newFolder();
    const { file } = await writeIntent({ folder: repository.folder, releases: [], summary: '' });
    expect(readFileSync(join(repository.folder, file), 'utf8')).toBe('---\n---\n');
  });

  test('has a name of three words, and another one when that is taken', async () => {
    using repository = newFolder();
    const { folder } = repository;
    const numbers = [0, 0, 0, 0, 0, 0, 0.999, 0.999, 0.999];
    const random = (): number => numbers.shift() ?? 0;
    const write = (summary: string): Promise<{ readonly id: string }> =>
      writeIntent({ folder, releases: [{ level: 'minor' }], summary, random });
    expect((await write('First.')).id).toBe('amber-ants-agree');
    expect((await write('Second.')).id).toBe('young-wrens-yawn');
    expect((await readIntents({ folder })).map(({ summary }) => summary)).toEqual(['First.', 'Second.']);
    await expect(write('Third.')).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
  });

  test('never takes the place of another one', async () => {
    using repository = newFolder({ '.changeset/a.md': 'mine' });
    const written = writeIntent({ folder: repository.folder, releases: [], summary: 'Words.', name: 'a' });
    await expect(written).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(readFileSync(join(repository.folder, '.changeset/a.md'), 'utf8')).toBe('mine');
  });

  test.each<readonly [string, Partial<WriteIntentOptions>, string]>([
    ['a path for a name', { name: '../a' }, 'INVALID_OPTION'],
    ['a name that is not read', { name: 'README' }, 'INVALID_OPTION'],
    ['a device of Windows for a name', { name: 'con' }, 'INVALID_OPTION'],
    ['neither level nor type', { releases: [{ package: 'a' }] }, 'INVALID_OPTION'],
    ['an unknown type', { releases: [{ type: 'huge' }] }, 'UNKNOWN_CHANGE_TYPE'],
    ['a package with a line break', { releases: [{ package: 'a\nb', level: 'minor' }] }, 'INVALID_INTENT'],
    [
      'a package twice',
      {
        releases: [
          { package: 'a', level: 'minor' },
          { package: 'a', level: 'none' },
        ],
      },
      'INVALID_INTENT',
    ],
    ['a section with Markdown', { releases: [{ level: 'minor', section: '# A' }] }, 'INVALID_INTENT'],
    ['blanks around a section', { releases: [{ level: 'minor', section: 'A ' }] }, 'INVALID_OPTION'],
    ['more than 1 MiB', { summary: 'x'.repeat(1_048_576) }, 'INVALID_INTENT'],
  ])('can’t have %s', async (_, wrong, code) => {
    using repository = newFolder();
    const options = { folder: repository.folder, releases: [], summary: 'Words.', ...wrong };
    await expect(writeIntent(options)).rejects.toMatchObject({ code });
    expect(await readIntents({ folder: repository.folder })).toEqual([]);
  });

  test('tells why the system refused', async () => {
    using repository = newFolder({ '.changeset': 'a file' });
    const written = writeIntent({ folder: repository.folder, releases: [], summary: 'Words.' });
    await expect(written).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  });
});
