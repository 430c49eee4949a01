import { shown, VersioningError } from '../../errors.ts';

/** A machine that is reached by ssh. */
export interface RemoteHost {
  /** As ssh takes it: `deploy@shop.example`, or a name of `~/.ssh/config`. */
  readonly host: string;
  /** The program and its options. Default: `ssh -o BatchMode=yes`, which asks nobody. A port is `-o Port=2222`, so that scp knows it, too. */
  readonly ssh?: readonly [string, ...string[]] | undefined;
}

const SSH: readonly [string, ...string[]] = ['ssh', '-o', 'BatchMode=yes'];

/** @throws {VersioningError} `INVALID_OPTION` for what ssh would take for an option, or a shell for more than a name. */
export function checkedHost({ host }: RemoteHost): string {
  if (/^[A-Za-z0-9_][\w.@%[\]:-]*$/.test(host)) return host;
  throw new VersioningError('INVALID_OPTION', `Expected a host as deploy@shop.example, got ${shown(host)}`);
}

/** @throws {VersioningError} `INVALID_OPTION` for a folder that copying programs would hand to a shell. */
export function checkedTarget(target: string): string {
  const path = target.replace(/\/+$/, '');
  if (/^(?:\/[A-Za-z0-9._@+-]+)+$/.test(path) && !path.split('/').includes('..')) return path;
  throw new VersioningError('INVALID_OPTION', `Expected an absolute folder on the host, got ${shown(target)}`, {
    hint: 'Of letters, digits and `._@+-`, as /srv/shop/incoming.',
  });
}

/** The program and options of ssh. */
const sshOf = ({ ssh = SSH }: RemoteHost): readonly [string, ...string[]] => ssh;

/** A command that runs on a host: ssh gives one line to the shell there, in which each argument stands in quotes. */
export function onHost(remote: RemoteHost, command: readonly string[]): [string, ...string[]] {
  return [...sshOf(remote), checkedHost(remote), command.map(quoted).join(' ')];
}

/** An argument for a POSIX shell (Shell Command Language, "Single-Quotes"). */
export function quoted(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command that copies a file, or what is in a folder, into a folder on a host. */
export function copying(
  remote: RemoteHost,
  {
    kind,
    from,
    isFolder,
    to,
  }: { readonly kind: 'rsync' | 'scp'; readonly from: string; readonly isFolder: boolean; readonly to: string },
): [string, ...string[]] {
  const target = `${checkedHost(remote)}:${checkedTarget(to)}/`;
  const [program, ...options] = sshOf(remote);
  if (kind === 'rsync') {
    const source = isFolder ? `${from}/` : from;
    return ['rsync', '--archive', '--rsh', [program, ...options].map(quoted).join(' '), '--', source, target];
  }
  // `/.` is what is in it, not itself.
  return ['scp', '-q', '-r', '-S', program, ...options, '--', isFolder ? `${from}/.` : from, target];
}
