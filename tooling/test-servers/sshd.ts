import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { answering, killed } from './running.ts';

/** A server wants to be started by its whole path. */
const SSHD = ['/usr/sbin/sshd', '/usr/bin/sshd', '/sbin/sshd'].find((path) => existsSync(path));
/** Where it locks itself up when it is started as root. */
const EMPTY = '/run/sshd';

/** Why tests with a server are skipped; `undefined` when they are not. */
export const NO_SSHD: string | undefined =
  SSHD === undefined || spawnSync('ssh', ['-V']).error !== undefined
    ? 'an ssh server (sshd) is not installed'
    : undefined;

/** A server of a test's own that lets in whoever runs the test. */
export interface TestSshd {
  /** A client that finds it and is let in, whatever it is told besides; it writes its arguments to a file first. */
  readonly client: string;
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts a server in a folder, on a port of its own. It has to be stopped. @param log File that clients write their arguments to. */
export async function startSshd(folder: string, log: string): Promise<TestSshd> {
  const port = await freePort();
  const file = (name: string): string => join(folder, name);
  for (const key of ['host-key', 'key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', file(key)]);
  execFileSync('cp', [file('key.pub'), file('authorized')]);
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host-key')}`,
    `AuthorizedKeysFile ${file('authorized')}`,
    `PidFile ${file('pid')}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
  ];
  writeFileSync(file('config'), `${settings.join('\n')}\n`);
  if (process.getuid?.() === 0) mkdirSync(EMPTY, { recursive: true, mode: 0o755 });
  const server = spawn(SSHD ?? 'sshd', ['-D', '-f', file('config')], { stdio: 'ignore' });
  const options = ['-F', 'none', '-p', String(port), '-i', file('key'), '-l', userInfo().username];
  const trusted = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=accept-new', `UserKnownHostsFile=${file('known')}`];
  const all = [...options, ...trusted.flatMap((each) => ['-o', each]), '-o', 'LogLevel=ERROR'];
  writeFileSync(file('ssh'), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\nexec ssh ${all.join(' ')} "$@"\n`);
  chmodSync(file('ssh'), 0o755);
  await answering('sshd', () => spawnSync(file('ssh'), ['-o', 'BatchMode=yes', '127.0.0.1', 'true']).status === 0);
  return { client: file('ssh'), host: '127.0.0.1', stop: async () => await killed(server) };
}
