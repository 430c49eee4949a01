import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Service } from '../../../src/deploy/index.ts';

const LOOK_MS = 20;
const PATIENCE_MS = 20_000;

/** A server of its own process on a port, started in the current release of a root: the simplest service that there is. */
export function childService(root: string, port: number): Service {
  const logs = join(root, 'shared', 'logs');
  const pidFile = join(root, 'shared', 'server.pid');
  const current = join(root, 'releases', 'current');
  const isListening = async (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
      socket.on('error', () => resolve(false));
    });
  const stop = async (): Promise<void> => {
    while (await isListening()) {
      const pid = Number(readSafely(pidFile));
      try {
        if (pid > 0) process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
      await setTimeout(LOOK_MS);
    }
  };
  const start = async (): Promise<void> => {
    if (await isListening()) return;
    mkdirSync(logs, { recursive: true });
    const log = openSync(join(logs, 'service_stdout.log'), 'a');
    const child = spawn(process.execPath, ['server.mjs'], {
      cwd: current,
      env: { PORT: String(port), PID_FILE: pidFile },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    child.unref();
    for (let waited = 0; waited < PATIENCE_MS && child.exitCode === null; waited += LOOK_MS) {
      if (await isListening()) return;
      await setTimeout(LOOK_MS);
    }
  };
  return {
    kind: 'child',
    spec: {
      name: 'shop',
      command: [process.execPath, 'server.mjs'],
      workingDirectory: current,
      environment: { PORT: String(port) },
      stdout: join(logs, 'service_stdout.log'),
      stderr: join(logs, 'service_stdout.log'),
    },
    plan: async (verb) => [{ kind: 'own', text: verb, needsRoot: false }],
    run: async (verb) => {
      if (verb === 'stop' || verb === 'restart' || verb === 'handOver') await stop();
      if (verb === 'start' || verb === 'restart' || verb === 'handOver') await start();
    },
    status: async () => ({ state: (await isListening()) ? 'running' : 'stopped', pids: [] }),
    async *logs({ lines = 100 } = {}) {
      yield* readSafely(join(logs, 'service_stdout.log')).trimEnd().split('\n').slice(-lines);
    },
  };
}

function readSafely(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
