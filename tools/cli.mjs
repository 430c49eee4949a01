import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { become, must, root, windows } from './environment.mjs';
import { install } from './install.mjs';
import { workspaces } from './workspaces.mjs';

const bundle = join(root, 'apps', 'cli', 'dist', 'holdfast.js');
const buildInputs = ['package.json', 'tsconfig.json', 'tsup.config.ts', 'src', 'schema'];

/** When the newest of the files that the CLI is built from was changed, in milliseconds since 1970. */
function newestInput() {
  const paths = workspaces.flatMap((workspace) => buildInputs.map((name) => join(workspace, name)));
  const files = paths.filter((path) => existsSync(path)).flatMap((path) => [path, ...contents(path)]);
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function contents(path) {
  if (!statSync(path).isDirectory()) return [];
  return readdirSync(path, { recursive: true }).map((name) => join(path, name));
}

function buildWhenStale() {
  if (existsSync(bundle) && statSync(bundle).mtimeMs >= newestInput()) return;
  install({ quiet: true });
  must('turbo', ['run', 'build', '--filter=holdfast', '--output-logs=errors-only'], { silent: true });
  // What turbo takes from its cache keeps its old times.
  utimesSync(bundle, new Date(), new Date());
}

/** Runs the CLI of this checkout in the folder that the user stands in; npm itself has moved to the root. */
export function runCli(args) {
  buildWhenStale();
  const brought = join(root, 'node_modules', '.bin', 'node');
  const node = windows || !existsSync(brought) ? process.execPath : brought;
  become(node, [bundle, ...args], process.env.INIT_CWD ?? process.cwd());
}
