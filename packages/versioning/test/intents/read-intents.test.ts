import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readIntents, readPreMode } from '../../src/index.ts';
import { intentText, newFolder } from './repository.ts';

describe('a folder of intents', () => {
  test('is read in the order of names, without what is for people or tools', async () => {
    using repository = newFolder({
      '.changeset/b.md': intentText({ a: 'minor' }, 'Second.'),
      '.changeset/a.md': intentText({ a: 'patch' }, 'First.'),
      '.changeset/HOTFIX.md': intentText({ a: 'patch' }, 'Third, in capitals.'),
      '.changeset/README.md': '# Changesets',
      '.changeset/readme.md': '# Changesets',
      '.changeset/GUIDE.md': '# How to write one',
      '.changeset/.hidden.md': 'no intent',
      '.changeset/config.json': '{}',
      '.changeset/notes.txt': 'no intent',
      '.changeset/folder.md/a.md': 'no intent',
    });
    const intents = await readIntents({ folder: repository.folder });
    expect(intents.map(({ file, id, title }) => [file, id, title])).toEqual([
      ['.changeset/HOTFIX.md', 'HOTFIX', 'Third, in capitals.'],
      ['.changeset/a.md', 'a', 'First.'],
      ['.changeset/b.md', 'b', 'Second.'],
    ]);
  });

  test('may be elsewhere, and may not be there', async () => {
    using repository = newFolder({ 'docs/changes/a.md': intentText({ a: 'platform' }) });
    const { folder } = repository;
    const [intent] = await readIntents({ folder, directory: 'docs/changes/', types: { platform: 'major' } });
    expect(intent).toMatchObject({ file: 'docs/changes/a.md', releases: [{ level: 'major' }] });
    expect(await readIntents({ folder })).toEqual([]);
    await expect(readIntents({ folder: join(folder, 'missing') })).rejects.toMatchObject({ code: 'READ_FAILED' });
  });

  test('with one that can’t be understood is an error', async () => {
    using repository = newFolder({
      '.changeset/a.md': intentText({ a: 'minor' }),
      '.changeset/b.md': intentText({ a: 'huge' }),
    });
    await expect(readIntents({ folder: repository.folder })).rejects.toMatchObject({
      code: 'INVALID_INTENT',
      message: expect.stringContaining('.changeset/b.md:2') as string,
    });
  });

  test.each([
    ['larger than 1 MiB', `${intentText({ a: 'minor' })}${' '.repeat(1_048_576)}`, '1048576 bytes'],
    ['that is not UTF-8', Buffer.concat([Buffer.from(intentText({ a: 'minor' })), Buffer.from([0xe9])]), 'UTF-8'],
    ['without content', '', 'an empty file'],
  ])('refuses a file %s', async (_, content, message) => {
    using repository = newFolder({ '.changeset/a.md': content });
    await expect(readIntents({ folder: repository.folder })).rejects.toMatchObject({
      code: 'INVALID_INTENT',
      message: expect.stringContaining(message) as string,
    });
  });

  test('refuses a link: what it leads to is in no commit', async () => {
    using repository = newFolder({
      'elsewhere.md': intentText({ a: 'minor' }),
      '.changeset/b.md': intentText({ a: 'minor' }),
    });
    symlinkSync('../elsewhere.md', join(repository.folder, '.changeset/a.md'));
    await expect(readIntents({ folder: repository.folder })).rejects.toMatchObject({
      code: 'INVALID_INTENT',
      message: 'Expected a file at .changeset/a.md, got a link',
    });
  });

  test('of more than 10,000 files is refused', async () => {
    using repository = newFolder();
    for (let count = 0; count <= 10_000; count++) repository.write(`.changeset/${count}.md`, '');
    await expect(readIntents({ folder: repository.folder })).rejects.toMatchObject({
      code: 'INVALID_INTENT',
      message: expect.stringContaining('10001') as string,
    });
  });
});

describe('pre mode of changesets', () => {
  test('tells which intents a pre-release had: those in a folder, or in the list of older versions', async () => {
    using repository = newFolder({
      '.changeset/pre/a.md': intentText({ a: 'minor' }),
      '.changeset/b.md': intentText({ a: 'minor' }),
      '.changeset/c.md': intentText({ a: 'minor' }),
      '.changeset/pre.json': JSON.stringify({ mode: 'pre', tag: 'next', initialVersions: {}, changesets: ['c'] }),
    });
    const intents = await readIntents({ folder: repository.folder });
    expect(intents.map(({ id, isPreReleased }) => [id, isPreReleased])).toEqual([
      ['b', false],
      ['c', true],
      ['pre/a', true],
    ]);
  });

  test('is what pre.json says', async () => {
    using repository = newFolder();
    const mode = (): ReturnType<typeof readPreMode> => readPreMode({ folder: repository.folder });
    expect(await mode()).toBeUndefined();
    repository.write('.changeset/pre.json', JSON.stringify({ mode: 'pre', tag: 'beta' }));
    expect(await mode()).toEqual({ channel: 'beta', isLeaving: false });
    repository.write('.changeset/pre.json', JSON.stringify({ mode: 'exit', tag: 'beta' }));
    expect(await mode()).toEqual({ channel: 'beta', isLeaving: true });
  });

  test.each(['{', 'null', '{"mode":"on","tag":"a"}', '{"mode":"pre"}', '{"mode":"pre","tag":"a","changesets":[1]}'])(
    'with %j is an error',
    async (content) => {
      using repository = newFolder({ '.changeset/pre.json': content, '.changeset/a.md': intentText({ a: 'minor' }) });
      const error = { code: 'INVALID_INTENT', message: expect.stringContaining('.changeset/pre.json') as string };
      await expect(readPreMode({ folder: repository.folder })).rejects.toMatchObject(error);
      await expect(readIntents({ folder: repository.folder })).rejects.toMatchObject(error);
    },
  );
});

test('the intents of this repository are all read', async () => {
  const folder = join(import.meta.dirname, '../../../..');
  const names = readdirSync(join(folder, '.changeset')).filter(
    (name) => /^[^.].*\.md$/.test(name) && name !== 'README.md',
  );
  const intents = await readIntents({ folder });
  expect(intents.map(({ id }) => `${id}.md`)).toEqual(names.toSorted());
  for (const { releases, title } of intents) {
    expect(title).not.toBe('');
    for (const release of releases) expect(release.package).toMatch(/^(?:@x\/[a-z-]+|holdfast)$/);
  }
});
