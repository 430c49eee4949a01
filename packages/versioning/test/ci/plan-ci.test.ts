import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type CiOptions, type CiPackageManager, type CiPlan, planCi } from '../../src/index.ts';
import { problemsOf } from './checkers.ts';
import { actionOf, stepsOf, workflowOf } from './documents.ts';

const MANAGERS: readonly CiPackageManager[] = ['npm', 'pnpm', 'yarn', 'yarn-classic'];
const YES_AND_NO = [true, false];

/** Every kind of file that there is. */
const VARIANTS: readonly CiOptions[] = MANAGERS.flatMap((packageManager) =>
  YES_AND_NO.flatMap((publish) =>
    YES_AND_NO.map((backup) => ({ packageManager, publish, backup, scripts: backup ? ['build', 'test'] : [] })),
  ),
);
const PLANS = VARIANTS.map((options) => planCi(options));

test('the checkers of workflows find what is wrong, so that their silence says something', async () => {
  const { files } = planCi();
  const spoilt = (from: string, to: string, index = 0): Promise<readonly string[]> =>
    problemsOf({
      files: files.map((file, at) => (at === index ? { ...file, text: file.text.replace(from, to) } : file)),
    });
  expect(await spoilt('permissions: {}', 'permissions: { content: read }')).not.toEqual([]);
  expect(await spoilt('needs: release', 'needs: relaese')).not.toEqual([]);
  expect(await spoilt('${{ matrix.node }}', '${{ matrix.nodes }}')).not.toEqual([]);
  expect(await spoilt('npm ci', 'echo ${{ github.event.issue.title }}')).not.toEqual([]);
  expect(await spoilt('using: composite', 'using: composites', 1)).not.toEqual([]);
});

test.each(VARIANTS.map((options, index) => [Object.values(options).join(' '), PLANS[index]]))(
  'GitHub and actionlint have nothing to say against %s',
  async (_, plan) => {
    expect(await problemsOf(plan as CiPlan)).toEqual([]);
  },
);

test('no script has an expression in it: what somebody typed can not become code', () => {
  for (const step of PLANS.flatMap(stepsOf)) expect(step.run ?? '').not.toContain('${{');
});

test('every script is a program of bash', () => {
  const scripts = new Set(PLANS.flatMap(stepsOf).flatMap(({ run }) => run ?? []));
  expect(scripts.size).toBeGreaterThan(30);
  for (const script of scripts) execFileSync('bash', ['-n'], { input: script });
});

test('no value has quotes, which formatters would exchange, so that the files stay what was made', () => {
  for (const { text } of PLANS.flatMap(({ files }) => files)) expect(text).not.toMatch(/^ *(?:- )?[\w-]+: ?\[?["']/m);
});

test('every action of others is pinned by the commit, with its version beside it', () => {
  const lines = PLANS.flatMap(({ files }) => files).flatMap(({ text }) => text.match(/^.*\buses:.*$/gm) ?? []);
  const others = lines.filter((line) => !line.includes('uses: ./'));
  expect(others.length).toBeGreaterThan(100);
  for (const line of others) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  // Local ones are in the plan.
  const local = lines.filter((line) => line.includes('uses: ./')).map((line) => line.split('./')[1]);
  expect(new Set(local.map((path) => `${path}/action.yml`))).toEqual(new Set([planCi().files[1]?.path]));
});

test('jobs have the permissions that they need and no others, and no checkout keeps a token', () => {
  const { permissions, jobs } = workflowOf(planCi());
  expect(permissions).toEqual({});
  expect(Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.permissions]))).toEqual({
    test: { contents: 'read' },
    plan: { contents: 'read' },
    release: { contents: 'write' },
    publish: { 'id-token': 'write' },
  });
  const checkouts = PLANS.flatMap(stepsOf).filter(({ uses }) => uses?.startsWith('actions/checkout@'));
  for (const { with: inputs } of checkouts) expect(inputs).toMatchObject({ 'persist-credentials': false });
});

test('a release is made by hand, on its branch, after tests and a rehearsal, and published after it', () => {
  const { on, jobs, concurrency } = workflowOf(planCi({ branch: 'trunk' }));
  expect(on.push.branches).toEqual(['trunk']);
  expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(['version', 'bump', 'channel', 'notes', 'dry-run']);
  expect(jobs['release']).toMatchObject({
    needs: ['test', 'plan'],
    if: "github.event_name == 'workflow_dispatch' && github.ref == 'refs/heads/trunk' && !inputs.dry-run",
    environment: 'release',
  });
  // What is released is what was rehearsed.
  expect(jobs['release']?.steps.find(({ id }) => id === 'release')?.with).toMatchObject({
    version: '${{ needs.plan.outputs.version }}',
  });
  expect(jobs['publish']).toMatchObject({ needs: 'release', environment: 'npm' });
  expect(concurrency['cancel-in-progress']).toBe("${{ github.event_name == 'pull_request' }}");
});

test('secrets go to the job that releases alone, and as inputs of the action, which has them in environments only', () => {
  for (const plan of PLANS) {
    for (const [name, job] of Object.entries(workflowOf(plan).jobs)) {
      const withSecrets = job.steps.filter((step) => JSON.stringify(step).includes('secrets.'));
      expect(withSecrets.map(({ uses }) => uses)).toEqual(
        name === 'release' ? ['./.github/actions/holdfast-release'] : [],
      );
    }
    const known = Object.keys(actionOf(plan).inputs);
    const calls = stepsOf(plan).filter(({ uses }) => uses?.startsWith('./'));
    for (const { with: inputs = {} } of calls) expect(known).toEqual(expect.arrayContaining(Object.keys(inputs)));
  }
});

test('jobs that plan or release have the whole history, and those with rights restore no cache', () => {
  for (const plan of PLANS) {
    const { plan: planning, release, publish } = workflowOf(plan).jobs;
    for (const job of [planning, release]) expect(job?.steps[0]?.with).toMatchObject({ 'fetch-depth': 0 });
    for (const step of [...(release?.steps ?? []), ...(publish?.steps ?? [])]) {
      if (step.uses?.includes('setup-node')) expect(step.with).toMatchObject({ 'package-manager-cache': false });
      expect(step.with ?? {}).not.toHaveProperty('cache');
    }
  }
});

test('the job that can publish runs nothing of the project', () => {
  const steps = workflowOf(planCi()).jobs['publish']?.steps ?? [];
  expect(steps.map(({ uses }) => uses?.split('@')[0])).toEqual([
    'actions/setup-node',
    'actions/download-artifact',
    undefined,
  ]);
  expect(steps.at(-1)?.run).toContain('--ignore-scripts');
});

test.each([
  ['npm', 'npm ci', 'npm exec --no -- holdfast'],
  ['pnpm', 'pnpm install --frozen-lockfile', 'pnpm exec holdfast'],
  ['yarn', 'yarn install --immutable', 'yarn run holdfast'],
  ['yarn-classic', 'yarn install --frozen-lockfile', 'yarn --silent run holdfast'],
] as const)('%s installs what the lockfile says, and runs the holdfast in it', (packageManager, install, holdfast) => {
  const plan = planCi({ packageManager });
  const scripts = stepsOf(plan).flatMap(({ run }) => run ?? []);
  expect(scripts.filter((script) => script.includes(install))).toHaveLength(3);
  const lines = scripts
    .join('\n')
    .split('\n')
    .filter((line) => /\bholdfast (?:release|backup) /.test(line));
  const calls = lines.filter((line) => !line.includes('echo '));
  expect(calls.length).toBeGreaterThan(8);
  for (const call of calls)
    expect(call.trim().replace(/^if (?:! )?/, '')).toMatch(new RegExp(`^${holdfast} (?:release|backup) `));
});

test('options change what they say', () => {
  expect(workflowOf(planCi({ nodeVersions: ['22.19', '23', '22.19'] })).jobs['test']?.strategy?.matrix.node).toEqual([
    '22.19',
    23,
  ]);
  expect(workflowOf(planCi({ publish: false })).jobs).not.toHaveProperty('publish');
  expect(workflowOf(planCi({ isPrivate: true })).jobs).not.toHaveProperty('publish');
  expect(workflowOf(planCi({ isPrivate: true, publish: true })).jobs).toHaveProperty('publish');
  for (const { text } of planCi({ backup: false }).files) expect(text).not.toMatch(/backup[ -]|BACKUP/);
  expect(stepsOf(planCi({ scripts: ['test'] })).map(({ name }) => name)).not.toContain('Build');
  const [asked, fixed] = [
    planCi({ packageManager: 'pnpm' }),
    planCi({ packageManager: 'pnpm', packageManagerVersion: '12.1.0' }),
  ];
  const pnpm = (plan: CiPlan) => stepsOf(plan).find(({ uses }) => uses?.startsWith('pnpm/'))?.with;
  // Two versions, one of package.json and one here, are an error of the action.
  expect([pnpm(asked), pnpm(fixed)]).toEqual([{ version: 11 }, undefined]);
});

test('what is built for a release is built by a Node that was tested and runs holdfast', () => {
  const nodeOf = (nodeVersions: readonly string[]): unknown =>
    workflowOf(planCi({ nodeVersions })).jobs['release']?.steps.find(({ uses }) => uses?.includes('setup-node'))
      ?.with?.['node-version'];
  expect([['22', '24', '26'], ['22'], ['20', '26'], ['18', '20']].map(nodeOf)).toEqual([24, 22, 26, 24]);
});

test('notes say what is left to do, and only that', () => {
  expect(planCi({ publish: false, backup: false }).notes).toEqual([expect.stringContaining('HOLDFAST_SIGNING_KEY')]);
  const notes = planCi({
    packageManager: 'pnpm',
    scripts: [],
    isPrivate: true,
    publish: true,
    hasHoldfast: false,
    hasLockfile: false,
  }).notes.join('\n');
  for (const word of [
    'HOLDFAST_REPO',
    'trusted publisher',
    'devDependencies',
    'lockfile',
    '"test"',
    'private',
    'packageManager',
  ]) {
    expect(notes).toContain(word);
  }
});

test.each<[string, CiOptions]>([
  ['a branch', { branch: "main' || true || '" }],
  ['a branch', { branch: 'release/*' }],
  ['a branch', { branch: '' }],
  ['a branch', { branch: 'a..b' }],
  ['a version of Node', { nodeVersions: ["24'"] }],
  ['a version of Node', { nodeVersions: ['latest'] }],
  ['versions of Node, got "none"', { nodeVersions: [] }],
  ['a package manager', { packageManager: 'bun' as CiPackageManager }],
  ['a version of the package manager', { packageManagerVersion: '11; id' }],
])('Expected %s', (what, options) => {
  expect(() => planCi(options)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining(what) as string }),
  );
});

test('whatever branch is accepted means itself in the filter and in the condition', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.stringMatching(/^[a-z0-9._/@+*'-]{1,6}$/), fc.constantFrom('on', 'True', '1e3', '0x1f', '12', '1_0')),
      (branch) => {
        let plan: CiPlan;
        try {
          plan = planCi({ branch });
        } catch {
          return;
        }
        expect(branch).not.toMatch(/[*?+![\]'"{}\s\\]/);
        const { on, jobs } = workflowOf(plan);
        expect(on.push.branches.map(String)).toEqual([branch]);
        expect(jobs['release']?.if).toContain(`github.ref == 'refs/heads/${branch}'`);
      },
    ),
    { numRuns: 50 },
  );
});
