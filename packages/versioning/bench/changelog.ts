// A changelog of a long history, beside conventional-changelog and release-it where they are installed.
// Usage: node --conditions=source packages/versioning/bench/changelog.ts [--commits 50000] [--peer FOLDER]
//        FOLDER: where `npm install conventional-changelog conventional-changelog-conventionalcommits release-it
//        @release-it/conventional-changelog` ran
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const RUNS = 3;
/** One version after so many commits. */
const PER_VERSION = 100;
const TYPES = ['feat', 'fix', 'docs', 'chore', 'refactor', 'perf', 'test'];

const { values } = parseArgs({ options: { commits: { type: 'string', default: '50000' }, peer: { type: 'string' } } });
const commits = Number(values.commits);

/** A stream for `git fast-import`: messages with bodies, footers and some breaking changes, and tags. */
function history(): string {
  const lines: string[] = [];
  for (let i = 1; i <= commits; i++) {
    const type = TYPES[i % TYPES.length];
    const breaking = i % 500 === 0 ? '\n\nBREAKING CHANGE: the option is gone' : '';
    const message = `${type}(part${i % 9}): change number ${i}\n\nWhy it was done, in a line or two of prose that says what and why.\n\nRefs: #${i}${breaking}\n`;
    lines.push(
      'commit refs/heads/main',
      `mark :${i}`,
      `committer Ann <ann@example.com> ${1_600_000_000 + i * 600} +0000`,
      `data ${Buffer.byteLength(message)}`,
      message,
      ...(i === 1 ? [] : [`from :${i - 1}`]),
      `M 100644 inline file${i % 50}.txt`,
      `data ${String(i).length}`,
      `${i}`,
    );
    if (i % PER_VERSION === 0) lines.push(`reset refs/tags/v1.${i / PER_VERSION}.0`, `from :${i}`, '');
  }
  return `${lines.join('\n')}\n`;
}

const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] as number;

/** Seconds, MiB at most, and what came out, of a program that prints its own peak as the last line of standard error. */
function measure(args: readonly string[], cwd: string): { seconds: number; mib: number; characters: number } {
  const begin = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(stderr);
  const mib = Number(stderr.trim().split('\n').at(-1)) / 1024;
  return { seconds: (performance.now() - begin) / 1000, mib, characters: stdout.length };
}

const PEAK = "process.on('exit', () => console.error(process.resourceUsage().maxRSS));";
const ours = `${PEAK}
const { formatChangelog, readChangelog } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)});
process.stdout.write(formatChangelog(await readChangelog({ folder: '.' })));`;
const theirs = `${PEAK}
const { ConventionalChangelog } = await import('conventional-changelog');
const log = new ConventionalChangelog(process.env.REPOSITORY).repository('https://example.com/acme/tools').context({ host: 'https://example.com', owner: 'acme', repository: 'tools' }).loadPreset('conventionalcommits').options({ releaseCount: 0 }).tags({ prefix: 'v' });
for await (const piece of log.write()) process.stdout.write(piece);`;

/** All versions, as its plugin for conventional commits writes them; nothing is asked and nothing released. */
const RELEASE_IT = {
  git: { requireCleanWorkingDir: false, requireUpstream: false, tagName: 'v${version}' },
  npm: false,
  plugins: {
    '@release-it/conventional-changelog': {
      preset: 'conventionalcommits',
      releaseCount: 0,
      gitRawCommitsOpts: { from: '' },
    },
  },
};

const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
try {
  execFileSync('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  execFileSync('git', ['fast-import', '--quiet'], { cwd: folder, input: history() });
  execFileSync('git', ['remote', 'add', 'origin', join(folder, '.git')], { cwd: folder });
  execFileSync('git', ['reset', '--hard', '--quiet'], { cwd: folder });
  const entries: [string, () => ReturnType<typeof measure>][] = [
    ['@x/versioning', () => measure(['--input-type=module', '-e', ours], folder)],
  ];
  if (values.peer !== undefined) {
    process.env['REPOSITORY'] = folder;
    entries.push([
      'conventional-changelog',
      () => measure(['--input-type=module', '-e', theirs], values.peer as string),
    ]);
    // It looks for its plugins beside the project.
    symlinkSync(join(values.peer, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'tools', version: `${commits / PER_VERSION}.0.0` }),
    );
    writeFileSync(join(folder, '.release-it.json'), JSON.stringify(RELEASE_IT));
    const program = join(values.peer, 'node_modules', 'release-it', 'bin', 'release-it.js');
    const peak = `data:text/javascript,${encodeURIComponent(PEAK)}`;
    entries.push(['release-it', () => measure(['--import', peak, program, '--changelog', '--ci'], folder)]);
  }
  console.log(`| ${commits} commits | s | peak MiB | characters |\n| --- | ---: | ---: | ---: |`);
  const results = new Map(entries.map(([name]): [string, ReturnType<typeof measure>[]] => [name, []]));
  for (let run = 0; run < RUNS; run++) for (const [name, once] of entries) results.get(name)?.push(once());
  for (const [name, runs] of results) {
    const [seconds, mib] = [runs.map((each) => each.seconds), runs.map((each) => each.mib)];
    console.log(`| ${name} | ${median(seconds).toFixed(2)} | ${Math.round(median(mib))} | ${runs[0]?.characters} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
