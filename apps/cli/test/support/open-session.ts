import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Machine } from './cli.ts';

async function sessionIn(repository: string): Promise<string | undefined> {
  const names = await readdir(join(repository, 'sessions'), { recursive: true }).catch(() => []);
  // TENANT/EPOCH/SESSION/NUMBER; while it is still being written it has another name.
  return names.map((name) => /\/([0-9a-f]{32})\/\d+$/.exec(name)?.[1]).find((session) => session !== undefined);
}

/** A backup that was killed in the middle: it has begun a session and will never end it. @returns The session. */
export async function leaveOpenSession(machine: Machine): Promise<string> {
  await mkdir(join(machine.cwd, 'large'));
  for (let n = 0; n < 8; n++) await writeFile(join(machine.cwd, 'large', String(n)), randomBytes(8 * 1024 * 1024));
  const [program, ...args] = [...machine.command, 'backup', 'create', 'large', '--quiet'];
  const child = spawn(program, args, { cwd: machine.cwd, env: machine.env, stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)));
  let session: string | undefined;
  while (session === undefined && child.exitCode === null) {
    await setTimeout(5);
    session = await sessionIn(machine.repository);
  }
  child.kill('SIGKILL');
  if ((await ended) !== 'SIGKILL' || session === undefined)
    throw new Error('Expected a backup that was killed, got one that had ended');
  return session;
}
