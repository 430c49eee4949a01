import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** A block of the README: what it says, and what it says that it prints, in comments after its last line. */
interface Block {
  readonly language: string;
  readonly code: string;
  readonly prints: string;
}

const readme = await readFile(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']): Block => {
  const [said = ''] = /(?:^\/\/ .*\n)+$/m.exec(code) ?? [];
  return { language, code, prints: said.replaceAll(/^\/\/ /gm, '') };
});

/** The block in which something stands. */
function blockWith(text: string, language = 'ts'): Block {
  const found = blocks.find((block) => block.language === language && block.code.includes(text));
  if (found === undefined) throw new Error(`Expected a block of the README with ${text}`);
  return found;
}

let folder: string;

/** Runs a block as somebody would who has installed the package, with what they would add. Returns what it prints. */
async function printed({ code }: Block, addition = ''): Promise<string> {
  const file = join(folder, 'example.ts');
  await writeFile(file, code + addition);
  return (await run(process.execPath, ['--conditions=source', file], { cwd: folder })).stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-readme-'));
  for (const [name, place] of [
    ['@x/feature-flags', root],
    ['@openfeature/server-sdk', join(root, 'node_modules/@openfeature/server-sdk')],
  ] as const) {
    await mkdir(join(folder, 'node_modules', name, '..'), { recursive: true });
    await symlink(place, join(folder, 'node_modules', name), 'junction');
  }
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await writeFile(join(folder, 'flags.yaml'), blockWith('new_ui:', 'yaml').code);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('the first example prints what it says', async () => {
  const [first] = blocks;
  expect(first?.prints).toMatch(/^false new_ui is false: .+\n$/);
  expect(await printed(first as Block)).toBe(first?.prints);
});

it('the file that is watched tells of changes and of mistakes', async () => {
  const edits = `
import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
const before = await readFile('flags.yaml', 'utf8');
await writeFile('flags.yaml', before.replace('unit: tenant', 'unit: user'));
await flags.refresh();
await writeFile('flags.yaml', before.replace('percentage: 10', 'percentage: 101'));
await flags.refresh();
const [{ line, column }] = (flags.problem as { problems: { line: number; column: number }[] }).problems;
console.log(flags.state, line, column);
// Ends before whoever watches can tell of it.
writeFileSync('flags.yaml', before);
process.exit(0);
`;
  const before = blockWith('new_ui:', 'yaml').code.split('percentage: 10')[0] ?? '';
  const place = `${before.split('\n').length} ${before.length - before.lastIndexOf('\n') + 'percentage: '.length}`;
  expect(await printed(blockWith('fileFlags('), edits)).toBe(`changed: new_ui\nstale ${place}\n`);
});

it('a flag with a mistake is refused as the example says, and not the other one', async () => {
  const block = blockWith('flags.findings');
  expect(block.prints).not.toBe('');
  expect(await printed(block)).toBe(block.prints);
});

it('values have the types that the example gives them', async () => {
  const call = `\nconst button = { variants: { red: 'red', blue: 'blue' }, default: 'red' };
console.log(colourOf({ flags: { button, new_ui: {} } }, 'ann'));\n`;
  expect(await printed(blockWith('colourOf'), call)).toBe('STATIC\nred\n');
});

it('the example of a change says who flips', async () => {
  const block = blockWith('simulateFlags(');
  expect(block.prints).not.toBe('');
  expect(await printed(block)).toBe(block.prints);
});

it('the gradual rollout is written in flagd’s format', async () => {
  const { flags } = JSON.parse(await printed(blockWith('toFlagd('))) as { readonly flags: Record<string, unknown> };
  expect(Object.keys(flags)).toEqual(['new_ui', 'payments_v2']);
  expect(flags['new_ui']).toMatchObject({ state: 'ENABLED', metadata: { owner: 'web', expires: '2027-03-01' } });
});

it('flags of older systems and of Unleash are taken over', async () => {
  const old = { new_ui: { enabled: true, rollout_percentage: 25, target_tenants: ['acme'] } };
  await writeFile(join(folder, 'old-flags.json'), JSON.stringify(old));
  expect(await printed(blockWith("from: 'legacy'"))).toBe('false\n');
  const features = [{ name: 'new_ui', enabled: true, strategies: [{ name: 'default' }] }];
  await writeFile(join(folder, 'unleash.json'), JSON.stringify({ features }));
  expect(await printed(blockWith("from: 'unleash'"))).toBe('');
  expect(JSON.parse(await readFile(join(folder, 'flags.json'), 'utf8'))).toHaveProperty('flags.new_ui');
});

it('code that asks through OpenFeature gets its flags', async () => {
  // What watches the file would keep the process.
  expect(await printed(blockWith('openFeatureProvider('), '\nprocess.exit();\n')).toBe('false\n');
});
