// Every error code of every package, and of the command line program, is explained in docs/errors.md, and nothing else: `node tooling/errors/check.ts`.
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The members of `export type SomeErrorCode = 'A' | 'B'`, by file. */
async function declaredCodes(): Promise<Map<string, Set<string>>> {
  const byPackage = new Map<string, Set<string>>();
  for await (const file of glob(['packages/*/src/**/*.ts', 'apps/cli/src/**/*.ts'], { cwd: root })) {
    // Comments of members may hold anything, semicolons too.
    const text = (await readFile(`${root}/${file}`, 'utf8')).replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const [, union = ''] of text.matchAll(/export type \w+ErrorCode =([^;]+);/g)) {
      const [, folder = ''] = file.split(/[\\/]/);
      const codes = byPackage.get(folder) ?? new Set();
      for (const [, code = ''] of union.matchAll(/'([A-Z0-9_]+)'/g)) codes.add(code);
      byPackage.set(folder, codes);
    }
  }
  return byPackage;
}

/** Codes that a package's section explains more than once. */
const repeated: string[] = [];

/** The codes that begin a heading, a row or an item below each `## package` heading of docs/errors.md. */
async function documentedCodes(): Promise<Map<string, Set<string>>> {
  const byPackage = new Map<string, Set<string>>();
  let current = new Set<string>();
  for (const line of (await readFile(`${root}/docs/errors.md`, 'utf8')).split(/\r?\n/)) {
    const section = /^## `(?:@x\/)?([a-z-]+)`/.exec(line)?.[1];
    if (section !== undefined) byPackage.set(section === 'holdfast' ? 'cli' : section, (current = new Set()));
    for (const [, code = ''] of line.matchAll(/^(?:#{3,}|[-*|])\s+\**`([A-Z0-9_]+)`/g)) {
      if (current.has(code)) repeated.push(code);
      current.add(code);
    }
  }
  return byPackage;
}

const without = (codes: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
  [...codes].filter((code) => !others.has(code)).toSorted();

const [declared, documented] = await Promise.all([declaredCodes(), documentedCodes()]);
const problems = repeated.map((code) => `docs/errors.md: ${code} is explained twice`);
for (const folder of new Set([...declared.keys(), ...documented.keys()])) {
  const inCode = declared.get(folder) ?? new Set();
  const inDocs = documented.get(folder) ?? new Set();
  for (const code of without(inCode, inDocs)) problems.push(`docs/errors.md: ${code} of ${folder} is not explained`);
  for (const code of without(inDocs, inCode)) problems.push(`docs/errors.md: ${folder} has no code ${code}`);
}
for (const problem of problems) console.error(problem);
console.log(
  `${[...declared.values()].reduce((sum, codes) => sum + codes.size, 0)} error codes, ${problems.length} problems`,
);
if (problems.length > 0) process.exitCode = 1;
