// Times Holdfast beside restic and borg, in turn, prints medians and ratios as Markdown, and writes them to docs/benchmarks.md.
// Usage: npm run bench -- [RUNS] [LABEL=FOLDER...]      Needs restic, borg and GNU time. Without folders: four corpora, see corpora.ts.
// Scratch space: $TMPDIR, else /dev/shm where there is one: a memory file system, so that programs are timed and not disks.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeCorpora } from './corpora.ts';

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
  const warns = program === 'borg' && result.status === 1;
  if (result.status !== 0 && !warns) throw new Error(`${command.join(' ')}: ${result.stderr}`);
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

/** Reads all files once: the page cache is warm for every contender alike. Node's recursive listing would follow links in circles. */
function warm(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) warm(path);
    else if (entry.isFile()) readFileSync(path);
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function report(label: string, all: ReadonlyMap<string, readonly Figures[]>): string[] {
  const of = (name: string, value: (figures: Figures) => number): number => median((all.get(name) ?? []).map(value));
  const row = (what: string, value: (figures: Figures) => number, digits: number): string => {
    const [restic, borg, mine] = tools.map(({ name }) => of(name, value)) as [number, number, number];
    const cells = [restic, borg, mine].map((each) => each.toFixed(digits));
    return `| ${label} | ${what} | ${cells.join(' | ')} | ${(mine / Math.min(restic, borg)).toFixed(2)} |`;
  };
  return [
    ...STEPS.map((step) => row(`${step}, s`, ({ wall }) => wall[step], 2)),
    row('stored, MB', ({ stored }) => stored / 1e6, 1),
    ...STEPS.map((step) => row(`peak memory of ${step}, MiB`, ({ peak }) => peak[step], 0)),
  ];
}

/** The page that the table stands in, between two comments. */
const page = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url));
const BEGIN = '<!-- peers -->';
const END = '<!-- /peers -->';

function publish(lines: readonly string[]): void {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = [text.split(BEGIN)[0] ?? '', text.split(END)[1] ?? ''];
  writeFileSync(page, `${before}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${rest}`);
  spawnSync('oxfmt', [page]);
}

const version = (command: string, ...args: readonly string[]): string =>
  spawnSync(command, args, { encoding: 'utf8' }).stdout.trim();

const [runs = '3', ...given] = process.argv.slice(2);
const scratch = mkdtempSync(join(process.env['TMPDIR'] ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir()), 'bench-'));
try {
  const corpora = given.length > 0 ? given : makeCorpora(scratch);
  const day = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  const machine = `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB`;
  const lines = [
    `Measured on ${day}, medians of ${runs}: ${machine}, Node ${process.versions.node}, ${version('restic', 'version')}, ${version('borg', '--version')}.`,
    '',
    '| corpus | what | restic | borg | holdfast | ratio to the better |',
    '| --- | --- | --: | --: | --: | --: |',
  ];
  for (const corpus of corpora) {
    const [label = '', folder = ''] = corpus.split('=');
    warm(folder);
    const all = new Map<string, Figures[]>(tools.map(({ name }) => [name, []]));
    for (let i = 0; i < Number(runs); i++) for (const tool of tools) all.get(tool.name)?.push(measure(tool, folder));
    lines.push(...report(label, all));
    console.error(lines.slice(-7).join('\n'));
  }
  console.log(lines.join('\n'));
  publish(lines);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
