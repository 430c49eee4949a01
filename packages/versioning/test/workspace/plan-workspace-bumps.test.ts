import semver from 'semver';
import { describe, expect, test } from 'vitest';
import {
  formatRelease,
  notesOfIntents,
  parseIntent,
  planWorkspaceBumps,
  type WorkspaceBump,
  type WorkspaceBumpOptions,
  type WorkspacePackage,
} from '../../src/index.ts';
import { intent } from '../intents/repository.ts';

/** `name from -> to`, of what is released. */
const short = (bumps: readonly WorkspaceBump[]): readonly string[] =>
  bumps.filter(({ from, to }) => from !== to).map(({ name, from, to }) => `${name} ${from} -> ${to}`);
const plan = (
  packages: readonly WorkspacePackage[],
  releases: Readonly<Record<string, string>>,
  options: Partial<WorkspaceBumpOptions> = {},
): readonly WorkspaceBump[] => planWorkspaceBumps({ packages, intents: [intent('a', releases, 'Words.')], ...options });
const of = (bumps: readonly WorkspaceBump[], name: string): WorkspaceBump | undefined =>
  bumps.find((bump) => bump.name === name);

describe('whoever depends on a package', () => {
  test.each<readonly [range: string, level: string, shop: string | undefined, written: string | undefined]>([
    ['workspace:^', 'minor', undefined, undefined],
    ['workspace:^', 'major', '3.0.1', undefined],
    ['workspace:~', 'patch', undefined, undefined],
    ['workspace:~', 'minor', '3.0.1', undefined],
    ['workspace:*', 'patch', '3.0.1', undefined],
    ['workspace:../store', 'patch', '3.0.1', undefined],
    ['workspace:^1.2.0', 'minor', undefined, undefined],
    ['workspace:^1.2.0', 'major', '3.0.1', 'workspace:^2.0.0'],
    ['workspace:store@^', 'major', '3.0.1', undefined],
    ['npm:store@^1.0.0', 'major', '3.0.1', 'npm:store@^2.0.0'],
    ['^1.2.3', 'minor', undefined, undefined],
    ['^1.2.3', 'major', '3.0.1', '^2.0.0'],
    ['~1.2.3', 'minor', '3.0.1', '~1.3.0'],
    ['1.2.3', 'patch', '3.0.1', '1.2.4'],
    ['=1.2.3', 'patch', '3.0.1', '=1.2.4'],
    ['1.2.x', 'minor', '3.0.1', '~1.3.0'],
    ['1', 'major', '3.0.1', '^2.0.0'],
    ['>=1.0.0 <2', 'major', '3.0.1', '^2.0.0'],
    ['>=1.0.0', 'major', undefined, undefined],
    ['*', 'major', undefined, undefined],
    ['^1.2.3 || ^2.0.0', 'major', undefined, undefined],
    ['^0.9.0', 'major', undefined, undefined],
    ['link:../store', 'major', undefined, undefined],
    ['catalog:', 'major', undefined, undefined],
    ['latest', 'major', undefined, undefined],
  ])('by %j is released when a %s leaves the range', (range, level, to, written) => {
    const key = /store@/.test(range) ? 'alias' : 'store';
    const packages = [
      { name: 'store', version: '1.2.3' },
      { name: 'shop', version: '3.0.0', dependencies: { [key]: range } },
    ];
    const shop = of(plan(packages, { store: level }), 'shop');
    expect(shop?.to).toBe(to ?? '3.0.0');
    expect(shop?.ranges).toEqual(
      written === undefined ? [] : [{ field: 'dependencies', dependency: key, from: range, to: written }],
    );
    if (written !== undefined)
      expect(semver.satisfies('1.2.3', written.replace(/^(?:workspace|npm):(?:store@)?/, ''))).toBe(false);
  });

  test('has the reason in its plan and in its changelog, and is followed itself', () => {
    const packages = [
      { name: '@x/storage', version: '0.4.0' },
      { name: '@x/backup', version: '1.0.0', peerDependencies: { '@x/storage': 'workspace:^' } },
      { name: '@x/cli', version: '2.1.0', optionalDependencies: { '@x/backup': '1.0.0' } },
    ];
    const bumps = plan(packages, { '@x/storage': 'major' }, { preMajor: 'major' });
    expect(short(bumps)).toEqual(['@x/backup 1.0.0 -> 1.0.1', '@x/cli 2.1.0 -> 2.1.1', '@x/storage 0.4.0 -> 1.0.0']);
    const backup = of(bumps, '@x/backup') as WorkspaceBump;
    expect(backup.reason).toBe('1.0.1: patch, because of "depends on @x/storage 1.0.0".');
    expect(formatRelease(backup.notes)).toBe('## 1.0.1\n\n### Changed\n\n- Depends on @x/storage 1.0.0.');
  });

  test('for development alone gets the range, and no release', () => {
    const packages = [
      { name: 'store', version: '1.2.3' },
      { name: 'shop', version: '3.0.0', devDependencies: { store: '^1.2.3' } },
    ];
    const bumps = plan(packages, { store: 'major' });
    expect(short(bumps)).toEqual(['store 1.2.3 -> 2.0.0']);
    expect(of(bumps, 'shop')).toMatchObject({
      to: '3.0.0',
      notes: { version: undefined, sections: [], causes: [] },
      ranges: [{ field: 'devDependencies', dependency: 'store', from: '^1.2.3', to: '^2.0.0' }],
    });
  });

  test('and is released anyway gets the new version in its range, but no narrower one than it wants', () => {
    const packages = [
      { name: 'store', version: '1.2.3' },
      { name: 'shop', version: '3.0.0', dependencies: { store: '^1.2.0' } },
      { name: 'kiosk', version: '3.0.0', dependencies: { store: '>=1' }, peerDependencies: { shop: '^3.0.0' } },
    ];
    const bumps = plan(packages, { store: 'minor', shop: 'patch', kiosk: 'patch' });
    expect(of(bumps, 'shop')?.ranges).toEqual([
      { field: 'dependencies', dependency: 'store', from: '^1.2.0', to: '^1.3.0' },
    ]);
    expect(of(bumps, 'kiosk')?.ranges).toEqual([]);
  });

  test('follows to a pre-release, which ranges of others do not meet', () => {
    const packages = [
      { name: 'store', version: '1.2.3' },
      { name: 'shop', version: '3.0.0', dependencies: { store: '^1.2.3' } },
    ];
    const bumps = plan(packages, { store: 'minor' }, { channel: 'beta' });
    expect(short(bumps)).toEqual(['shop 3.0.0 -> 3.0.1-beta.1', 'store 1.2.3 -> 1.3.0-beta.1']);
    expect(of(bumps, 'shop')?.ranges).toMatchObject([{ to: '^1.3.0-beta.1' }]);
  });

  test('in a circle comes to an end', () => {
    const packages = [
      { name: 'a', version: '1.0.0', dependencies: { b: 'workspace:*' } },
      { name: 'b', version: '1.0.0', dependencies: { a: 'workspace:*' } },
    ];
    expect(short(plan(packages, { a: 'minor' }))).toEqual(['a 1.0.0 -> 1.1.0', 'b 1.0.0 -> 1.0.1']);
  });
});

describe('groups', () => {
  const packages = [
    { name: 'a', version: '1.2.0' },
    { name: 'b', version: '1.4.1' },
    { name: 'c', version: '1.0.0' },
    { name: 'd', version: '9.0.0', dependencies: { c: '1.0.0' } },
  ];

  test('that are fixed are released together, from their highest version', () => {
    const bumps = plan(packages, { a: 'minor' }, { fixed: [['a', 'b', 'c']] });
    expect(short(bumps)).toEqual(['a 1.2.0 -> 1.5.0', 'b 1.4.1 -> 1.5.0', 'c 1.0.0 -> 1.5.0', 'd 9.0.0 -> 9.0.1']);
    expect(of(bumps, 'c')?.reason).toBe('1.5.0: minor, because of "is released together with a".');
    expect(formatRelease(of(bumps, 'c')?.notes as never)).toBe('## 1.5.0\n\nNothing that users notice.');
  });

  test('that are linked share the version of those that are released', () => {
    const bumps = plan(packages, { a: 'patch', c: 'minor' }, { linked: [['a', 'b', 'c']] });
    expect(short(bumps)).toEqual(['a 1.2.0 -> 1.5.0', 'c 1.0.0 -> 1.5.0', 'd 9.0.0 -> 9.0.1']);
    expect(of(bumps, 'a')?.reason).toBe('1.5.0: minor, because of "has the same versions as c".');
  });

  test('have names of packages, each in one', () => {
    const error = (options: Partial<WorkspaceBumpOptions>): unknown => {
      try {
        return plan(packages, {}, options);
      } catch (caught) {
        return caught;
      }
    };
    expect(error({ fixed: [['a', '@x/*']] })).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('"@x/*"') as string,
    });
    expect(error({ fixed: [['a']], linked: [['b', 'a']] })).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('intents', () => {
  const packages = [{ name: 'a', version: '1.2.0' }];

  test('of packages that are not there are an error, with the place', () => {
    expect(() => plan(packages, { a: 'minor', misspelt: 'none' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_INTENT',
        message: 'Expected a package of the repository at .changeset/a.md:3, got "misspelt"',
      }),
    );
  });

  test('without a package are for the only one there is', () => {
    const intents = [parseIntent('---\nfeature\n---\nWords.')];
    expect(short(planWorkspaceBumps({ packages, intents }))).toEqual(['a 1.2.0 -> 1.3.0']);
    const two = [...packages, { name: 'b', version: '1.0.0' }];
    expect(() => planWorkspaceBumps({ packages: two, intents })).toThrow(
      expect.objectContaining({ code: 'INVALID_INTENT' }),
    );
  });

  test('stand beside what commits say', () => {
    const hash = 'a'.repeat(40);
    const notes = { ...notesOfIntents([]), causes: [{ level: 'major' as const, reason: 'feat!: a', hash }] };
    const intents = [intent('b', { a: 'patch' })];
    const told = (commits?: ReadonlyMap<string, string>): readonly string[] =>
      short(planWorkspaceBumps({ packages: [{ name: 'a', version: '1.2.0', notes }], intents, commits }));
    expect(told()).toEqual(['a 1.2.0 -> 2.0.0']);
    expect(told(new Map([['b', hash]]))).toEqual(['a 1.2.0 -> 1.2.1']);
  });

  test('that pre-releases had count for the version for everybody, which also comes without any', () => {
    const early = [{ name: 'a', version: '1.3.0-beta.1' }];
    const intents = [intent('pre/a', { a: 'minor' }, 'Words.')];
    expect(short(planWorkspaceBumps({ packages: early, intents, channel: 'beta' }))).toEqual([]);
    const [bump] = planWorkspaceBumps({ packages: early, intents });
    expect(formatRelease(bump?.notes as never)).toBe('## 1.3.0\n\n### Added\n\n- Words.');
    expect(planWorkspaceBumps({ packages: early, intents: [] })[0]?.reason).toContain('becomes the version');
  });
});

test.each<readonly [WorkspacePackage[], string]>([
  [[{ name: 'a', version: '1.0' }], 'INVALID_VERSION'],
  [
    [
      { name: 'a', version: '1.0.0' },
      { name: 'a', version: '1.0.0' },
    ],
    'INVALID_OPTION',
  ],
])('%j are refused', (packages, code) => {
  expect(() => plan(packages, {})).toThrow(expect.objectContaining({ code }));
});

test('a chain of a thousand packages is planned', () => {
  const packages = Array.from({ length: 1000 }, (_, index) => ({
    name: `p${index}`,
    version: '1.0.0',
    dependencies: index === 0 ? {} : { [`p${index - 1}`]: 'workspace:*' },
  }));
  expect(short(plan(packages, { p0: 'patch' }))).toHaveLength(1000);
});
