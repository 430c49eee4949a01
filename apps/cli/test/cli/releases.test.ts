import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newCheckout, type TestCheckout } from '../support/checkout.ts';
import { type Machine, newMachine, parseShape } from '../support/cli.ts';

const LOCKFILE = {
  name: 'shop',
  version: '0.1.0',
  lockfileVersion: 3,
  packages: {
    '': { name: 'shop', version: '0.1.0', dependencies: { left: '1.0.0' } },
    'node_modules/left': { version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==` },
  },
};

interface Shop extends TestCheckout {
  readonly machine: Machine;
}

/** A shop with a manifest, a lockfile, and one feature that is not released. */
async function newShop(): Promise<Shop> {
  const machine = await newMachine();
  const checkout = await newCheckout(machine);
  await checkout.commit('feat: sell', {
    'package.json': `${JSON.stringify({ name: 'shop', version: '0.1.0' }, null, 2)}\n`,
    'package-lock.json': `${JSON.stringify(LOCKFILE, null, 2)}\n`,
    'sell.js': 'sell\n',
  });
  return { ...checkout, machine };
}

const stateOf = ({ git }: TestCheckout): readonly string[] => [
  git('rev-parse', 'HEAD'),
  git('status', '--porcelain', '--ignored'),
  git('tag'),
];

test('a plan says all that a release would do, a dry run says the same, and neither changes anything', async () => {
  const shop = await newShop();
  const { machine, folder } = shop;
  const before = stateOf(shop);
  const wanted = [
    '-v',
    '1.0.0',
    '-n',
    'The *first* one.',
    '--changelog-entry',
    'fix: prices in yen',
    '--build-id',
    '7',
  ];
  const plan = await machine.json('ReleasePlan', ['release', 'plan', ...wanted]);
  expect(plan.release).toMatchObject({ version: '1.0.0', channel: 'stable', notes: 'The *first* one.', tag: 'v1.0.0' });
  expect(plan.release.changelog.sections.map(({ title }) => title)).toEqual(['Added', 'Fixed']);
  expect(plan.files.map(({ path }) => path).toSorted()).toEqual(['CHANGELOG.md', 'package-lock.json', 'package.json']);
  expect(plan.artifact).toMatchObject({ name: 'shop-1.0.0.zip', buildId: '7' });
  expect(plan.steps).toEqual(['files', 'commit', 'artifact', 'sbom', 'manifest', 'tag', 'publish']);
  const rehearsed = await machine.json('ReleasePlan', ['release', 'create', ...wanted, '--dry-run']);
  expect({ ...rehearsed, release: { ...rehearsed.release, reason: '' } }).toMatchObject({
    files: plan.files.map(({ path }) => ({ path })),
    steps: plan.steps,
    basis: plan.basis,
  });
  const { stdout } = await machine.run(['release', 'plan', ...wanted, '--verbose']);
  for (const part of [
    /^shop 1\.0\.0 \(stable\)\n {2}1\.0\.0: asked for\.\n/,
    /\n {2}Added\n {4}- sell \([0-9a-f]{7}\)\n {2}Fixed\n {4}- prices in yen\n/,
    /\nNotes\n {2}The \*first\* one\.\n/,
    /\n {2}files +\+ CHANGELOG\.md, M package-lock\.json, M package\.json\n/,
    /\n {2}artefact +shop-1\.0\.0\.zip: 4 files, \d+ B\n/,
    /\n {2}push +nothing: it stays here\n/,
    /\n {2}steps +files, commit, artifact, sbom, manifest, tag, publish\n/,
    /\nIn the artefact \(4\)\n {2}CHANGELOG\.md/,
  ])
    expect(stdout).toMatch(part);
  const beta = await machine.run(['release', 'plan', '--channel', 'beta', '--quiet', '--no-commit']);
  expect([beta.code, beta.stdout, beta.stderr]).toEqual([0, '0.1.0-beta.1\n', '']);
  expect(stateOf(shop)).toEqual(before);
  expect(await readdir(folder)).not.toContain('.holdfast');
});

test('what no release could be made with is told before anything is done', async () => {
  const shop = await newShop();
  const { machine } = shop;
  const before = stateOf(shop);
  const refused: readonly (readonly [readonly string[], string])[] = [
    [['--store', 'releases'], 'Expected a store that git does not see'],
    [['--push', 'nowhere'], 'Expected the name of a remote, got "nowhere"'],
    [['--push', '--no-tag'], 'Expected --push or --no-tag, got both'],
  ];
  for (const [options, said] of refused) {
    for (const command of ['plan', 'create']) {
      const { code, stderr } = await machine.run(['release', command, ...options]);
      expect([options, code, stderr]).toEqual([options, 2, expect.stringContaining(said)]);
    }
  }
  expect(stateOf(shop)).toEqual(before);
});

test('a release is made, looked at, proven, compared, exported and yanked', { timeout: 240_000 }, async () => {
  const shop = await newShop();
  const { machine, folder, git } = shop;
  const key = join(machine.root, 'release.pem');
  await machine.json('KeysMade', ['integrity', 'keygen', key]);
  const signing = { env: { HOLDFAST_SIGNING_KEY_FILE: key } };

  const first = await machine.json('Release', ['release', 'create', '--version', '1.0.0', '-n', '-v'], signing);
  // The value of an option may look like another option.
  expect(first).toMatchObject({ version: '1.0.0', notes: '-v', status: 'released', sbom: { components: 1 } });
  expect(git('status', '--porcelain', '--ignored')).toBe('!! .holdfast/');
  expect(git('log', '-1', '--format=%s %D')).toBe('chore(release): 1.0.0 HEAD -> main, tag: v1.0.0');

  git('remote', 'add', 'origin', 'https://git.example/shop.git');
  await shop.commit('feat(cart): carts\n\nBREAKING CHANGE: no more lists', {
    'cart.js': 'cart\n',
    'db/0001_carts.sql': '-- kind: expand\n-- description: carts\ncreate table carts (id int);\n',
  });
  await writeFile(join(machine.root, 'flags.json'), '{"carts": {"percentage": 25}}');
  const second = await machine.run(
    ['release', 'create', '--migrations', 'db', '--flag-state', '../flags.json', '--notes-file', '-', '--by', 'bea'],
    { input: 'Mind the carts.\n' },
  );
  expect([second.code, second.stdout, second.stderr]).toEqual([
    0,
    expect.stringMatching(
      /^released 2\.0\.0 \(tag v2\.0\.0, [\d.]+ K?i?B\) to \S+\.holdfast\/releases; next: git push --atomic origin main v2\.0\.0\n$/,
    ),
    '',
  ]);

  const { releases, active } = await machine.json('ReleaseList', ['release', 'list']);
  expect([releases.map(({ version, isSigned }) => [version, isSigned]), active]).toEqual([
    [
      ['2.0.0', false],
      ['1.0.0', true],
    ],
    { stable: '2.0.0' },
  ]);
  expect((await machine.run(['release', 'list'])).stdout).toMatch(
    /\n\* {2}2\.0\.0 +stable .* bea +released\n {3}1\.0\.0 /,
  );
  const info = await machine.run(['release', 'info', '2.0.0']);
  for (const part of [
    'BREAKING cart: ',
    'Mind the carts.',
    'made         ',
    'by bea',
    '0001_carts (expand)',
    '"percentage":25',
  ])
    expect(info.stdout.replaceAll(/ +/g, ' ')).toContain(part.replaceAll(/ +/g, ' '));
  expect(await machine.json('Release', ['release', 'info', 'v1.0.0'])).toEqual(first);

  const current = await machine.run(['release', 'current']);
  expect(current.stdout).toMatch(/^active +2\.0\.0, released .*\ncheckout +2\.0\.0, [0-9a-f]{12} on main\n$/);
  await writeFile(join(folder, 'cart.js'), 'other\n');
  const { workspace } = await machine.json('ReleaseCurrent', ['release', 'current', '--channel', 'beta']);
  expect(workspace).toMatchObject({ version: expect.stringMatching(/^2\.0\.0\+0\.g[0-9a-f]{7}\.dirty$/), dirty: true });
  git('checkout', '--quiet', '--', 'cart.js');

  const log = await machine.run(['release', 'changelog', '2.0.0']);
  expect(log.stdout).toMatch(/^## \[?2\.0\.0\]?[^]*Mind the carts\.[^]*BREAKING|carts/);
  await machine.json('ReleaseChangelog', ['release', 'changelog', '--output', '../all.md']);
  expect(await readFile(join(machine.root, 'all.md'), 'utf8')).toMatch(/2\.0\.0[^]*1\.0\.0/);

  const verified = await machine.run(['release', 'verify', '1.0.0', '--key', `${key}.pub`]);
  expect([verified.code, verified.stdout.split('\n').map((line) => line.split(/ +/).slice(0, 2).join(' '))]).toEqual([
    0,
    [
      'passed manifest',
      'passed signature',
      'passed artifact',
      'passed contents',
      'passed sbom',
      'passed tag',
      '1.0.0: verified,',
      '',
    ],
  ]);
  // The public half beside the key that signs is trusted.
  expect((await machine.json('ReleaseVerification', ['release', 'verify', '1.0.0'], signing)).verdict).toBe('verified');
  const unsigned = await machine.run(['release', 'verify', '2.0.0', '--no-tag']);
  expect([unsigned.code, unsigned.stdout]).toEqual([
    6,
    expect.stringMatching(
      /unchecked +signature +the release is not signed\n[^]*unchecked +tag [^]*not verified: nobody/,
    ),
  ]);
  expect((await machine.run(['release', 'verify', '2.0.0', '--key', `${key}.pub`])).code).toBe(6);
  await machine.json('ReleaseVerification', ['release', 'verify', '2.0.0', '--allow-unsigned']);

  const diff = await machine.json('ReleaseDifference', ['release', 'diff', '1.0.0', '2.0.0']);
  expect(diff.files.added.map(({ path }) => path)).toEqual(['cart.js', 'db/0001_carts.sql']);
  expect([diff.migrations.added.map(({ id }) => id), diff.flags]).toEqual([
    ['0001_carts'],
    [{ name: 'carts', after: { percentage: 25 } }],
  ]);
  expect((await machine.run(['release', 'diff', '1.0.0', '2.0.0'])).stdout).toMatch(
    /^Files\n {2}\+ cart\.js {2}5 B\n[^]*Migrations\n {2}\+ 0001_carts \(expand\)\nFlags\n {2}M carts absent → \{"percentage":25\}\n1\.0\.0 → 2\.0\.0: \d+ differences, /,
  );

  const exported = await machine.json('ReleaseExported', ['release', 'export', '1.0.0', '--to', '../out']);
  expect(exported).toEqual({
    version: '1.0.0',
    folder: join(machine.root, 'out'),
    files: ['shop-1.0.0.zip', 'shop-1.0.0.cdx.json', 'release.json', 'provenance.intoto.json', 'notes.md'],
  });
  const again = await machine.run(['release', 'export', '1.0.0', '--to', '../out']);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('Expected an empty folder')]);

  const yanked = await machine.run(['release', 'yank', '2.0.0', '--reason', 'Loses\norders', '--by', 'bea']);
  expect([yanked.code, yanked.stdout, yanked.stderr]).toEqual([
    0,
    expect.stringMatching(/^2\.0\.0: YANKED .* by bea: Loses\\norders\n$/),
    'Active in stable: 1.0.0.\n',
  ]);
  expect((await machine.json('ReleaseCurrent', ['release', 'current'])).active?.version).toBe('1.0.0');
  expect((await machine.run(['release', 'verify', '2.0.0', '--allow-unsigned'])).stderr).toContain('was yanked');
  const usable = await machine.json('ReleaseList', ['release', 'list', '--no-yanked', '--limit', '5']);
  expect(usable.releases.map(({ version }) => version)).toEqual(['1.0.0']);
  const back = await machine.json('ReleaseSummary', ['release', 'yank', '2.0.0', '--undo', '--reason', 'It was us']);
  expect(back.status).toBe('released');

  const status = await machine.json('ReleaseStatus', ['release', 'status']);
  expect([status.runs, status.active.map(({ version }) => version), status.metrics.count]).toEqual([[], ['2.0.0'], 2]);
  expect((await machine.run(['release', 'status'])).stdout).toMatch(/under way +nothing\n$/);
});

test('what can not be released is refused with what to do, and nothing changes', async () => {
  const shop = await newShop();
  const { machine, folder, git } = shop;
  await machine.json('Release', ['release', 'create', '-v', '1.0.0']);
  const before = stateOf(shop);
  const create = ['release', 'create'];
  const cases: readonly (readonly [number, string, readonly string[]])[] = [
    [4, 'NOTHING_TO_RELEASE', create],
    [4, 'NOTHING_TO_RELEASE', ['release', 'plan']],
    [2, 'INVALID_VERSION', [...create, '-v', '1.0']],
    [2, 'INVALID_VERSION', [...create, '-v', '0.9.0']],
    [2, 'UNKNOWN_CHANGE_TYPE', [...create, '--bump', 'huge']],
    [2, 'USAGE', [...create, '-v', '2.0.0', '--bump', 'major']],
    [2, 'USAGE', [...create, '-v', '2.0.0', '-n', 'a', '--notes-file', 'b']],
    [4, 'UNREADABLE', [...create, '-v', '2.0.0', '--notes-file', 'missing.md']],
    [2, 'USAGE', [...create, '-v', '2.0.0', '--flag-state', 'sell.js']],
    [4, 'READ_FAILED', [...create, '-v', '2.0.0', '--migrations', 'missing']],
    [4, 'READ_FAILED', [...create, '-v', '2.0.0', '--sign-key', 'missing.pem']],
    [2, 'USAGE', [...create, '2.0.0']],
    [2, 'USAGE', ['release', 'list', '--limit', '0']],
    [2, 'USAGE', ['release', 'yank', '1.0.0']],
    [2, 'INVALID_OPTION', ['release', 'yank', '1.0.0', '--reason', ' ']],
    [4, 'RELEASE_NOT_FOUND', ['release', 'info', '9.0.0']],
    [4, 'RELEASE_NOT_FOUND', ['release', 'diff', '1.0.0', '9.0.0']],
    [4, 'RELEASE_NOT_FOUND', ['release', 'resume']],
    [2, 'INVALID_OPTION', ['release', 'list', '--component', 'A B']],
    [2, 'UNSUPPORTED_URL', ['release', 'list', '--store', 'ftp://x/y']],
  ];
  const refused = cases.map(async ([exit, code, args]) => {
    const { code: got, stdout } = await machine.run([...args, '--json']);
    expect([got, parseShape('Failed', stdout).error.code], args.join(' ')).toEqual([exit, code]);
  });
  await Promise.all(refused);
  expect(stateOf(shop)).toEqual(before);
  await writeFile(join(folder, 'sell.js'), 'changed\n');
  expect((await machine.run([...create, '-v', '2.0.0'])).code).toBe(7);
  git('tag', 'v3.0.0', '-m', 'mine');
  git('checkout', '--quiet', '--', 'sell.js');
  git('checkout', '--quiet', '--detach');
  expect((await machine.run([...create, '-v', '3.1.0'])).stderr).toMatch(/^holdfast: Expected .*\nhint: /);
});

test('outside of a checkout the releases of a store can be looked at, and none be made', async () => {
  const shop = await newShop();
  const { machine } = shop;
  const store = join(machine.root, 'store');
  await machine.json('Release', ['release', 'create', '-v', '1.0.0', '--store', store]);
  expect(await readdir(shop.folder)).not.toContain('.holdfast');
  const elsewhere = { cwd: machine.root, env: { HOLDFAST_RELEASE_STORE: store } };
  const { active, workspace } = await machine.json('ReleaseCurrent', ['release', 'current'], elsewhere);
  expect([active?.version, workspace]).toEqual(['1.0.0', undefined]);
  const verified = await machine.run(['release', 'verify', '1.0.0', '--allow-unsigned'], elsewhere);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringMatching(/unchecked +tag/)]);
  const none = await machine.run(['release', 'create'], elsewhere);
  expect([none.code, none.stderr]).toEqual([4, expect.stringContaining('Expected a checkout of git') as string]);
});
