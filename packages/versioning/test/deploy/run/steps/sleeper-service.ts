import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Check, Service } from '../../../../src/deploy/index.ts';

/** How often it is looked whether it has come up, in milliseconds, and for how long. */
const LOOK_MS = 1;
const PATIENCE_MS = 30_000;

/** What a release has that runs as this service: it says who it is, and sleeps for as long as any test takes. */
export const sleeperFiles = (version: string): Readonly<Record<string, string>> => ({
  'run.sh': `echo "$$ ${version}" > "$RUNNING"\nexec sleep 900\n`,
});

/** What runs, by its own word. */
export interface Sleeper {
  readonly pid: number;
  readonly version: string;
}

const placeOf = (root: string): string => join(root, 'shared', 'running');

/** The process that runs from a root; `undefined` where none does. */
export function sleeperOf(root: string): Sleeper | undefined {
  try {
    const [, pid, version] = /^(\d+) (\S+)\n$/.exec(readFileSync(placeOf(root), 'utf8')) ?? [];
    if (pid === undefined || version === undefined) return undefined;
    process.kill(Number(pid), 0);
    return { pid: Number(pid), version };
  } catch {
    return undefined;
  }
}

/** Ends the process that runs from a root. */
export function endSleeper(root: string): void {
  const found = sleeperOf(root);
  if (found !== undefined) process.kill(found.pid, 'SIGKILL');
  rmSync(placeOf(root), { force: true });
}

/** Starts a release, and waits until it runs. A release that has no program never does. */
export async function startSleeper(root: string, release: string): Promise<void> {
  if (sleeperOf(root) !== undefined) return;
  const cwd = join(root, 'releases', release);
  const child = spawn('sh', ['run.sh'], { cwd, env: { RUNNING: placeOf(root) }, stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
  for (let waited = 0; waited < PATIENCE_MS && child.exitCode === null; waited += LOOK_MS) {
    if (sleeperOf(root) !== undefined) return;
    await setTimeout(LOOK_MS);
  }
}

/** A service whose process takes a few milliseconds to start, and no port: for tests that start it by the hundreds. */
export function sleeperService(root: string): Service {
  return {
    kind: 'sleeper',
    spec: {
      name: 'shop',
      command: ['sh', 'run.sh'],
      workingDirectory: join(root, 'releases', 'current'),
      environment: {},
      stdout: join(root, 'shared', 'logs', 'service.log'),
      stderr: join(root, 'shared', 'logs', 'service.log'),
    },
    plan: async (verb) => [{ kind: 'own', text: verb, needsRoot: false }],
    run: async (verb) => {
      if (verb === 'stop' || verb === 'restart' || verb === 'handOver') endSleeper(root);
      if (verb === 'start' || verb === 'restart' || verb === 'handOver') await startSleeper(root, 'current');
    },
    status: async () => {
      const found = sleeperOf(root);
      return found === undefined
        ? { state: 'stopped', pids: [] }
        : { state: 'running', pids: [found.pid], version: found.version };
    },
    async *logs() {
      // It says nothing.
    },
  };
}

/** Passes where the version that should run does, unless that one is sick. */
export function sleeperCheck(root: string, sick: string | undefined): Check {
  return {
    name: 'till',
    kind: 'own',
    run: async ({ version }) => {
      const found = sleeperOf(root)?.version ?? 'nothing';
      const outcome = found === version && found !== sick ? 'ok' : 'fail';
      return { name: 'till', kind: 'own', outcome, found: `${found} runs`, ms: 0, attempts: 1 };
    },
  };
}
