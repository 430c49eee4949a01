import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../../tooling/test-servers/free-port.ts';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));

/** Why tests with a server are skipped; `undefined` when they are not. */
export const NO_SSH: string | undefined =
  SSHD === undefined
    ? 'an ssh server (sshd) is not installed'
    : spawnSync('rsync', ['--version']).status === 0
      ? undefined
      : 'rsync is not installed';

/** A real sshd of a test's own, which lets in whoever runs the test. */
export interface SshServer extends AsyncDisposable {
  readonly host: string;
  readonly ssh: readonly [string, ...string[]];
}

/** Starts one in a folder, with keys of its own. */
export async function startSsh(folder: string): Promise<SshServer> {
  const port = await freePort();
  const at = (name: string): string => join(folder, name);
  for (const name of ['host_key', 'user_key'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  writeFileSync(at('authorized_keys'), execFileSync('ssh-keygen', ['-y', '-f', at('user_key')]));
  // It wants that folder when root runs it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host_key')}`,
    `AuthorizedKeysFile ${at('authorized_keys')}`,
    `PidFile ${at('pid')}`,
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'Subsystem sftp internal-sftp',
  ];
  writeFileSync(at('config'), `${settings.join('\n')}\n`);
  const server = spawn(SSHD ?? '', ['-D', '-e', '-f', at('config')], { stdio: 'ignore' });
  for (let tries = 0; tries < 2400 && !(await answers(port)); tries++) await delay(25);
  const options = {
    BatchMode: 'yes',
    Port: `${port}`,
    IdentityFile: at('user_key'),
    IdentitiesOnly: 'yes',
    StrictHostKeyChecking: 'accept-new',
    UserKnownHostsFile: at('known_hosts'),
  };
  return {
    host: `${userInfo().username}@127.0.0.1`,
    ssh: ['ssh', '-F', '/dev/null', ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])],
    async [Symbol.asyncDispose]() {
      const end = once(server, 'exit');
      server.kill('SIGKILL');
      await end;
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isThere = await Promise.race([
    once(socket, 'data').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isThere;
}
