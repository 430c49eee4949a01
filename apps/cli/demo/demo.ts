// The main job on real data, done by the built program: back up, edit, back up again, compare, forget,
// prune, destroy, restore, and check every byte. Each claim is checked here; when one does not hold, the exit code is 1.
//
//   node demo/demo.ts [--keep]      --keep leaves the temporary folder
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ShapeOf } from '../src/output/shapes.ts';
import { formatBytes, formatCount } from '../src/render/bytes.ts';
import { editTree, type Edits } from './edits.ts';
import { holdfastIn } from './holdfast.ts';
import { demoFolder } from './place.ts';
import { createReport } from './report.ts';
import { differences, readTree, sizeOf, type Tree } from './tree.ts';

const CHECKOUT = fileURLToPath(new URL('../../..', import.meta.url));
/** A checkout with fewer files is copied again, without its large files: several working trees of one project. */
const WANTED_FILES = 20_000;
const KiB = 1024;
const MiB = 1024 * KiB;

const folder = demoFolder();
process.once('SIGINT', () => process.exit(130));
process.on('exit', () => {
  if (process.argv.includes('--keep')) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
});
const project = join(folder, 'project');
const repository = join(folder, 'repository');
const holdfast = holdfastIn(folder);
const report = createReport();

/** A tree of tens of thousands of files: this checkout with its node_modules, and more of it where that is too small. */
function copyCheckout(): Tree {
  const options = { recursive: true, verbatimSymlinks: true, preserveTimestamps: true } as const;
  mkdirSync(project);
  cpSync(CHECKOUT, join(project, 'checkout'), options);
  let tree = readTree(project);
  for (let copy = 2; sizeOf(tree).files < WANTED_FILES && copy <= 4; copy++) {
    const small = (path: string): boolean => lstatSync(path).size < MiB;
    cpSync(CHECKOUT, join(project, `checkout-${copy}`), { ...options, filter: small });
    tree = readTree(project);
  }
  const { files, bytes } = sizeOf(tree);
  console.log(`${readdirSync(project).join(', ')}: ${formatCount(files)} files, ${formatBytes(bytes)} in ${project}`);
  return tree;
}

function backUp(name: string, tree: Tree): ShapeOf<'BackupRun'> {
  const { value, seconds } = holdfast.json('BackupRun', ['backup', 'create', 'project', '--name', name]);
  const { files, bytes } = sizeOf(tree);
  const stats = holdfast.json('RepositoryStats', ['backup', 'stats', '--quiet']).value;
  report.check(
    `all ${files} files are in the snapshot`,
    value.status === 'ok' && value.snapshot?.files.total === files,
  );
  const dedupRatio = stats.tenants[0]?.dedupRatio;
  report.measure(`backup ${name}`, { files, bytes, stored: value.counts.bytesStored, dedupRatio, seconds });
  return value;
}

/** What the diff names is what was edited: nothing is missing, and nothing else is named. */
function checkDiff(edits: Edits): void {
  const call = ['backup', 'diff', 'before', 'after'];
  holdfast.show(call, 8);
  const found = holdfast.lines('Difference', call);
  for (const change of ['content', 'added', 'removed'] as const) {
    const named = found.filter((each) => each.change === change).map((each) => each.path.replace(/^project\//, ''));
    const same = named.toSorted().join('\n') === edits[change].toSorted().join('\n');
    report.check(`the diff names the ${edits[change].length} paths with change "${change}" and no others`, same);
  }
}

function checkRestore(tree: Tree): void {
  renameSync(project, join(folder, 'lost'));
  rmSync(join(folder, 'lost'), { recursive: true });
  console.log(`\n${project} is gone.`);
  const call = ['backup', 'restore', 'latest', '--in-place', '--yes', '--quiet'];
  const { value, seconds } = holdfast.json('RestoreRun', call);
  const { files, bytes } = sizeOf(tree);
  report.check(
    `${files} files are restored without a problem`,
    value.status === 'ok' && value.result?.filesWritten === files,
  );
  report.measure('restore', { files, bytes, seconds });
  const wrong = differences(tree, readTree(project));
  report.check('every byte, mode, time and link is as it was before', wrong.length === 0);
  for (const path of wrong.slice(0, 5)) console.log(`          differs: ${path}`);
}

/** One file of the first snapshot, from before the edits. */
function checkOldVersion(original: Tree, path: string): void {
  holdfast.show(['backup', 'restore', `before:project/${path}`, '--to', 'old']);
  const [before, after] = [
    original.get(path)?.fingerprint,
    readTree(join(folder, 'old', 'project')).get(path)?.fingerprint,
  ];
  report.check(`the older version of ${path} is still there`, before !== undefined && before === after);
}

function verify(tree: Tree): void {
  const { value, code, seconds } = holdfast.json('VerifyReport', ['backup', 'verify', '--level', 'full']);
  report.check('verify reads everything and finds nothing wrong', code === 0 && value.findings.length === 0);
  report.measure('verify', { files: sizeOf(tree).files, bytes: value.bytesChecked, seconds });
}

/** Forgets the first snapshot: what only it needs is deleted. That the rest is whole, the restore after it shows. */
function checkPrune(): void {
  holdfast.show(['backup', 'forget', 'before']);
  const { value, code, seconds } = holdfast.json('PruneRun', ['backup', 'prune', '--max-unused', '0']);
  const freed = (value.result?.tenants ?? []).reduce((sum, each) => sum + each.bytesFreed - each.bytesWritten, 0);
  report.check('prune gives space back', code === 0 && freed > 0);
  console.log(`          ${formatBytes(freed)} less than before in ${seconds.toFixed(1)} s`);
}

/** Flips one bit in the middle of a pack, shows that it is found and named, and puts it back. */
function checkDamage(): void {
  const packs = readdirSync(join(repository, 'packs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `packs/${name.replaceAll('\\', '/')}`)
    .filter((name) => statSync(join(repository, name)).isFile());
  const pack = packs.toSorted()[Math.floor(packs.length / 2)] ?? '';
  const file = join(repository, pack);
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  const damaged = Buffer.from(bytes);
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  writeFileSync(file, damaged);
  console.log(`\none bit of byte ${at} of ${pack} is flipped.`);
  const { stdout, code } = holdfast.show(['backup', 'verify', '--level', 'full', '--quiet'], 10);
  report.check('verify exits with 6, damaged', code === 6);
  report.check('and names the pack', stdout.includes(pack));
  writeFileSync(file, bytes);
}

console.log('Copying the checkout, and reading every byte of the copy.');
const original = copyCheckout();
holdfast.show(['init']);
const first = backUp('before', original);
const edits = editTree(project, original, 'checkout/docs');
const tree = readTree(project);
const second = backUp('after', tree);
report.check(
  'the second backup reads only what is new or changed',
  second.counts.bytesRead < first.counts.bytesRead / 2,
);
const third = backUp('unchanged', tree);
report.check('one without changes adds at most 64 KiB', third.counts.bytesStored <= 64 * KiB);
holdfast.show(['backup', 'list']);
checkDiff(edits);
checkOldVersion(original, edits.content[0] ?? '');
checkPrune();
checkRestore(tree);
verify(tree);
checkDamage();
if (!report.finish()) process.exitCode = 1;
