// What a switch, a rollback and staging an artefact of 1 GB take, beside `cp -r` and `rsync -a --link-dest`, each until it is on disk:
// node --conditions=source packages/versioning/bench/deploy.ts [FOLDER] [ROUNDS] [all|deploys] [MIB]
// and what all of a deploy and of a rollback takes, by `deployRelease` and `rollbackRelease`, with a journal and checks and without a service.
// `deploys`: only the last. MIB: how large the large files are together, instead of 1024. FOLDER is where it is done, on the disk to measure; 7 GB are needed. Medians of the rounds, in which all take turns.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsStore } from '@x/storage';
import {
  applyLayout,
  applySwitch,
  checkStaged,
  createDeployer,
  deployLayout,
  type Deployment,
  planLayout,
  planSwitch,
  recoverSwitch,
  type ReleaseSource,
  releaseStates,
  type StagedRelease,
  stageRelease,
} from '../src/deploy/index.ts';
import { type ArtifactInventory, createArtifact, formatContents, parseContents, planArtifact } from '../src/index.ts';
import { ReleaseContents } from '../src/release/contents.ts';

const [, , place = tmpdir(), rounds = '3', part = 'all', mebibytes = '1024'] = process.argv;
const LARGE = { files: 8, bytes: Math.round(Number(mebibytes) / 8) << 20 } as const;
const SMALL = { files: 2000, bytes: 4 << 10 } as const;
const SWITCHES = 100;

const folder = await mkdtemp(join(place, 'holdfast-deploy-'));
const layout = deployLayout({ root: join(folder, 'shop') });
const [tree, artifact] = [join(folder, 'tree'), join(folder, 'shop.zip')];

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function makeTree(): Promise<void> {
  for (const [name, { files, bytes }] of Object.entries({ large: LARGE, small: SMALL })) {
    await mkdir(join(tree, name), { recursive: true });
    for (let index = 0; index < files; index++) await writeFile(join(tree, name, `${index}.bin`), randomBytes(bytes));
  }
}

const run = (command: string, ...args: readonly string[]): void => {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${command}: ${error?.message ?? status}`);
};

/** Everything that waits, so that nobody pays for somebody else. */
const settle = (): void => run('sync', '-f', folder);

/** One release after the other, of which only the first and the newest are kept. */
let number = 0;
async function staged(digest: string, options: object): Promise<StagedRelease> {
  number++;
  const content = { kind: 'artifact', path: artifact, digest } as const;
  return stageRelease(layout, { version: `1.0.${number}`, content, ...options });
}

async function measureStaging(inventory: ArtifactInventory): Promise<void> {
  const digest = String(inventory.digest);
  const first = await staged(digest, { previous: false });
  // As if one file had changed: the list of the release before has it as it is, and the disk has not.
  await writeFile(join(first.folder, 'small', '0.bin'), 'changed');
  const { contents } = inventory;
  const content = { kind: 'artifact', path: artifact, digest, contents } as const;
  const ways: Readonly<Record<string, (target: string) => Promise<unknown>>> = {
    'stage, nothing before': async () => staged(digest, { previous: false }),
    'stage, one file changed': async () => staged(digest, { previous: first.version }),
    'the same, contents known from the release': async () => staged(digest, { previous: first.version, content }),
    'cp -r': async (target) => (run('cp', '-r', tree, target), settle()),
    'rsync -a': async (target) => (run('rsync', '-a', `${tree}/`, `${target}/`), settle()),
    'rsync -a --link-dest': async (target) => (
      run('rsync', '-a', `--link-dest=${tree}`, `${tree}/`, `${target}/`),
      settle()
    ),
  };
  const times = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  const notes = new Map<string, string>();
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, way] of Object.entries(ways)) {
      const target = join(folder, 'copy');
      settle();
      let outcome: unknown;
      times.get(name)?.push(await timeOf(async () => (outcome = await way(target))));
      const release = outcome as StagedRelease | undefined;
      if (release?.reuse !== undefined) {
        notes.set(name, `${release.reuse}, ${(release.reusedBytes / 1e6).toFixed(0)} MB not written`);
        await rm(release.folder, { recursive: true });
      }
      await rm(target, { recursive: true, force: true });
    }
  }
  console.log(
    `\n| ${(inventory.size / 1e6).toFixed(0)} MB, ${inventory.entries} files | s | ratio to cp -r | |\n| - | -: | -: | - |`,
  );
  const peer = median(times.get('cp -r') ?? []);
  for (const [name, each] of times) {
    const time = median(each);
    console.log(`| ${name} | ${(time / 1000).toFixed(2)} | ${(time / peer).toFixed(2)} | ${notes.get(name) ?? ''} |`);
  }
  const checks = [
    await timeOf(async () => checkStaged(layout, first.version)),
    await timeOf(async () => checkStaged(layout, first.version, { quick: true })),
  ];
  console.log(
    `\nA check of all bytes: ${((checks[0] ?? 0) / 1000).toFixed(2)} s; a quick one: ${(checks[1] ?? 0).toFixed(0)} ms.`,
  );
}

async function measureSwitching(): Promise<void> {
  for (const version of ['2.0.0', '2.0.1']) {
    const content = { kind: 'folder', path: join(tree, 'small') } as const;
    await stageRelease(layout, { version, content, previous: false });
  }
  const versions = Array.from({ length: SWITCHES }, (_, index) => `2.0.${index % 2}`);
  const [switches, rollbacks]: [number[], number[]] = [[], []];
  for (const version of versions) {
    const plan = await planSwitch(layout, version);
    switches.push(await timeOf(async () => applySwitch(layout, plan)));
  }
  for (const version of versions) {
    rollbacks.push(
      await timeOf(async () => {
        await recoverSwitch(layout);
        await releaseStates(layout).list();
        await checkStaged(layout, version, { quick: true });
        await applySwitch(layout, await planSwitch(layout, version));
      }),
    );
  }
  console.log(`\n| ${SWITCHES} times | median, ms | slowest, ms |\n| - | -: | -: |`);
  for (const [name, times] of [
    ['switch, journal and fsync included', switches],
    ['back: states, quick check of 2,000 files, switch', rollbacks],
  ] as const)
    console.log(`| ${name} | ${median(times).toFixed(1)} | ${Math.max(...times).toFixed(1)} |`);
}

/** Releases of the same artefact, whatever version is asked for: those of a real store, which checks each byte that it gives out. */
async function sourceOf(inventory: ArtifactInventory): Promise<ReleaseSource> {
  const contents = new ReleaseContents(fsStore(join(folder, 'store')));
  const stored = { digest: String(inventory.digest), size: inventory.size };
  const list = await contents.put(new TextEncoder().encode(formatContents(inventory.contents ?? [])));
  await contents.putFile(artifact, stored);
  const described = { ...stored, name: 'shop.zip', contents: list };
  return {
    getRelease: async (version) => ({
      version,
      artifact: described,
      migrations: { forward: [], backward: [] },
      changelog: { commits: 1, sections: [] },
      createdAt: new Date().toISOString(),
      status: 'released',
    }),
    contents: async () => parseContents(await contents.read(list, 1 << 28)),
    exportRelease: async (_version, target) => {
      await mkdir(target, { recursive: true });
      await contents.save(stored, join(target, described.name));
    },
  };
}

async function measureDeploys(inventory: ArtifactInventory): Promise<void> {
  const root = join(folder, 'whole');
  const releases = await sourceOf(inventory);
  const { contents: _known, ...plain } = releases;
  const deployer = createDeployer({ layout: root, releases });
  const unlisted = createDeployer({ layout: root, releases: plain });
  await deployer.init();
  const times = new Map<string, number[]>();
  const note = (name: string, ms: number): void => void times.set(name, [...(times.get(name) ?? []), ms]);
  const measured = async (name: string, work: () => Promise<Deployment>): Promise<void> => {
    settle();
    let steps: Deployment['steps'] = [];
    note(name, await timeOf(async () => void ({ steps } = await work())));
    for (const { step, ms } of steps) if (SHOWN.has(step)) note(`${name}: ${step}`, ms);
  };
  await measured('deploy, nothing before', async () => deployer.deployRelease('3.0.0'));
  for (let round = 1; round <= Number(rounds); round++) {
    for (const [name, machine, minor] of [
      ['deploy, nothing changed', deployer, 1],
      ['the same, without a list of contents', unlisted, 2],
    ] as const) {
      const version = `3.${minor}.${round}`;
      await measured(name, async () => machine.deployRelease(version));
      await measured('rollback', async () => machine.rollbackRelease('3.0.0'));
      await rm(join(root, 'releases', `v${version}`), { recursive: true });
    }
    settle();
    note('cp -r', await timeOf(async () => (run('cp', '-r', tree, join(folder, 'copy')), settle())));
    await rm(join(folder, 'copy'), { recursive: true });
    await deployer.deployRelease(`3.3.${round}`);
    await measured('rollback, each byte read', async () => deployer.rollbackRelease('3.0.0', { fileCheck: 'full' }));
    await rm(join(root, 'releases', `v3.3.${round}`), { recursive: true });
  }
  const size = `${(inventory.size / 1e6).toFixed(0)} MB, ${inventory.entries} entries`;
  console.log(`\n| ${size}, through deployRelease and rollbackRelease | median, ms | slowest, ms |\n| - | -: | -: |`);
  for (const [name, each] of times)
    console.log(`| ${name} | ${median(each).toFixed(0)} | ${Math.max(...each).toFixed(0)} |`);
}

/** Steps that take most of the time. */
const SHOWN: ReadonlySet<string> = new Set(['pre-checks', 'stage', 'validate', 'check-files', 'switch']);

try {
  await applyLayout(await planLayout(layout));
  await makeTree();
  const inventory = await createArtifact(await planArtifact(tree, { ignoreFiles: [] }), artifact, {
    withDigests: true,
  });
  settle();
  console.log(`Load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}.`);
  if (part === 'all') {
    await measureSwitching();
    await measureStaging(inventory);
  }
  await measureDeploys(inventory);
  console.log(`\nLoad ${loadavg()[0]?.toFixed(1)} at the end.`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
