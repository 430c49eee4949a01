import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  formatRelease,
  mergeNotes,
  notesOfIntents,
  parseIntent,
  planVersion,
  readChangelog,
  readIntentCommits,
  readIntents,
  type ReleaseNotes,
} from '../../src/index.ts';
import { newCheckout } from '../git/checkout.ts';
import { intent, intentText, newFolder } from './repository.ts';

const told = ({ sections }: ReleaseNotes): unknown =>
  Object.fromEntries(sections.map(({ title, entries }) => [title, entries.map(({ text }) => text)]));

describe('notes of intents', () => {
  test('have the titles of types, of levels, or those that files ask for', () => {
    const intents = [
      intent('a', { p: 'minor' }, 'Level minor.'),
      intent('b', { p: 'patch' }, 'Level patch.'),
      intent('c', { p: 'major' }, 'Level major.'),
      intent('d', { p: 'performance' }, 'Type performance.'),
      intent('e', { p: 'CORRECAO' }, 'Type correção.'),
      intent('f', { p: 'feat!' }, 'A feature that breaks.'),
      intent('g', { p: '{ type: fix, section: Security }' }, 'Section.'),
      intent('h', { p: 'docs' }, 'Nobody notices.'),
      intent('i', { p: 'none' }, 'Nor this.'),
      intent('j', { p: '{ level: none, section: Thanks }' }, 'To Ann.'),
      intent('k', { p: 'patch' }, ''),
      intent('l', { other: 'major' }, 'Another package.'),
    ];
    const notes = notesOfIntents(intents, { package: 'p' });
    expect(told(notes)).toEqual({
      'Breaking changes': ['Level major.', 'A feature that breaks.'],
      Added: ['Level minor.'],
      Changed: ['Type performance.'],
      Fixed: ['Level patch.', 'Type correção.'],
      Security: ['Section.'],
      Thanks: ['To Ann.'],
    });
    expect(notes.causes.map(({ level }) => level)).toEqual([
      'minor',
      'patch',
      'major',
      'patch',
      'patch',
      'major',
      'patch',
      'patch',
    ]);
    expect(planVersion('1.2.3', notes).reason).toBe(
      '2.0.0: major, because of "Level major. (.changeset/c.md)" and 1 more.',
    );
  });

  test('lose nothing with titles and types of one’s own', () => {
    const options = { titles: { Novidades: ['feat'], Consertos: ['conserto'] }, types: { conserto: 'patch' } } as const;
    const intents = [intent('a', { p: 'minor' }, 'A.'), intent('b', { p: 'perf' }, 'B.')];
    expect(told(notesOfIntents(intents, options))).toEqual({ Novidades: ['A.'], Consertos: ['B.'] });
  });

  test('without a package are of all, each intent once; a file without one is about every package that is asked for', () => {
    const several = intent('a', { p: 'patch', q: 'minor', r: 'minor' }, 'Several.');
    const notes = notesOfIntents([several]);
    expect(told(notes)).toEqual({ Fixed: ['Several.'], Added: ['Several.'] });
    expect(notes.causes.map(({ level }) => level)).toEqual(['minor']);
    expect(told(notesOfIntents([parseIntent('---\nfix\n---\nOnly.')], { package: 'p' }))).toEqual({ Fixed: ['Only.'] });
  });

  test('of a pre-release are of what no earlier one had', () => {
    const intents = [intent('a', { p: 'patch' }, 'New.'), intent('pre/b', { p: 'minor' }, 'Old.')];
    expect(told(notesOfIntents(intents, { channel: 'beta' }))).toEqual({ Fixed: ['New.'] });
    expect(told(notesOfIntents(intents))).toEqual({ Added: ['Old.'], Fixed: ['New.'] });
  });

  test('keep their Markdown, inside their line of the list', () => {
    const words = [
      'See [the *guide*](https://example.com/a_b)\nfor `more`.',
      '',
      '## Details',
      '',
      '```sh',
      '# run',
      '```',
    ];
    const intents = [intent('a', { p: 'minor' }, words.join('\n')), intent('b', { p: 'minor' }, '- one\n- two')];
    expect(formatRelease({ ...notesOfIntents(intents), version: '1.3.0' })).toBe(`## 1.3.0

### Added

- See [the *guide*](https://example.com/a_b) for \`more\`.

  ## Details

  \`\`\`sh
  # run
  \`\`\`
-
  - one
  - two`);
  });
});

describe('commits and intents together', () => {
  const LINK = { repository: 'https://github.com/acme/tools' };

  test('say each change once: the intent wins over the commit that brought it', async () => {
    using checkout = newCheckout();
    checkout.commit('chore: begin');
    checkout.tag('v1.0.0');
    const brought = (message: string, name: string, text: string): string => {
      mkdirSync(join(checkout.folder, '.changeset/pre'), { recursive: true });
      writeFileSync(join(checkout.folder, `.changeset/${name}.md`), text);
      return checkout.commit(message);
    };
    const exported = brought(
      'feat!: export orders',
      'brave-owls-sing',
      intentText({ p: 'minor' }, 'Orders can be **exported**.'),
    );
    checkout.commit('fix: a fix without an intent');
    brought('feat: of another package', 'other', intentText({ q: 'minor' }));
    brought('feat: released before', 'gone', intentText({ p: 'minor' }));
    checkout.git('rm', '--quiet', '.changeset/gone.md');
    checkout.git('mv', '.changeset/brave-owls-sing.md', '.changeset/pre/brave-owls-sing.md');
    checkout.commit('fix: a release that moves and removes');

    const { folder } = checkout;
    const commits = await readIntentCommits({ folder });
    expect([...commits.keys()].toSorted()).toEqual(['brave-owls-sing', 'gone', 'other']);
    expect(commits.get('brave-owls-sing')).toBe(exported);
    const [unreleased] = await readChangelog({ folder });
    const intents = notesOfIntents(await readIntents({ folder }), { package: 'p', commits });
    const notes = mergeNotes(unreleased as ReleaseNotes, intents, { commits });
    expect(told(notes)).toEqual({
      Added: ['Orders can be **exported**.'],
      Fixed: ['a release that moves and removes', 'a fix without an intent'],
    });
    expect(planVersion('1.0.0', notes).to).toBe('1.1.0');
    expect(formatRelease(notes, LINK)).toContain(
      `- Orders can be **exported**. ([${exported.slice(0, 7)}](https://github.com/acme/tools/commit/${exported}))`,
    );
  });

  test('of a shallow clone are refused', async () => {
    using checkout = newCheckout();
    using clone = newFolder();
    checkout.commit('feat: a', '.changeset/a.md');
    checkout.commit('feat: b', '.changeset/b.md');
    checkout.git('clone', '--quiet', '--depth=1', `file://${checkout.folder}`, join(clone.folder, 'clone'));
    const commits = readIntentCommits({ folder: join(clone.folder, 'clone') });
    await expect(commits).rejects.toMatchObject({ code: 'SHALLOW_CLONE' });
    expect((await readIntentCommits({ folder: checkout.folder })).size).toBe(2);
    expect((await readIntentCommits({ folder: checkout.folder, directory: 'elsewhere' })).size).toBe(0);
  });

  test('keep the order of titles, with intents first, and everything where no commits are known', () => {
    const entry = { type: 'fix', scope: undefined, hash: 'a'.repeat(40), isBreaking: false, commit: undefined };
    const commits: ReleaseNotes = {
      ...notesOfIntents([]),
      tag: 'v1.0.0',
      sections: [{ title: 'Fixed', entries: [{ ...entry, text: 'Of a commit.' }] }],
      causes: [{ level: 'patch', reason: 'fix: of a commit', hash: entry.hash }],
    };
    const intents = notesOfIntents([
      intent('a', { p: 'patch' }, 'Of an intent.'),
      intent('b', { p: 'minor' }, 'New.'),
      intent('c', { p: '{ type: fix, section: Thanks }' }, 'To Ann.'),
    ]);
    const notes = mergeNotes(commits, intents);
    expect(notes.tag).toBe('v1.0.0');
    expect(Object.entries(told(notes) as object)).toEqual([
      ['Added', ['New.']],
      ['Fixed', ['Of an intent.', 'Of a commit.']],
      ['Thanks', ['To Ann.']],
    ]);
    expect(notes.causes).toHaveLength(4);
    expect(mergeNotes(commits, notesOfIntents([]), { commits: new Map([['gone', entry.hash]]) })).toMatchObject({
      sections: [],
      causes: [],
    });
  });
});
