import type { CommandOptions } from '../command/command-options.ts';
import { type Executor, local } from '../command/executor.ts';
import { runCommand } from '../command/run-command.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { connectionArguments, connectionParts, type RedisConnection } from './connection.ts';
import { redisFailure } from './failure.ts';

/** Where `redis-cli` is and how it reaches the server. */
export interface RedisPrograms extends RedisConnection {
  /** Where `redis-cli` runs. Default: here. */
  readonly executor?: Executor | undefined;
  /** Its name or path there, such as `valkey-cli`. Default `redis-cli`. */
  readonly client?: string | undefined;
  /** Milliseconds that an answer to a short command may take: `redis-cli` itself would wait for ever. Default 30 s. */
  readonly answerTimeoutMs?: number | undefined;
}

/** Of what a restore is called with, only how the server is reached. */
export function programsOf(options: RedisPrograms): RedisPrograms {
  const { url, host, port, socket, user, password, tls, tlsCa, tlsCert, tlsKey } = options;
  const { executor, client, answerTimeoutMs } = options;
  return { url, host, port, socket, user, password, tls, tlsCa, tlsCert, tlsKey, executor, client, answerTimeoutMs };
}

const ANSWER_MS = 30_000;
const NO_ANSWER = 'Check the address, and whether the server expects TLS (rediss://) or does not.';

/** `redis-cli` with all it needs to connect. */
export function redisCommand(programs: RedisPrograms, args: readonly string[]): CommandOptions {
  const { executor = local(), client = 'redis-cli' } = programs;
  const parts = connectionParts(programs);
  const all = [...connectionArguments(parts), ...args];
  const line = { command: client, args: all, executor };
  const { password = '' } = parts;
  if (password === '') return line;
  const secret = { REDISCLI_AUTH: password };
  // Who takes the name of a user for a password shows it with that name, whatever is done here.
  return all.some((each) => each.includes(password)) ? { ...line, env: secret } : { ...line, secrets: secret };
}

/**
 * Sends one command and returns what the server says, as text.
 *
 * @param expected What an answer looks like; `redis-cli` prints errors of the server as answers.
 * @throws {BackupError} `DATABASE_...`, `COMMAND_...`.
 */
export async function ask(
  programs: RedisPrograms,
  command: readonly string[],
  at: { readonly expected: RegExp; readonly signal?: AbortSignal | undefined },
): Promise<string> {
  try {
    const timeoutMs = programs.answerTimeoutMs ?? ANSWER_MS;
    const { stdout, stderr } = await runCommand({ ...redisCommand(programs, command), timeoutMs, signal: at.signal });
    const answer = stdout.toString('utf8').trim();
    if (at.expected.test(answer)) return answer;
    const said = [stderr, answer].filter((text) => text !== '').join(': ');
    throw new BackupError('COMMAND_FAILED', `Expected an answer to ${command[0]}, got ${said.slice(0, 300)}`, {
      details: said.split('\n').slice(0, 10),
    });
  } catch (error) {
    at.signal?.throwIfAborted();
    if (isBackupError(error, 'COMMAND_TIMEOUT'))
      throw new BackupError('DATABASE_UNREACHABLE', error.message, { cause: error, hint: NO_ANSWER });
    throw redisFailure(error);
  }
}
