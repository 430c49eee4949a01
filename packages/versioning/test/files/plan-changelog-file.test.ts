import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatChangelog, planChangelogFile } from '../../src/index.ts';
import { notes } from './notes.ts';

const NEW = notes('1.3.0', { Added: ['generated'] });
const REPOSITORY = 'https://github.com/acme/tools';

describe('without a file', () => {
  test('a changelog begins with the whole history, and what is not released yet is the version', () => {
    const history = [notes(undefined, { Added: ['generated'] }), notes('1.2.0', { Fixed: ['old'] })];
    const text = planChangelogFile(undefined, NEW, { history, repository: REPOSITORY });
    expect(text).toBe(formatChangelog([NEW, notes('1.2.0', { Fixed: ['old'] })], { repository: REPOSITORY }));
    expect(planChangelogFile(text, NEW, { history, repository: REPOSITORY })).toBe(text);
    expect(planChangelogFile('\uFEFF\n', NEW)).toBe(`\uFEFF${formatChangelog([NEW])}`);
  });

  test('links lead to a tag that is named as those before', () => {
    const history = [{ ...notes('1.2.0'), tag: 'tools@1.2.0' }];
    const text = planChangelogFile(undefined, { ...NEW, tag: undefined }, { history, repository: REPOSITORY });
    expect(text).toContain(`[1.3.0]: ${REPOSITORY}/compare/tools%401.2.0...tools%401.3.0\n`);
  });
});

describe('what stands under "Unreleased"', () => {
  test('moves into the version, above what was generated, under one heading each', () => {
    const text = `# Changelog

## [Unreleased]

Read this first.

### Fixed
- by hand

### Added

- by hand
- generated

### Removed

### fixed

* more by hand

## [1.2.0] - 2025-12-01

- old
`;
    const release = notes('1.3.0', {
      'Breaking changes': ['breaks'],
      Added: ['generated', 'new'],
      Fixed: ['mended'],
      Security: ['safe'],
    });
    expect(planChangelogFile(text, release)).toBe(`# Changelog

## [Unreleased]

## [1.3.0] - 2026-01-31

Read this first.

### Breaking changes

- breaks

### Fixed
- by hand
* more by hand
- mended

### Added

- by hand
- generated
- new

### Security

- safe

## [1.2.0] - 2025-12-01

- old
`);
  });

  test('is all there is when users notice nothing of the rest', () => {
    const text = '## Unreleased\n\n- by hand\n';
    expect(planChangelogFile(text, notes('1.3.0'))).toBe('## Unreleased\n\n## 1.3.0 - 2026-01-31\n\n- by hand\n');
    expect(planChangelogFile('## Unreleased\n', notes('1.3.0'))).toBe(
      '## Unreleased\n\n## 1.3.0 - 2026-01-31\n\nNothing that users notice.\n',
    );
  });

  test('moves from below versions too', () => {
    const text = '# Changes\n\n## 1.2.0\n\n- old\n\n## Unreleased\n\n### Added\n\n- by hand\n\n## 1.1.0\n';
    expect(planChangelogFile(text, NEW)).toBe(
      '# Changes\n\n## 1.3.0\n\n### Added\n\n- by hand\n- generated\n\n## 1.2.0\n\n- old\n\n## Unreleased\n\n## 1.1.0\n',
    );
  });

  test('ends before code that is never closed, which stays where it is', () => {
    const text = '## Unreleased\n\n- by hand\n\n```\n## 1.2.0\n';
    expect(planChangelogFile(text, NEW)).toBe(
      '## Unreleased\n\n## 1.3.0 - 2026-01-31\n\n- by hand\n\n### Added\n\n- generated\n\n```\n## 1.2.0\n',
    );
  });
});

describe('headings', () => {
  test.each([
    ['of Keep a Changelog', '## [1.2.0] - 2025-12-01', '## [1.3.0] - 2026-01-31'],
    ['of Changesets', '## 1.2.0', '## 1.3.0'],
    ['with a v', '## v1.2.0 (2025-12-01)', '## v1.3.0 (2026-01-31)'],
    ['with a name', '## @acme/tools@1.2.0', '## @acme/tools@1.3.0'],
    ['with a word', '## Version 1.2.0 / 2025-12-01', '## Version 1.3.0 / 2026-01-31'],
    ['with another day', '## 1.2.0 – December 1, 2025', '## 1.3.0 - 2026-01-31'],
    ['with a title', '## 1.2.0 "Winter"', '## 1.3.0'],
    ['of a version that was taken back', '## [1.2.0] - 2025-12-01 [YANKED]', '## [1.3.0] - 2026-01-31'],
    [
      'with a link in them',
      '# [1.2.0](https://git.example.com/a/-/compare/v1.1.0...v1.2.0) (2025-12-01)',
      '# [1.3.0](https://git.example.com/a/-/compare/v1.2.0...v1.3.0) (2026-01-31)',
    ],
    ['with a link that leads to nothing known', '## [1.2.0](https://example.com)', '## 1.3.0'],
    ['underlined', '1.2.0 / 2025-12-01\n==================', '1.3.0 / 2026-01-31\n=================='],
    ['underlined with a rule', '1.2.0\n-----', '1.3.0\n-----'],
    ['with an anchor', '<a name="1.2.0"></a>\n\n## 1.2.0', '## 1.3.0'],
    ['of lesser versions', '### [1.2.0] (2025-12-01)\n\n## [1.1.0] (2025-11-01)', '## [1.3.0] (2026-01-31)'],
  ])('%s keep their form', (_, before, after) => {
    const text = `# Changes\n\n${before}\n\n### Old\n\n- old\n`;
    const planned = planChangelogFile(text, NEW);
    expect(planned).toBe(`# Changes\n\n${after}\n\n### Added\n\n- generated\n\n${text.slice('# Changes\n\n'.length)}`);
    expect(planChangelogFile(planned, NEW)).toBe(planned);
  });

  test('with a link and no way to go on lead to the release where the repository is known', () => {
    const text = '## [1.2.0](https://example.com)\n';
    expect(planChangelogFile(text, NEW, { repository: `${REPOSITORY}.git` })).toContain(
      `## [1.3.0](${REPOSITORY}/releases/tag/v1.3.0)\n`,
    );
  });

  test('in code, comments and lists are none, also where a fence in a list is forgotten', () => {
    const preamble = `# Changes

\`\`\`\`md
\`\`\`
## 1.3.0
\`\`\`\`

<!-- one line -->
<!--
## Unreleased
-->

<pre>
## 1.3.0
</pre>

- \`\`\`
  ## 1.3.0

    ## 1.3.0

1. one
   ## 1.3.0

### 1.3.0 is near
`;
    expect(planChangelogFile(`${preamble}\n## 1.2.0\n`, NEW)).toBe(
      `${preamble}\n## 1.3.0\n\n### Added\n\n- generated\n\n## 1.2.0\n`,
    );
  });

  test('are of the level that there is, and so are those of sections', () => {
    expect(planChangelogFile('# 1.2.0\n\n## Old\n\n- old\n', NEW)).toBe(
      '# 1.3.0\n\n## Added\n\n- generated\n\n# 1.2.0\n\n## Old\n\n- old\n',
    );
  });
});

describe('where no heading has a version', () => {
  test.each([
    ['below all', '# Changes\n\nAll of them.', '', ' - 2026-01-31'],
    ['above the first other heading', '# Changes\n\nAll of them.\n\n', '## March\n\n- old\n', ' - 2026-01-31'],
    ['above versions that are no headings', '# Changes\n\n', '**1.2.0**\n\n- old\n', ' - 2026-01-31'],
    ['above a list of versions', '', '* 1.2.0 - old\n* 1.1.0 - older\n', ' - 2026-01-31'],
    ['above links', '# Changes\n\n', '[site]: https://example.com\n', ' - 2026-01-31'],
    ['above what is never closed', 'Changes\n=======\n\n', '<!--\n## 1.2.0\n', ' - 2026-01-31'],
  ])('the version stands %s', (_, above, below, day) => {
    const gap = above === '' || above.endsWith('\n') ? '' : '\n\n';
    const end = below === '' ? '' : '\n';
    expect(planChangelogFile(`${above}${below}`, NEW)).toBe(
      `${above}${gap}## 1.3.0${day}\n\n### Added\n\n- generated\n${end}${below}`,
    );
  });
});

describe('links', () => {
  const linked = (links: string): string =>
    `## [Unreleased]\n\n## [1.2.0]\n\n- old\n\n[site]: https://example.com\n${links}`;
  const HOST = 'https://git.example.com/a/-/compare';

  test.each([
    [
      'go on as those that are there',
      `[unreleased]: ${HOST}/v1.2.0...main\n[1.2.0]: ${HOST}/v1.1.0...v1.2.0\n`,
      `[unreleased]: ${HOST}/v1.3.0...main\n[1.3.0]: ${HOST}/v1.2.0...v1.3.0\n[1.2.0]: ${HOST}/v1.1.0...v1.2.0\n`,
    ],
    [
      'go on without a line end',
      `[Unreleased]: ${HOST}/v1.2.0...HEAD`,
      `[Unreleased]: ${HOST}/v1.3.0...HEAD\n[1.3.0]: ${HOST}/v1.2.0...v1.3.0\n`,
    ],
    [
      'compare with the newest',
      `[1.2.0]: ${HOST}/v1.1.0..v1.2.0\n`,
      `[1.3.0]: ${HOST}/v1.2.0..v1.3.0\n[1.2.0]: ${HOST}/v1.1.0..v1.2.0\n`,
    ],
    [
      'compare with the first version',
      `[1.2.0]: ${REPOSITORY}/releases/tag/v1.2.0\n`,
      `[1.3.0]: ${REPOSITORY}/compare/v1.2.0...v1.3.0\n[1.2.0]: ${REPOSITORY}/releases/tag/v1.2.0\n`,
    ],
    [
      'are none where nothing tells where they lead',
      '[1.2.0]: https://example.com\n',
      '[1.2.0]: https://example.com\n',
    ],
    ['that people wrote ahead stay', `[1.3.0]: https://example.com/1.3\n`, `[1.3.0]: https://example.com/1.3\n`],
  ])('%s', (_, before, after) => {
    expect(planChangelogFile(linked(before), NEW)).toBe(
      linked(after)
        .replace('## [1.2.0]', '## [1.3.0] - 2026-01-31\n\n### Added\n\n- generated\n\n## [1.2.0]')
        .replace(' - 2026-01-31', ''),
    );
  });

  test('come from the repository where those that are there lead elsewhere', () => {
    const options = { repository: REPOSITORY, history: [notes('1.2.0')] };
    const planned = planChangelogFile(
      linked('[Unreleased]: https://example.com/next\n[1.2.0]: https://example.com\n'),
      NEW,
      options,
    );
    expect(planned.slice(planned.indexOf('[Unreleased]: '))).toBe(
      `[Unreleased]: ${REPOSITORY}/compare/v1.3.0...HEAD\n[1.3.0]: ${REPOSITORY}/compare/v1.2.0...v1.3.0\n[1.2.0]: https://example.com\n`,
    );
    expect(planChangelogFile('# Changes\n', NEW, options)).not.toContain(']: ');
  });

  test('in headings go on too', () => {
    const text = `## [Unreleased](${HOST}/tools-v1.2.0...main)\n\n## [1.2.0](${HOST}/tools-v1.1.0...tools-v1.2.0)\n`;
    const planned = planChangelogFile(text, { ...NEW, tag: undefined });
    expect(planned).toBe(
      `## [Unreleased](${HOST}/tools-v1.3.0...main)\n\n## [1.3.0](${HOST}/tools-v1.2.0...tools-v1.3.0)\n\n### Added\n\n- generated\n\n${text.slice(text.indexOf('## [1.2.0]'))}`,
    );
    expect(planChangelogFile(planned, { ...NEW, tag: undefined })).toBe(planned);
  });

  test('have the names of tags that are there', () => {
    const text = linked(`[1.2.0]: ${HOST}/tools%401.1.0...tools%401.2.0\n`);
    expect(planChangelogFile(text, { ...NEW, tag: undefined })).toContain(
      `[1.3.0]: ${HOST}/tools%401.2.0...tools%401.3.0\n`,
    );
  });
});

describe('a template', () => {
  test('is written as it is, and what people wrote stands above', () => {
    const template = ({ version }: { version: string | undefined }): string =>
      `# v${version} (new)\n\nHello.\n\n### Added\n\n- generated\n`;
    const text = '# Unreleased\n\n### added\n\n- by hand\n';
    const planned = planChangelogFile(text, NEW, { template });
    expect(planned).toBe('# Unreleased\n\n# v1.3.0 (new)\n\nHello.\n\n### added\n\n- by hand\n- generated\n');
    expect(planChangelogFile(planned, NEW, { template })).toBe(planned);
  });

  test.each([
    ['without a heading', () => 'News'],
    ['with the heading of another version', () => '## 1.2.0'],
    ['that hides what is below', () => '## 1.3.0\n\n```'],
    ['with two versions', () => '## 1.3.0\n\n## 1.2.5\n\n- more'],
  ])('%s is refused', (_, template) => {
    expect(() => planChangelogFile('## 1.2.0\n', NEW, { template })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('a version that is there', () => {
  test.each([
    ['other words', '# Changes\n\n## 1.3.0\n\n- by hand\n', 3],
    ['another day', '## 1.3.0 - 2026-01-01\n\n### Added\n\n- generated\n\n## 1.2.0 - 2025-12-01\n', 1],
    ['more to release', '## Unreleased\n\n- more\n\n## 1.3.0\n\n### Added\n\n- generated\n\n## 1.2.0\n', 5],
  ])('with %s is a conflict', (_, text, line) => {
    expect(() => planChangelogFile(text, NEW)).toThrow(
      expect.objectContaining({
        code: 'CHANGELOG_CONFLICT',
        message: `Expected a changelog without 1.3.0, got one that has it in line ${line}`,
      }),
    );
  });

  test('is another one when only its beginning is the same', () => {
    expect(planChangelogFile('## 1.3.0-beta.1\n', NEW)).toBe(
      '## 1.3.0\n\n### Added\n\n- generated\n\n## 1.3.0-beta.1\n',
    );
  });

  test('is not asked for without a version, or with one that is none', () => {
    expect(() => planChangelogFile('', notes(undefined))).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    expect(() => planChangelogFile('', notes('v1.3.0'))).toThrow(expect.objectContaining({ code: 'INVALID_VERSION' }));
  });
});

describe('laws', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '```',
      '~~~',
      '- ```',
      '<!--',
      '-->',
      '<pre>',
      '# Title',
      '## Notes',
      '### Added',
      '#### Deep',
      '- point',
      '  - inner',
    ),
    fc.constantFrom(
      '  ```',
      '* star',
      '1. one',
      '    code',
      'Text',
      '---',
      '===',
      '> quote',
      '[a]: https://example.com',
      '- <!--',
      '## 9.8',
      '### 9.7.0',
    ),
    fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
  );
  const lines = fc.array(line, { maxLength: 12 });
  const lineEnd = fc.constantFrom('\n', '\r\n');
  const release = fc
    .dictionary(
      fc.constantFrom('Added', 'Fixed', 'Breaking changes'),
      fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 3 }),
    )
    .map((sections) => notes('77.0.0', sections));
  const isSubsequence = (part: readonly string[], whole: readonly string[]): boolean => {
    let next = 0;
    for (const each of whole) if (next < part.length && part[next] === each) next++;
    return next === part.length;
  };

  test('all that people wrote stays, in its order, and planning again changes nothing', () => {
    fc.assert(
      fc.property(lines, fc.option(lines, { nil: undefined }), release, lineEnd, (preamble, rest, notesOf, end) => {
        const text = [...preamble, ...(rest === undefined ? [] : ['', '## [1.2.0] - 2025-12-01', ...rest])].join(end);
        const planned = planChangelogFile(text, notesOf);
        if (text.trim() !== '')
          expect(isSubsequence(text.split(/\r?\n/).slice(0, -1), planned.split(/\r?\n/))).toBe(true);
        expect(planned.split('\n').filter((each) => /^#+ \[?77\.0\.0/.test(each))).toHaveLength(1);
        expect(planChangelogFile(planned, notesOf)).toBe(planned);
      }),
      { numRuns: 500 },
    );
  });

  test('what was not released keeps its words, and its heading stays empty', () => {
    fc.assert(
      fc.property(lines, lines, release, lineEnd, (preamble, pending, notesOf, end) => {
        const text = [...preamble, '', '## Unreleased', '', ...pending, '', '## 1.2.0', '', '- old', ''].join(end);
        const planned = planChangelogFile(text, notesOf);
        const words = (of: string): string[] =>
          of
            .split(/\r?\n/)
            .filter((each) => each.trim() !== '' && !each.includes('#'))
            .toSorted();
        expect(isSubsequence(words(text), words(planned))).toBe(true);
        expect(planChangelogFile(planned, notesOf)).toBe(planned);
        if (end === '\r\n') expect(planned.replaceAll('\r\n', '')).not.toContain('\n');
      }),
      { numRuns: 500 },
    );
  });
});
