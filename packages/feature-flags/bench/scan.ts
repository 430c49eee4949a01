// Looks for flags in the code of a large product, made up in a temporary folder:
//   npm run -s with -- node --conditions=source packages/feature-flags/bench/scan.ts [FILES] [FLAGS]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlagReference, scanForFlags, staleFlags } from '../src/stale/index.ts';

const [files, flags] = [process.argv[2] ?? '10000', process.argv[3] ?? '10000'].map(Number) as [number, number];
const keys = Array.from({ length: flags }, (_, index) => `team_${index % 50}.feature_${index}`);

/** Some 8 KB of code with 80 texts in quotes, two calls for flags, and a misspelt one in every hundredth file. */
function code(index: number): string {
  const lines = Array.from({ length: 80 }, (_, line) => [
    `  const value${line} = translate('page.section${line}.title', { name: user.name, count: ${line} }); // don't change`,
    `  if (value${line} > ${line}) return render(value${line});`,
  ]).flat();
  const asked = [keys[index % flags], keys[(index * 7) % flags], ...(index % 100 === 0 ? ['team_1.faeture_1'] : [])];
  const calls = asked.map((key) => `  if (flags.isEnabled('${key}', { tenant })) lines.push("it's on");`);
  return `export function page${index}(user) {\n${[...lines, ...calls].join('\n')}\n}\n`;
}

const folder = mkdtempSync(join(tmpdir(), 'flag-scan-'));
try {
  for (let index = 0; index < files; index++) {
    const place = join(folder, `module${index % 100}`);
    if (index < 100) mkdirSync(place);
    writeFileSync(join(place, `page${index}.ts`), code(index));
  }
  for (const round of [1, 2, 3]) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    const references: FlagReference[] = [];
    let bytes = 0;
    const onProgress = (progress: { readonly bytes: number }): void => void (bytes = progress.bytes);
    for await (const reference of scanForFlags({ folders: [folder], keys, onProgress })) references.push(reference);
    const scanned = performance.now();
    const definitions = { flags: Object.fromEntries(keys.map((key) => [key, { rollout: { percentage: 50 } }])) };
    const report = staleFlags(definitions, { nowMs: 0, references });
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `round ${round}: ${flags} flags in ${files} files of ${(bytes / 1e6).toFixed(0)} MB: ${((scanned - start) / 1000).toFixed(1)} s, ` +
        `and ${(performance.now() - scanned).toFixed(0)} ms for the report; ${((user + system) / 1e6).toFixed(1)} s of processor; ` +
        `${references.length} references, ${report.flags.length} flags in no file, ${report.unknown.length} unknown name`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
