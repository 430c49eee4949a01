import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  // CI tries several versions of Node; where this program stays, all packages' scripts would run on it.
  if (process.env.HOLDFAST_OWN_NODE) rmSync(join(root, 'node_modules', '.bin', 'node'), { force: true });
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
