import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommit, type ParsedCommit, withoutReverted } from '../../src/index.ts';

describe('a header', () => {
  test.each([
    ['feat: offline mode', { type: 'feat', scope: undefined, subject: 'offline mode', isBreaking: false }],
    ['Feat(api): x', { type: 'feat', scope: 'api', subject: 'x' }],
    ['fix(@x/storage, cli)!: y', { type: 'fix', scope: '@x/storage, cli', isBreaking: true, breakingNotes: [] }],
    ['correção(api): acento', { type: 'correção', scope: 'api', subject: 'acento' }],
    ['Fix the thing', { type: undefined, subject: 'Fix the thing' }],
    ['feat:no blank', { type: undefined, subject: 'feat:no blank' }],
    ['http://example.com: a page', { type: undefined }],
    ['Merge branch "a: b"', { type: undefined }],
    ['', { type: undefined, header: '', subject: '' }],
  ])('%j is read as it is meant', (message, expected) => {
    expect(parseCommit(message)).toMatchObject(expected);
  });
});

describe('footers', () => {
  test('end where the next one begins: a note has no co-authors in it', () => {
    const commit = parseCommit(
      'feat: x\n\nWhy.\n\nBREAKING CHANGE: the port is 8080 now,\nnot 80.\n\nAlso on IPv6.\nCo-authored-by: Ann <a@example.com>\nFixes #12\n',
    );
    expect(commit.breakingNotes).toEqual(['the port is 8080 now,\nnot 80.\n\nAlso on IPv6.']);
    expect(commit.trailers).toEqual([
      { token: 'Co-authored-by', value: 'Ann <a@example.com>' },
      { token: 'Fixes', value: '12' },
    ]);
    expect(commit.body).toBe('Why.');
    expect(commit.references).toEqual([{ action: 'fixes', repository: undefined, issue: '12' }]);
  });

  test.each([
    ['wrapped prose', 'fix: x\n\nWe thought that this might be a\nBREAKING CHANGE: it is not, as nobody used it.\n'],
    ['small letters', 'fix: x\n\nbreaking change: no\n'],
    ['the middle of a line', 'fix: x\n\nThis is no BREAKING CHANGE: really.\n'],
    ['a quotation', 'fix: x\n\n> BREAKING CHANGE: somebody said\n'],
  ])('%s is no breaking change', (_, message) => {
    expect(parseCommit(message)).toMatchObject({ isBreaking: false, breakingNotes: [] });
  });

  test.each([
    ['with a blank line above', 'fix: x\n\nBREAKING CHANGE: y'],
    ['with a hyphen', 'fix: x\n\nBREAKING-CHANGE: y'],
    ['among other footers', 'fix: x\n\nRefs: 3f2a91b\nBREAKING CHANGE: y\nSigned-off-by: Ann'],
    ['below a footer', 'fix: x\n\nText.\n\nRefs: 3f2a91b\nBREAKING CHANGE: y'],
    ['with Windows line ends', 'fix: x\r\n\r\nBREAKING CHANGE: y\r\n'],
  ])('a note %s counts', (_, message) => {
    expect(parseCommit(message)).toMatchObject({ isBreaking: true, breakingNotes: ['y'] });
  });

  test('of prose with a colon are none, and folded lines belong to the one above', () => {
    expect(parseCommit('fix: x\n\nNote: this is prose\nthat goes on.').trailers).toEqual([]);
    const { trailers } = parseCommit('fix: x\n\nReviewed-by: Ann\n  and Bob\nRefs: #3');
    expect(trailers).toEqual([
      { token: 'Reviewed-by', value: 'Ann and Bob' },
      { token: 'Refs', value: '#3' },
    ]);
  });
});

describe('a squashed body', () => {
  test('has messages of its own, with their notes, and no wips', () => {
    const commit = parseCommit(
      'Booking page (#12)\n\n* feat(ui): calendar\n\nMonths and weeks.\n\n* wip\n\n* fix!: time zones\n\n  BREAKING CHANGE: dates are UTC\n\n---------\n\nCo-authored-by: Ann <a@example.com>',
    );
    expect(commit.squashed.map(({ header, isBreaking }) => [header, isBreaking])).toEqual([
      ['feat(ui): calendar', false],
      ['fix!: time zones', true],
    ]);
    expect(commit.squashed[1]?.breakingNotes).toEqual(['dates are UTC']);
    expect(commit.trailers).toEqual([{ token: 'Co-authored-by', value: 'Ann <a@example.com>' }]);
    expect(commit.references.map(({ issue }) => issue)).toEqual(['12']);
  });

  test('that repeats the header counts it once, and an ordinary list is none', () => {
    expect(parseCommit('feat: x (#1)\n\n* feat: x\n* fix: y').squashed.map(({ header }) => header)).toEqual(['fix: y']);
    expect(parseCommit('feat: x\n\n* faster\n* smaller').squashed).toEqual([]);
  });
});

describe('reverts', () => {
  const hash = (digit: string): string => digit.repeat(40);
  const commit = (digit: string, message: string): { hash: string; message: ParsedCommit } => ({
    hash: hash(digit),
    message: parseCommit(message),
  });
  const headers = (commits: readonly { message: ParsedCommit }[]): string[] =>
    commits.map(({ message }) => message.header);

  test('cancel their target, by hash or by what they quote', () => {
    const history = [
      commit('5', `Revert "feat: b"\n\nThis reverts commit ${hash('2')}.`),
      commit('4', 'revert: feat: c\n\nRefs: 3333333'),
      commit('3', 'feat: c'),
      commit('2', 'feat: b'),
      commit('1', 'feat: a'),
    ];
    expect(headers(withoutReverted(history))).toEqual(['feat: a']);
    expect(headers(withoutReverted([commit('9', 'Revert "feat: a"'), ...history]))).toEqual([]);
  });

  test('that are reverted themselves bring their target back', () => {
    const history = [
      commit('3', `Revert "Revert "feat: a""\n\nThis reverts commit ${hash('2')}.`),
      commit('2', `Revert "feat: a"\n\nThis reverts commit ${hash('1')}.`),
      commit('1', 'feat: a'),
    ];
    expect(headers(withoutReverted(history))).toEqual(['feat: a']);
  });

  test('of a revert, as git says it, bring the target back with and without a hash', () => {
    const revert = commit('2', `Revert "feat: a"\n\nThis reverts commit ${hash('1')}.`);
    for (const body of [`\n\nThis reverts commit ${hash('2')}.`, '']) {
      const history = [commit('3', `Reapply "feat: a"${body}`), revert, commit('1', 'feat: a')];
      expect(headers(withoutReverted(history))).toEqual(['feat: a']);
    }
  });

  test('of what was released before, or of some other hash, stay', () => {
    const history = [commit('2', `Revert "feat: old"\n\nThis reverts commit ${hash('f')}.`), commit('1', 'feat: a')];
    expect(headers(withoutReverted(history))).toEqual(['Revert "feat: old"', 'feat: a']);
  });
});

test('any text is a message', () => {
  const piece = fc.constantFrom(
    'feat: x',
    'BREAKING CHANGE: y',
    '* fix: z',
    '\n',
    '\n\n',
    'Refs: 1234567',
    '  folded',
    'Revert "x"',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'grapheme' }))), (pieces) => {
      const message = pieces.join('\n');
      const { header, subject, squashed } = parseCommit(message);
      expect(header).not.toContain('\n');
      expect(header.endsWith(subject)).toBe(true);
      for (const each of squashed) expect(each.type).toBeDefined();
    }),
  );
});
