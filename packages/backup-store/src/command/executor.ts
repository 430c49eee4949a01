import { BackupError } from '../errors.ts';
import { LIFELINE, READ_ENVIRONMENT, shellWords } from './shell.ts';

/** A program as it is to run somewhere. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment there. Some of it is secret. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /** Whether it reads what is given to its standard input. */
  readonly hasInput: boolean;
}

/** What is started on this machine for that. */
export interface LocalCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
  /** What its standard input begins with. */
  readonly preamble?: string | undefined;
  /** Its standard input stays open while the program runs, and ends it when it is closed. */
  readonly hasLifeline?: boolean | undefined;
}

/**
 * Where programs run. Anything of this form is one.
 *
 * @example
 * ```ts
 * import type { Executor } from '@x/backup-store/command';
 *
 * const asPostgres: Executor = {
 *   name: 'sudo -u postgres',
 *   wrap: ({ command, args, ...rest }) => ({ ...rest, command: 'sudo', args: ['-n', '-u', 'postgres', '--', command, ...args] }),
 * };
 * ```
 */
export interface Executor {
  /** For messages, such as `docker exec db`; nothing secret. */
  readonly name: string;
  /** Says what to start here so that the program runs there. Must not bring values of the environment into arguments. */
  wrap(line: CommandLine): LocalCommand;
}

/** Runs programs on this machine. */
export function local(): Executor {
  return { name: 'local', wrap: ({ command, args, env, cwd }) => ({ command, args, env, cwd }) };
}

/** Options of {@link dockerExec}. */
export interface DockerExecOptions {
  /** Name or path of the client: `docker` (default), `podman`. */
  readonly client?: string | undefined;
  /** User in the container. Default: the container's own. */
  readonly user?: string | undefined;
}

/**
 * Runs programs in a container that is running. Environment variables are handed over by the client, never as arguments. The
 * container needs a `sh`: when the client dies, which by itself does not end a program in the container, that ends it.
 */
export function dockerExec(container: string, options: DockerExecOptions = {}): Executor {
  const { client = 'docker', user } = options;
  return {
    name: `${client} exec ${container}`,
    wrap({ command, args, env, cwd, hasInput }) {
      const settings = [
        ...(user === undefined ? [] : ['--user', user]),
        ...(cwd === undefined ? [] : ['--workdir', cwd]),
        // Without a value the client takes its own.
        ...Object.keys(env).flatMap((name) => ['--env', name]),
      ];
      const program = hasInput ? [command, ...args] : ['sh', '-c', LIFELINE, 'sh', command, ...args];
      return {
        command: client,
        args: ['exec', '--interactive', ...settings, '--', container, ...program],
        env,
        hasLifeline: !hasInput,
      };
    },
  };
}

/** Options of {@link ssh}. */
export interface SshOptions {
  /** Name or path of the client. Default `ssh`. */
  readonly client?: string | undefined;
  /** More of its options, such as `['-p', '2222', '-i', '/etc/holdfast/id']`. */
  readonly options?: readonly string[] | undefined;
}

/**
 * Runs programs on another machine. Environment variables go through the standard input, since few servers take them, and
 * arguments are seen by everybody there. Never asks for a password. The other machine needs a `sh`.
 */
export function ssh(host: string, options: SshOptions = {}): Executor {
  const { client = 'ssh', options: more = [] } = options;
  return {
    name: `${client} ${host}`,
    wrap({ command, args, env, cwd, hasInput }) {
      const folder = cwd === undefined ? '' : `cd -- ${shellWords([cwd])} || exit 126; `;
      const script = `${READ_ENVIRONMENT}; ${folder}${hasInput ? 'exec "$@"' : LIFELINE}`;
      return {
        command: client,
        args: [
          ...more,
          '-T',
          '-o',
          'BatchMode=yes',
          '--',
          host,
          shellWords(['sh', '-c', script, 'sh', command, ...args]),
        ],
        env: {},
        preamble: environmentLines(env),
        hasLifeline: !hasInput,
      };
    },
  };
}

function environmentLines(env: Readonly<Record<string, string>>): string {
  const bad = Object.entries(env).find(([, value]) => /[\n\0]/.test(value));
  if (bad !== undefined) {
    throw new BackupError('INVALID_OPTION', `Expected the environment variable ${bad[0]} to be one line, got several`, {
      hint: 'Over ssh only single lines can be handed over. Put the value into a file there.',
    });
  }
  return `${Object.entries(env)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')}\n`;
}
