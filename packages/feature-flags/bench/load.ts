// Times how 10,000 flags are read, checked and compiled, in processes of their own and again and again in one:
//   npm run -s with -- node --conditions=source packages/feature-flags/bench/load.ts [PROCESSES]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { checkDefinitions, type FlagDefinitions, parseFlags } from '../src/index.ts';
import { compileFlags } from '../src/rules/compile-flags.ts';

const COUNT = 10_000;
const PARTS = [
  'JSON.parse',
  'check',
  'check and compile',
  'all, from a text to flags',
  'the same with parseFlags',
] as const;

const flags = Object.fromEntries(
  Array.from({ length: COUNT }, (_, index) => [`f${index}`, { rollout: { percentage: index % 100, unit: 'tenant' } }]),
);
const text = JSON.stringify({ flags });

/** Milliseconds of processor, those of the threads that collect garbage and compile included. */
async function timed(task: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await task();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const tasks: Readonly<Record<(typeof PARTS)[number], (definitions: FlagDefinitions) => unknown>> = {
  'JSON.parse': () => JSON.parse(text) as unknown,
  check: checkDefinitions,
  'check and compile': compileFlags,
  'all, from a text to flags': () => compileFlags(JSON.parse(text) as FlagDefinitions),
  // As a file is read: names that stand twice are looked for, and it is checked once more when it is compiled.
  'the same with parseFlags': async () => compileFlags(await parseFlags(text)),
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** The first time in a process: nothing is compiled yet. */
function timedAfresh(part: string): number {
  const file = fileURLToPath(import.meta.url);
  return Number(execFileSync(process.execPath, ['--conditions=source', file, 'only', part], { encoding: 'utf8' }));
}

const [given = '11', part] = process.argv.slice(2);
if (given === 'only') {
  const definitions = JSON.parse(text) as FlagDefinitions;
  console.log(await timed(() => tasks[part as (typeof PARTS)[number]](definitions)));
} else {
  const rounds = Number(given);
  console.log(`Node ${process.versions.node}; ${COUNT} flags, ms of processor, medians of ${rounds}\n`);
  console.log('| part | a process of its own | one process |\n| --- | ---: | ---: |');
  const afresh = new Map<string, number[]>(PARTS.map((each) => [each, []]));
  const again = new Map<string, number[]>(PARTS.map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    const definitions = JSON.parse(text) as FlagDefinitions;
    for (const each of PARTS) {
      afresh.get(each)?.push(timedAfresh(each));
      again.get(each)?.push(await timed(() => tasks[each](definitions)));
    }
  }
  for (const each of PARTS)
    console.log(
      `| ${each} | ${median(afresh.get(each) ?? []).toFixed(0)} | ${median(again.get(each) ?? []).toFixed(0)} |`,
    );
}
