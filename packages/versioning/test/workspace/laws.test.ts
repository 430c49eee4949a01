import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import {
  type Intent,
  planWorkspaceBumps,
  type WorkspaceBump,
  type WorkspaceBumpOptions,
  type WorkspacePackage,
} from '../../src/index.ts';
import { intent } from '../intents/repository.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const FIELDS = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'] as const;

/** Ranges without holes, which a version meets: none of a later version is met that an earlier one left. */
const rangeFor = (version: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    'workspace:^',
    'workspace:~',
    'workspace:*',
    `workspace:^${version}`,
    `^${version}`,
    `~${version}`,
    version,
    '*',
    `>=${version}`,
  );

const workspace = fc
  .array(fc.tuple(fc.nat(2), fc.nat(3), fc.nat(3)), { minLength: NAMES.length, maxLength: NAMES.length })
  .map((numbers) => numbers.map((each) => each.join('.')))
  .chain((versions) => {
    const edges = fc.array(
      fc
        .record({ from: fc.nat(NAMES.length - 1), to: fc.nat(NAMES.length - 1), field: fc.constantFrom(...FIELDS) })
        .chain((edge) => rangeFor(versions[edge.to] ?? '').map((range) => ({ ...edge, range }))),
      { maxLength: 10 },
    );
    return edges.map((all) =>
      NAMES.map((name, index): WorkspacePackage => {
        const fields = FIELDS.map((field) => {
          const own = all.filter((edge) => edge.from === index && edge.to !== index && edge.field === field);
          return [field, Object.fromEntries(own.map(({ to, range }) => [NAMES[to] ?? '', range]))];
        });
        return { name, version: versions[index] ?? '', ...(Object.fromEntries(fields) as object) };
      }),
    );
  });
const releases = fc.dictionary(
  fc.constantFrom(...NAMES),
  fc.constantFrom('major', 'minor', 'patch', 'none', 'fix', 'feat!'),
);
const intents = fc.array(releases, { maxLength: 3 }).map((all) => all.map((each, index) => intent(`i${index}`, each)));
const groups = fc.constantFrom<Pick<WorkspaceBumpOptions, 'fixed' | 'linked'>>(
  {},
  { fixed: [['a', 'c']] },
  { linked: [['b', 'd', 'e']] },
  { fixed: [['f', 'a']], linked: [['b', 'c']] },
);
const options = fc.record({
  packages: workspace,
  intents,
  groups,
  channel: fc.constantFrom(undefined, 'beta'),
  preMajor: fc.constantFrom('minor', 'major'),
});

const planned = ({
  groups: own,
  ...rest
}: typeof options extends fc.Arbitrary<infer T> ? T : never): readonly WorkspaceBump[] =>
  planWorkspaceBumps({ ...rest, ...own });

/** What users get for a range in a manifest, when a package is published beside these versions. */
function published(range: string, version: string): string {
  const rest = range.replace(/^workspace:/, '');
  if (rest === range) return range;
  if (rest === '*') return version;
  return rest === '^' || rest === '~' ? `${rest}${version}` : rest;
}

describe('for any monorepo and any intents', () => {
  test('what is released has a cause, which its reason names, and what has none stays', () => {
    fc.assert(
      fc.property(options, (given) => {
        for (const { name, from, to, level, reason, notes } of planned(given)) {
          const isReleased = from !== to;
          expect(notes.causes.some((cause) => cause.level !== 'none' && reason.includes(cause.reason))).toBe(
            isReleased,
          );
          expect(notes.version).toBe(isReleased ? to : undefined);
          expect(semver.gte(to, from)).toBe(true);
          expect(level === 'none').toBe(!isReleased);
          const isAsked = given.intents.some((each) =>
            each.releases.some((release) => release.package === name && release.level !== 'none'),
          );
          if (isAsked) expect(isReleased).toBe(true);
        }
      }),
    );
  });

  test('every range is met afterwards: in manifests, and by what users have', () => {
    fc.assert(
      fc.property(options, (given) => {
        const bumps = new Map(planned(given).map((bump) => [bump.name, bump]));
        for (const member of given.packages) {
          const bump = bumps.get(member.name) as WorkspaceBump;
          const isReleased = bump.from !== bump.to;
          for (const field of FIELDS) {
            for (const [name, range] of Object.entries(member[field] ?? {})) {
              const dependency = bumps.get(name) as WorkspaceBump;
              const written = bump.ranges.find((each) => each.field === field && each.dependency === name)?.to ?? range;
              expect(semver.satisfies(dependency.to, published(written, dependency.to))).toBe(true);
              // Those who do not get a new version still have what was published with the old one.
              if (!isReleased && field !== 'devDependencies') {
                expect(semver.satisfies(dependency.to, published(range, dependency.from))).toBe(true);
              }
            }
          }
        }
      }),
    );
  });

  test('the order of packages, intents and dependencies makes no difference', () => {
    fc.assert(
      fc.property(options, (given) => {
        const packages = given.packages.toReversed().map((member) => ({
          ...member,
          dependencies: Object.fromEntries(Object.entries(member.dependencies ?? {}).toReversed()),
        }));
        const bare = (bumps: readonly WorkspaceBump[]): unknown =>
          bumps.map(({ name, to, level, ranges }) => [name, to, level, new Set(ranges)]);
        const reversed: readonly Intent[] = given.intents.toReversed();
        expect(bare(planned({ ...given, packages, intents: [...reversed] }))).toEqual(bare(planned(given)));
      }),
    );
  });

  test('one more intent never lowers a version, and never releases less', () => {
    fc.assert(
      fc.property(options, releases, (given, more) => {
        const before = planned(given);
        const after = planned({ ...given, intents: [...given.intents, intent('more', more)] });
        for (const [index, { to }] of after.entries()) expect(semver.gte(to, before[index]?.to ?? '')).toBe(true);
      }),
    );
  });

  test('a plan that was carried out has nothing left to do', () => {
    fc.assert(
      fc.property(options, (given) => {
        const bumps = new Map(planned({ ...given, channel: undefined }).map((bump) => [bump.name, bump]));
        const packages = given.packages.map((member): WorkspacePackage => {
          const { to: version, ranges } = bumps.get(member.name) as WorkspaceBump;
          const written = FIELDS.map((field) => {
            const updates = ranges
              .filter((each) => each.field === field)
              .map(({ dependency, to }) => [dependency, to] as const);
            return [field, { ...member[field], ...Object.fromEntries(updates) }];
          });
          return { ...member, version, ...(Object.fromEntries(written) as object) };
        });
        for (const { from, to, ranges } of planned({ ...given, packages, intents: [], channel: undefined })) {
          expect([to, ranges]).toEqual([from, []]);
        }
      }),
    );
  });
});
