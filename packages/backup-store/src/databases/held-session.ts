import { successOf } from '../command/command-end.ts';
import type { CommandOptions } from '../command/command-options.ts';
import { Program } from '../command/program.ts';
import { BackupError } from '../errors.ts';

/** A session of a database's client that stays open. */
export interface HeldSession extends AsyncDisposable {
  /** What the statements have printed: one line. */
  readonly answer: string;
}

/**
 * Gives a client statements that print one line, and keeps its session: until it is disposed of, or this process ends, however that
 * comes. Its input ends with this process, and the session with its input.
 *
 * @throws {BackupError} `COMMAND_...`.
 */
export async function holdSession(command: CommandOptions, statements: string): Promise<HeldSession> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const stdin = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${statements}\n`);
    await released;
  };
  const program = new Program({ ...command, stdin });
  const end = async (): Promise<void> => {
    release();
    await program[Symbol.asyncDispose]();
  };
  try {
    let said = '';
    for await (const piece of program.stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      said += piece.toString('utf8');
      if (said.includes('\n')) break;
    }
    const [answer = '', ...rest] = said.split('\n');
    if (rest.length > 0) return { answer, [Symbol.asyncDispose]: end };
    await successOf(program, command);
    throw new BackupError('COMMAND_FAILED', `Expected an answer from ${command.command}, got none`);
  } catch (error) {
    await end();
    throw error;
  }
}
