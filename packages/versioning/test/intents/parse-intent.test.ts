import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type IntentRelease, parseIntent, type ParseIntentOptions } from '../../src/index.ts';
import { formatIntent } from '../../src/intents/format-intent.ts';

const FILE = '.changeset/brave-owls-sing.md';
const parse = (text: string, options?: ParseIntentOptions): ReturnType<typeof parseIntent> =>
  parseIntent(text, { file: FILE, ...options });

/** `name level type section`, with `-` for what is not said. */
const short = ({ package: name, level, type, section }: IntentRelease): string =>
  [name, level, type, section].map((part) => part ?? '-').join(' ');
const front = (frontMatter: string): readonly string[] =>
  parse(`---\n${frontMatter}\n---\n\nWords.`).releases.map(short);

describe('a changeset', () => {
  test.each<readonly [string, readonly string[]]>([
    ['"@x/a": minor', ['@x/a minor - -']],
    ['\'@x/a\': major\nb: patch\n"c": none', ['@x/a major - -', 'b patch - -', 'c none - -']],
    ['"@x/a": \'minor\' # a comment', ['@x/a minor - -']],
    ['{ a: minor, b: patch }', ['a minor - -', 'b patch - -']],
    ['', []],
    ['# nothing yet', []],
    ['{}', []],
    ['__proto__: patch\nconstructor: minor', ['__proto__ patch - -', 'constructor minor - -']],
    ['1.0: patch\ntrue: minor', ['1.0 patch - -', 'true minor - -']],
    ['level: minor\ntype: patch', ['level minor - -', 'type patch - -']],
  ])('with %j says what it says in changesets', (frontMatter, releases) => {
    expect(front(frontMatter)).toEqual(releases);
  });

  test('may have a byte order mark, Windows line ends, blank lines above and blanks around its rules', () => {
    const { releases, summary } = parse(
      '\uFEFF\r\n\r\n --- \r\n"a": minor\r\n  ---\t\r\n\r\nOne.\r\n\r\n---\r\nTwo.\r\n',
    );
    expect(releases).toEqual([{ package: 'a', level: 'minor', type: undefined, section: undefined, line: 4 }]);
    expect(summary).toBe('One.\n\n---\nTwo.');
  });
});

describe('the wider form', () => {
  test.each<readonly [string, readonly string[]]>([
    ['a: feature', ['a minor feature -']],
    ['a: Correção', ['a patch Correção -']],
    ['a: MELHORIA', ['a minor MELHORIA -']],
    ['a: feat!', ['a major feat -']],
    ['a: Minor', ['a minor - -']],
    ['fix', ['- patch fix -']],
    ['"breaking"', ['- major breaking -']],
    ['minor', ['- minor - -']],
    ['.: fix', ['- patch fix -']],
    ['a: { type: fix, section: Security }', ['a patch fix Security']],
    ['a: { type: docs, level: patch }', ['a patch docs -']],
    ['a:\n  level: none\n  section: Notes & thanks', ['a none - Notes & thanks']],
    ['.: { type: fix, section: Segurança }', ['- patch fix Segurança']],
  ])('%j', (frontMatter, releases) => {
    expect(front(frontMatter)).toEqual(releases);
  });

  test('has types of a table of one’s own, which come first', () => {
    const types = { platform: 'major', fix: 'minor' } as const;
    expect(parse('---\na: platform\nb: fix\nc: perf\n---', { types }).releases.map(short)).toEqual([
      'a major platform -',
      'b minor fix -',
      'c patch perf -',
    ]);
  });
});

describe('what is wrong is told with its line', () => {
  test.each<readonly [name: string, text: string, message: string]>([
    ['no text', ' \n\n', 'Expected front matter and what changes at FILE:1, got an empty file'],
    ['no front matter', '\nWords.', 'Expected front matter that begins with --- at FILE:2, got "Words."'],
    ['words above', 'Words.\n---\na: minor\n---\n', 'Expected front matter that begins with --- at FILE:1'],
    ['no end', '---\na: minor\n\nWords.', 'Expected a line of --- where the front matter ends at FILE:4'],
    ['no YAML', '---\na: minor\nb: "minor\n---\n', 'Expected YAML at FILE:3'],
    [
      'an unknown level',
      '---\na: minor\n\nb: huge\n---\n',
      'Expected a level or type of change for "b" at FILE:4, got "huge"',
    ],
    ['a pre-release', '---\na: premajor\n---\n', 'for "a" at FILE:2, got "premajor"'],
    ['a name of Object', '---\na: toString\n---\n', 'for "a" at FILE:2, got "toString"'],
    ['no level', '---\na:\n---\n', 'for "a" at FILE:2, got ""'],
    ['a flag', '---\n? a\n---\n', 'for "a" at FILE:2, got nothing'],
    ['an empty mapping', '---\na: {}\n---\n', 'for "a" at FILE:2, got neither'],
    [
      'an unknown field',
      '---\na:\n  level: minor\n  bump: minor\n---\n',
      'Expected type, level or section at FILE:4, got "bump"',
    ],
    ['a type as level', '---\na: { level: fix }\n---\n', 'Expected major, minor, patch or none at FILE:2, got "fix"'],
    [
      'a title with Markdown',
      '---\na: { type: fix, section: "<b>" }\n---\n',
      'Expected the title of a section in plain words at FILE:2',
    ],
    ['a list', '---\n- a\n---\n', 'Expected packages, or one level or type of change at FILE:2, got a list'],
    ['a list of levels', '---\na: [minor]\n---\n', 'for "a" at FILE:2, got a list'],
    ['a package twice', '---\na: minor\n"a": patch\n---\n', 'Expected every name once at FILE:3, got "a" again'],
    ['a blank name', '---\n" ": minor\n---\n', 'Expected the name of a package at FILE:2, got " "'],
    ['a name of two lines', '---\n"a\\nb": minor\n---\n', 'Expected the name of a package at FILE:2'],
    [
      'an alias',
      '---\na: &level minor\nb: *level\n---\n',
      'Expected YAML without anchors and tags at FILE:2, got the anchor level',
    ],
    ['an alias of nothing', '---\nb: *level\n---\n', 'at FILE:2'],
    ['a tag', '---\na: !!binary bWlub3I=\n---\n', 'got the tag tag:yaml.org,2002:binary'],
    ['two documents', '---\na: minor\n...\nb: minor\n---\n', 'Expected YAML at FILE:'],
  ])('%s', (_, text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INTENT',
        message: expect.stringContaining(message.replace('FILE', FILE)) as string,
        hint: expect.any(String) as string,
      }),
    );
  });

  test.each([
    ['deep', `---\n${'['.repeat(100_000)}\n---\n`],
    ['nested', `---\n${'{a: '.repeat(100_000)}\n---\n`],
    [
      'of laughs',
      `---\na: &a [x,x]\n${Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [*a,*a]`).join('\n')}\n---\n`,
    ],
    ['large', `---\na: minor\n---\n${'x'.repeat(1_048_576)}`],
  ])('a text that is %s costs no more than an error', (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'INVALID_INTENT' }));
  });

  test('front matter with a great many packages is read', () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `"@x/p${index}": patch`);
    expect(parse(`---\n${lines.join('\n')}\n---\n`).releases).toHaveLength(40_000);
  });
});

test.each([
  ['One line.', 'One line.', undefined],
  ['A paragraph\nover lines.\n\nMore.\n\n- list', 'A paragraph over lines.', 'More.\n\n- list'],
  ['# A heading #\n\nMore.', 'A heading', 'More.'],
  ['It does:\n- this\n- that', 'It does:', '- this\n- that'],
  ['- this\n- that', 'this', '- that'],
  ['> quoted', 'quoted', undefined],
  ['```js\ncode\n```', '```js', 'code\n```'],
  [
    '**Bold** and `code` with [a link](https://example.com)',
    '**Bold** and `code` with [a link](https://example.com)',
    undefined,
  ],
  ['', '', undefined],
])('%j has a title and details', (summary, title, details) => {
  expect(parse(`---\na: minor\n---\n${summary}`)).toMatchObject({ title, details, summary });
});

test('what is written is read again as it was meant', () => {
  const name = fc.oneof(
    fc.constantFrom('@x/storage', 'b', '__proto__', 'level', 'a"b', 'a\\b', 'null', '#a', 'é: b'),
    fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .filter((text) => !/\p{Cc}|\p{Cs}/u.test(text) && text.trim() !== '' && text !== '.'),
  );
  const release = fc.record({
    package: name,
    level: fc.constantFrom('major', 'minor', 'patch', 'none'),
    type: fc.option(fc.constantFrom('fix', 'feat', 'correção', 'docs', 'breaking'), { nil: undefined }),
    section: fc.option(fc.constantFrom('Security', 'Notes & thanks', 'É isto'), { nil: undefined }),
  });
  const releases = fc.oneof(
    fc.uniqueArray(release, { selector: (each) => each.package, maxLength: 5 }),
    release.map((each) => [{ ...each, package: undefined }]),
  );
  const summary = fc
    .array(fc.constantFrom('Words.', '---', '', '# A', '- b', '```', '  c', 'a: b'))
    .map((lines) => lines.join('\n').trim());
  fc.assert(
    fc.property(releases, summary, (meant, words) => {
      const read = parse(formatIntent({ releases: meant, summary: words }));
      expect(read.summary).toBe(words);
      expect(read.releases).toEqual(meant.map((each, index) => ({ ...each, line: index + 2 })));
    }),
  );
});

test('any text is read or refused with a code', () => {
  const piece = fc.constantFrom(
    '---',
    '\n',
    'a',
    ': ',
    'minor',
    '"',
    '{',
    '}',
    '[',
    '- ',
    '&a',
    '*a',
    '!t',
    '#',
    '? ',
    '|',
    '\t',
    '\r\n',
    'é',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        parse(pieces.join(''));
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_INTENT' });
      }
    }),
    { numRuns: 500 },
  );
});
