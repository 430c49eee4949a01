// Times Holdfast beside restic and borg on folders of one's own, in turn, and prints medians and ratios as Markdown.
// Usage: node bench/peers.ts RUNS LABEL=FOLDER...      Needs restic, borg and GNU time; build Holdfast first.
// Scratch space: $TMPDIR, else /dev/shm where there is one: a memory file system, so that programs are timed and not disks.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Step = 'backup' | 'again' | 'restore';
const STEPS: readonly Step[] = ['backup', 'again', 'restore'];

interface Figures {
  /** Seconds. */
  readonly wall: Record<Step, number>;
  /** MiB. */
  readonly peak: Record<Step, number>;
  /** Bytes after the first backup. */
  readonly stored: number;
}

interface Place {
  readonly source: string;
  readonly repository: string;
  readonly out: string;
  readonly base: string;
}

interface Tool {
  readonly name: string;
  readonly init: (place: Place) => string[];
  readonly step: (place: Place, step: Step) => string[];
}

const ours = fileURLToPath(new URL('holdfast-command.sh', import.meta.url));
const tools: readonly Tool[] = [
  {
    name: 'restic',
    init: ({ repository }) => ['restic', '-q', '-r', repository, 'init', '--repository-version', '2'],
    step: ({ repository, source, out }, step) => [
      'restic',
      '-q',
      '--no-cache',
      '-r',
      repository,
      ...(step === 'restore' ? ['restore', 'latest', '--target', out] : ['backup', source]),
    ],
  },
  {
    name: 'borg',
    init: ({ repository }) => ['borg', 'init', '-e', 'repokey-blake2', repository],
    step: ({ repository, source }, step) =>
      step === 'restore'
        ? ['borg', 'extract', `${repository}::backup`]
        : ['borg', 'create', '-C', 'zstd,3', `${repository}::${step}`, source],
  },
  { name: 'holdfast', init: () => [ours, 'init'], step: (_place, step) => [ours, step] },
];

function run(command: readonly string[], place: Place): { wall: number; peak: number } {
  const [program = '', ...args] = command;
  const result = spawnSync('/usr/bin/time', ['-f', '%e %M', program, ...args], {
    cwd: existsSync(place.out) ? place.out : place.base,
    encoding: 'utf8',
    env: {
      ...process.env,
      RESTIC_PASSWORD: 'peer',
      BORG_PASSPHRASE: 'peer',
      BORG_BASE_DIR: join(place.base, 'borg'),
      BORG_RELOCATED_REPO_ACCESS_IS_OK: 'yes',
      SRC: place.source,
      REPO: place.repository,
      OUT: place.out,
    },
  });
  // Status 1 is a warning of borg.
  if (result.status !== 0 && result.status !== 1) throw new Error(`${command.join(' ')}: ${result.stderr}`);
  const [wall = 0, peak = 0] = (result.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wall, peak: peak / 1024 };
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function measure(tool: Tool, source: string): Figures {
  const base = mkdtempSync(join(process.env['TMPDIR'] ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir()), 'bench-'));
  const place = { source, base, repository: join(base, 'repository'), out: join(base, 'out') };
  try {
    run(tool.init(place), place);
    const figures = { wall: {} as Record<Step, number>, peak: {} as Record<Step, number>, stored: 0 };
    for (const step of STEPS) {
      if (step === 'restore') mkdirSync(place.out);
      const { wall, peak } = run(tool.step(place, step), place);
      figures.wall[step] = wall;
      figures.peak[step] = peak;
      if (step === 'backup') figures.stored = bytesIn(place.repository);
    }
    return figures;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function report(label: string, all: ReadonlyMap<string, readonly Figures[]>): void {
  const of = (name: string, value: (figures: Figures) => number): number => median((all.get(name) ?? []).map(value));
  const row = (what: string, value: (figures: Figures) => number, digits: number): string => {
    const [restic, borg, mine] = tools.map(({ name }) => of(name, value)) as [number, number, number];
    const cells = [restic, borg, mine].map((each) => each.toFixed(digits));
    return `| ${label} | ${what} | ${cells.join(' | ')} | ${(mine / Math.min(restic, borg)).toFixed(2)} |`;
  };
  for (const step of STEPS) console.log(row(`${step}, s`, ({ wall }) => wall[step], 2));
  console.log(row('stored, MB', ({ stored }) => stored / 1e6, 1));
  for (const step of STEPS) console.log(row(`peak memory of ${step}, MiB`, ({ peak }) => peak[step], 0));
}

const [runs = '3', ...corpora] = process.argv.slice(2);
console.log(
  `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}`,
);
for (const command of [
  ['restic', 'version'],
  ['borg', '--version'],
] as const) {
  console.log(spawnSync(command[0], [command[1]], { encoding: 'utf8' }).stdout.trim());
}
console.log(
  '\n| corpus | what | restic | borg | holdfast | ratio to the better |\n| --- | --- | --: | --: | --: | --: |',
);
for (const corpus of corpora) {
  const [label = '', folder = ''] = corpus.split('=');
  // The page cache is warm for every contender alike.
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) readFileSync(join(entry.parentPath, entry.name));
  }
  const all = new Map<string, Figures[]>(tools.map(({ name }) => [name, []]));
  for (let i = 0; i < Number(runs); i++) for (const tool of tools) all.get(tool.name)?.push(measure(tool, folder));
  report(label, all);
}
