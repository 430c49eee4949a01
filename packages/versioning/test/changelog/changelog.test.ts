import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  formatChangelog,
  planVersion,
  readChangelog,
  type ReadChangelogOptions,
  readCommits,
  type ReleaseNotes,
} from '../../src/index.ts';
import { type Checkout, newCheckout } from '../git/checkout.ts';

let checkout: Checkout;
beforeEach(() => {
  checkout = newCheckout();
});
afterEach(() => {
  checkout[Symbol.dispose]();
});

const read = (options: Partial<ReadChangelogOptions> = {}): Promise<readonly ReleaseNotes[]> =>
  readChangelog({ folder: checkout.folder, ...options });

/** What each version says, by section. */
const told = (releases: readonly ReleaseNotes[]): unknown =>
  releases.map(({ version, sections }) => [
    version,
    Object.fromEntries(sections.map(({ title, entries }) => [title, entries.map(({ text }) => text)])),
  ]);

describe('a changelog', () => {
  test('gives each commit to the version that brought it, and leaves out what nobody notices', async () => {
    checkout.commit('chore: begin');
    checkout.commit('feat: a');
    checkout.tag('v1.0.0');
    checkout.commit('fix(api): b');
    checkout.commit('docs: c');
    checkout.commit('feat!: d\n\nBREAKING CHANGE: e');
    checkout.tag('v2.0.0');
    checkout.commit('no convention');
    checkout.commit('perf: f');
    expect(told(await read())).toEqual([
      [undefined, { Changed: ['f'] }],
      ['2.0.0', { 'Breaking changes': ['e'], Added: ['d'], Fixed: ['b'] }],
      ['1.0.0', { Added: ['a'] }],
    ]);
  });

  test('follows branches: what was merged later belongs to the later version', async () => {
    checkout.commit('feat: base');
    checkout.git('checkout', '--quiet', '-b', 'side');
    checkout.commit('feat: on the side', 'side.txt');
    checkout.git('checkout', '--quiet', 'main');
    checkout.commit('fix: on main');
    checkout.tag('v1.0.0');
    checkout.git('merge', '--quiet', '--no-ff', '-m', 'Merge side', 'side');
    checkout.tag('v1.1.0');
    expect(told(await read())).toEqual([
      [undefined, {}],
      ['1.1.0', { Added: ['on the side'] }],
      ['1.0.0', { Added: ['base'], Fixed: ['on main'] }],
    ]);
  });

  test('of a package has its own tags and paths, also when the tag stands on a commit of another package', async () => {
    checkout.commit('feat: one', 'packages/one/a.txt');
    checkout.commit('feat: two', 'packages/two/a.txt');
    checkout.tag('one@1.0.0');
    checkout.tag('two@3.0.0');
    checkout.commit('fix: two again', 'packages/two/b.txt');
    checkout.commit('fix: one again', 'packages/one/b.txt');
    const one = await read({ tagPrefix: 'one@', paths: ['packages/one'] });
    expect(told(one)).toEqual([
      [undefined, { Fixed: ['one again'] }],
      ['1.0.0', { Added: ['one'] }],
    ]);
  });

  test('counts a pre-release for the version after it, unless it is asked for', async () => {
    checkout.commit('feat: a');
    checkout.tag('v1.0.0-beta.1');
    checkout.commit('fix: b');
    checkout.tag('v1.0.0');
    checkout.tag('v1.0.0-rc.1');
    expect(told(await read())).toEqual([
      [undefined, {}],
      ['1.0.0', { Added: ['a'], Fixed: ['b'] }],
    ]);
    expect(told(await read({ preReleases: true }))).toEqual([
      [undefined, {}],
      ['1.0.0', { Fixed: ['b'] }],
      ['1.0.0-beta.1', { Added: ['a'] }],
    ]);
  });

  test('leaves out what was taken back before it was released, and tells what was taken back after', async () => {
    const early = checkout.commit('feat: early');
    checkout.tag('v1.0.0');
    const late = checkout.commit('feat: late');
    checkout.commit(`Revert "feat: late"\n\nThis reverts commit ${late}.`);
    checkout.commit(`Revert "feat: early"\n\nThis reverts commit ${early}.`);
    expect(told((await read()).slice(0, 1))).toEqual([[undefined, { Removed: ['Revert "feat: early"'] }]]);
  });

  test('ignores tags that name no version, and those of other branches', async () => {
    checkout.commit('feat: a');
    checkout.git('checkout', '--quiet', '-b', 'other');
    checkout.commit('feat: b');
    checkout.tag('v9.0.0');
    checkout.git('checkout', '--quiet', 'main');
    for (const name of ['v1', 'vnext', 'v01.0.0', 'x1.0.0']) checkout.tag(name);
    const releases = await read();
    expect(told(releases.filter(({ sections }) => sections.length > 0))).toEqual([[undefined, { Added: ['a'] }]]);
  });

  test('keeps every character of a message, with any language and any number of lines', async () => {
    const message = 'feat: çãé 日本語 🙂\n\nFirst.\n\nSecond \u001F third.';
    checkout.commit(message);
    for await (const { text, author } of readCommits({ folder: checkout.folder })) {
      expect([text.trim(), author]).toEqual([message, 'Ann']);
    }
  });

  test('is refused for a shallow clone, a folder without git, and a commit that is not there', async () => {
    checkout.commit('feat: a');
    checkout.commit('feat: b');
    const shallow = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    try {
      execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${checkout.folder}`, shallow]);
      await expect(readChangelog({ folder: shallow })).rejects.toMatchObject({ code: 'SHALLOW_CLONE' });
    } finally {
      rmSync(shallow, { recursive: true, force: true });
    }
    await expect(readChangelog({ folder: tmpdir() })).rejects.toMatchObject({ code: 'NOT_A_CHECKOUT' });
    await expect(readChangelog({ folder: join(checkout.folder, 'none') })).rejects.toMatchObject({
      code: 'GIT_NOT_FOUND',
    });
    await expect(read({ to: '--output=x' })).rejects.toMatchObject({ code: 'GIT_FAILED' });
    await expect(read({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('the next version', () => {
  test('is that of the greatest change since the last one, with its commit as the reason', async () => {
    checkout.commit('feat: a');
    checkout.tag('v1.2.3');
    const fix = checkout.commit('fix: b');
    const [unreleased] = await read();
    expect(planVersion('1.2.3', unreleased as ReleaseNotes)).toMatchObject({
      to: '1.2.4',
      reason: `1.2.4: patch, because of "fix: b (${fix.slice(0, 7)})".`,
    });
    checkout.commit('feat(x)!: c');
    const [more] = await read();
    expect(planVersion('1.2.3', more as ReleaseNotes, { channel: 'beta' }).to).toBe('2.0.0-beta.1');
    expect(planVersion('1.2.3', { causes: [] }).to).toBe('1.2.3');
  });
});

test('a type of one’s own raises the version, also when it has no section', async () => {
  checkout.commit('feat: a');
  checkout.tag('v1.0.0');
  checkout.commit('deps: newer zlib');
  checkout.commit('merge: many things\n\n* Fix!: b\n* melhoria: c');
  const [unreleased] = await read({ types: { deps: 'patch' } });
  expect(unreleased?.causes.map(({ level }) => level)).toEqual(['major', 'minor', 'patch']);
  expect(planVersion('1.0.0', unreleased as ReleaseNotes).to).toBe('2.0.0');
});

describe('as Markdown', () => {
  test('it has the form of Keep a Changelog, with links and without empty sections', async () => {
    const one = checkout.commit('feat(ui): a <b> & `c<d>`\n\nFixes #12');
    checkout.tag('v1.0.0');
    checkout.commit('docs: nothing');
    checkout.tag('v1.0.1');
    const two = checkout.commit('fix: e');
    const text = formatChangelog(await read(), {
      repository: 'https://example.com/acme/tools.git',
      heading: '# Changes',
    });
    expect(text).toBe(`# Changes

## [Unreleased]

### Fixed

- e ([${two.slice(0, 7)}](https://example.com/acme/tools/commit/${two}))

## [1.0.1] - 2026-01-03

Nothing that users notice.

## [1.0.0] - 2026-01-02

### Added

- **ui:** a &lt;b> &amp; \`c<d>\` ([${one.slice(0, 7)}](https://example.com/acme/tools/commit/${one}), closes [#12](https://example.com/acme/tools/issues/12))

[Unreleased]: https://example.com/acme/tools/compare/v1.0.1...HEAD
[1.0.1]: https://example.com/acme/tools/compare/v1.0.0...v1.0.1
[1.0.0]: https://example.com/acme/tools/releases/tag/v1.0.0
`);
  });

  test('it is what a template makes of each version', async () => {
    checkout.commit('feat: a');
    checkout.tag('v1.0.0');
    const text = formatChangelog(await read(), {
      heading: 'Ours',
      template: ({ version }) => `* ${version ?? 'next'}`,
    });
    expect(text).toBe('Ours\n\n* 1.0.0\n');
  });
});
