// Measures how Holdfast does with large repositories, on synthetic ones, and prints a Markdown table.
// Usage: node bench/scale.ts [PART OF A LABEL]      Build first. Scratch space: $TMPDIR, else /dev/shm where there is one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { CASES, type Figures, measureCase } from './scale/cases.ts';

const RUNS = 3;
const root = fileURLToPath(new URL('..', import.meta.url));

/** Each step is a process of its own: its peak memory is that of nothing else. */
function child(args: readonly string[]): string {
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: root });
  if (result.status !== 0) throw new Error(`${args.slice(-2).join(' ')}: ${result.stderr}`);
  return result.stdout;
}

/** Makes a repository with the sources of the engine: a build has only its face. */
const make = (repository: string, folder: string): string =>
  child(['--conditions=source', join(root, 'bench/scale/repositories.ts'), repository, folder]);

/** Measures with what was built, and as JavaScript: the compiler would be a third of the memory. */
function measure(name: string, folder: string): Figures {
  const source = readFileSync(join(root, 'bench/scale/cases.ts'), 'utf8');
  const program = `${stripTypeScriptTypes(source)}
    console.log(JSON.stringify(await ${measureCase.name}(...process.argv.slice(1))));`;
  return JSON.parse(child(['--input-type=module', '--eval', program, name, folder])) as Figures;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function row(name: string, label: string, folder: string): string {
  const runs = Array.from({ length: RUNS }, () => measure(name, folder));
  const of = (value: (figures: Figures) => number): string => median(runs.map(value)).toFixed(0);
  const cells = [of(({ ms }) => ms), of(({ processorMs }) => processorMs), of(({ mib }) => mib)];
  return `| ${label} | ${runs[0]?.found ?? ''} | ${cells.join(' | ')} |`;
}

const [only = ''] = process.argv.slice(2);
console.log(
  `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}\n`,
);
console.log('| what | found | time, ms | processor, ms | peak memory, MiB |\n| --- | --: | --: | --: | --: |');
const scratch = mkdtempSync(join(process.env['TMPDIR'] ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir()), 'scale-'));
const made = new Set<string>();
try {
  for (const [name, { label, repository }] of Object.entries(CASES)) {
    if (!label.includes(only)) continue;
    const folder = join(scratch, repository);
    if (!made.has(repository)) make(repository, folder);
    made.add(repository);
    console.log(row(name, label, folder));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
