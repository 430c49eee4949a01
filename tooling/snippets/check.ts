// Type checks every ```ts block of the documents and of the sources' doc comments: `node tooling/snippets/check.ts`.
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compileSnippets } from './compile.ts';
import { commentSnippets, fencedSnippets, type Snippet } from './snippet.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documents = ['*.md', '{packages,apps}/*/README.md', 'docs/**/*.md'];
const sources = ['{packages,apps}/*/src/**/*.ts'];

async function linesOf(file: string): Promise<string[]> {
  return (await readFile(`${root}/${file}`, 'utf8')).split(/\r?\n/);
}

async function findSnippets(): Promise<Snippet[]> {
  const found: Snippet[] = [];
  for await (const file of glob(documents, { cwd: root })) found.push(...fencedSnippets(file, await linesOf(file), 1));
  for await (const file of glob(sources, { cwd: root })) found.push(...commentSnippets(file, await linesOf(file)));
  return found;
}

const snippets = await findSnippets();
const problems = compileSnippets(root, snippets);
for (const problem of problems) console.error(problem);
console.log(`${snippets.length} snippets, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;
