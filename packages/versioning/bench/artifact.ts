// Artefacts of a folder: MB/s, processor time and peak memory beside yazl and zip, each in a process of its own.
// Usage: node --conditions=source packages/versioning/bench/artifact.ts FOLDER [ROUNDS]
import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { ZipFile } from 'yazl';
import { createArtifact, extractArtifact, listArtifact, planArtifact } from '../src/index.ts';

/** What one way of doing it gets: the folder to pack, the archive, and a folder that is not there yet. */
interface Places {
  readonly folder: string;
  readonly archive: string;
  readonly out: string;
}

const WAYS: Readonly<Record<string, (places: Places) => Promise<unknown> | void>> = {
  create: async ({ folder, archive }) => createArtifact(await planArtifact(folder, { ignoreFiles: [] }), archive),
  list: async ({ archive }) => listArtifact(archive),
  extract: async ({ archive, out }) => extractArtifact(archive, out, { digest: 'unchecked', limits: { ratio: 2000 } }),
  yazl: async ({ folder, archive }) => packWithYazl(folder, archive),
  'zip -0': ({ folder, archive }) => {
    execFileSync('zip', ['-0', '-q', '-r', '-X', archive, '.'], { cwd: folder });
  },
  'unzip (after zip -0)': ({ archive, out }) => {
    execFileSync('unzip', ['-q', archive, '-d', out]);
  },
};

async function packWithYazl(folder: string, archive: string): Promise<void> {
  const zip = new ZipFile();
  const { entries } = await planArtifact(folder, { ignoreFiles: [] });
  for (const { path, size } of entries.filter(({ kind }) => kind === 'file')) {
    zip.addReadStreamLazy(path, { compress: false, size, mtime: new Date(1980, 1, 1) }, (give) => {
      give(null, createReadStream(join(folder, path), { highWaterMark: 1 << 20 }));
    });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(archive));
}

interface Figures {
  readonly seconds: number;
  readonly processor: number;
  readonly memory: number;
}

async function figuresOf(way: string, places: Places): Promise<Figures> {
  const start = performance.now();
  await WAYS[way]?.(places);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage();
  return { seconds, processor: (user + system) / 1e6, memory: process.resourceUsage().maxRSS / 1024 };
}

function measured(way: string, { folder, archive, out }: Places): Figures {
  const args = ['--conditions=source', fileURLToPath(import.meta.url), '--one', way, folder, archive, out];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${way} failed: ${stderr}`);
  return JSON.parse(stdout) as Figures;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function compare(folder: string, rounds: number): Promise<void> {
  const { entries, size } = await planArtifact(folder, { ignoreFiles: [] });
  console.log(`${entries.length} entries, ${(size / 1e6).toFixed(0)} MB, medians of ${rounds}`);
  const hasZip = spawnSync('zip', ['-v']).status === 0 && spawnSync('unzip', ['-v']).status === 0;
  const ways = Object.keys(WAYS).filter((way) => hasZip || !way.includes('zip -0'));
  const all = new Map<string, Figures[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    const place = await mkdtemp(join(tmpdir(), 'bench-artifact-'));
    for (const way of ways) {
      if (['yazl', 'zip -0'].includes(way)) rmSync(join(place, 'a.zip'), { force: true });
      all.get(way)?.push(measured(way, { folder, archive: join(place, 'a.zip'), out: join(place, `out-${way}`) }));
    }
    await rm(place, { recursive: true });
  }
  const rows = [...all].map(([way, figures]) => {
    const seconds = median(figures.map((each) => each.seconds));
    const isOurs = !way.includes('zip -0');
    const processor = median(figures.map((each) => each.processor));
    return {
      way,
      s: seconds.toFixed(2),
      'MB/s': (size / 1e6 / seconds).toFixed(0),
      'processor, s': isOurs ? processor.toFixed(2) : '',
      'MB per processor second': isOurs ? (size / 1e6 / processor).toFixed(0) : '',
      'peak memory, MiB': isOurs ? median(figures.map((each) => each.memory)).toFixed(0) : '',
    };
  });
  console.table(rows);
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--one') {
  const [way = '', folder = '', archive = '', out = ''] = rest;
  console.log(JSON.stringify(await figuresOf(way, { folder, archive, out })));
} else if (first === undefined) {
  console.error('Expected a folder to pack: node --conditions=source packages/versioning/bench/artifact.ts FOLDER');
  process.exitCode = 1;
} else {
  await compare(first, Number(rest[0] ?? 3));
}
