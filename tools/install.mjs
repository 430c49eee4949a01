import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrap, must, root } from './environment.mjs';

/** Brings pnpm through npm, once per version of its lockfile. */
export function installPnpm({ quiet = false } = {}) {
  const lock = readFileSync(join(bootstrap, 'package-lock.json'));
  const want = createHash('sha256').update(`${process.platform} ${process.arch} `).update(lock).digest('hex');
  const stamp = join(bootstrap, 'node_modules', '.stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  must('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: bootstrap, quiet });
  writeFileSync(stamp, want);
}

/** Brings every dependency, Node 24 among them, as the lockfile says. Some 30 ms when nothing changed. */
export function install({ quiet = false } = {}) {
  demandNode();
  installPnpm({ quiet });
  // The lockfile names native programs for Linux only (CONTRIBUTING.md, "Dependencies").
  const frozen = process.platform === 'linux' ? '--frozen-lockfile' : '--no-frozen-lockfile';
  must('pnpm', ['install', frozen, '--prefer-offline', '--reporter=append-only', '--loglevel=warn'], { quiet });
  chooseNode();
}

/**
 * CI tries several versions of Node. As long as the one among the dependencies is called `node`, all scripts of packages
 * run on it, so it gets out of the way when HOLDFAST_OWN_NODE is set.
 */
function chooseNode() {
  const brought = join(root, 'node_modules', '.bin', 'node');
  const aside = `${brought}-aside`;
  const [from, to] = process.env.HOLDFAST_OWN_NODE ? [brought, aside] : [aside, brought];
  if (existsSync(from)) renameSync(from, to);
}

/** Dependencies bring Node 24 on Linux; elsewhere the machine's own has to do. */
function demandNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = process.platform === 'linux' ? major >= 18 : major > 22 || (major === 22 && minor >= 19);
  if (enough) return;
  const wanted = process.platform === 'linux' ? '18' : '22.19';
  console.error(
    `Expected Node ${wanted} or later on ${process.platform}, got ${process.version}. See https://nodejs.org.`,
  );
  process.exit(1);
}

export function isInstalled() {
  return existsSync(join(root, 'node_modules', '.modules.yaml'));
}
