import { COMMANDS, GROUPS } from '../commands/all.ts';
import { FIELDS } from '../config/fields.ts';
import type { Environment } from '../config/locations.ts';
import { buildProgram } from '../program/build.ts';
import type { GlobalOptions } from '../program/context.ts';
import { createMessages, type Messages, type MessageStream } from '../terminal/messages.ts';
import { createOutput, wantsColor, type Output, type OutputStream } from '../terminal/output.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { createContext } from './context.ts';
import { reportFailure } from './failure.ts';
import { looksOf } from './globals.ts';
import { setV8Flags } from './v8-flags.ts';
import { watchSignals } from './signals.ts';

/** The environment of this run. Passphrases are taken out of the process's own, which child processes inherit. */
function takeEnvironment(): Environment {
  const env = { ...process.env };
  for (const { secret, variable } of FIELDS) if (secret && variable !== undefined) delete process.env[variable];
  return env;
}

/** The streams of a run. */
export interface Standard {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: OutputStream;
  readonly stderr: MessageStream;
}

interface Streams {
  readonly output: Output;
  readonly messages: Messages;
}

function streams({ stdout, stderr }: Standard, env: Environment, looks: GlobalOptions): Streams {
  return {
    output: createOutput(stdout, wantsColor(stdout, env, looks.color)),
    messages: createMessages(stderr, { ...looks, color: wantsColor(stderr, env, looks.color) }),
  };
}

/**
 * Runs a command line and returns the exit code. Of the process it uses the environment, the working directory and signals.
 *
 * @param entry - The module that worker threads start with.
 */
export async function runCommandLine(entry: URL, argv: readonly string[], standard: Standard): Promise<number> {
  setV8Flags();
  const env = takeEnvironment();
  const looks = looksOf(argv);
  // Until the parser has said which options were meant.
  let said = streams(standard, env, looks);
  using watch = watchSignals(
    (text) => said.messages.note(text),
    (code) => process.exit(code),
  );
  let isJson = looks.json ?? false;
  let exitCode = 0;
  const program = buildProgram({
    version: packageJson.version,
    commands: COMMANDS,
    groups: GROUPS,
    argv,
    dispatch: async (definition, { arguments: args, options }) => {
      const flags = options as GlobalOptions;
      said = streams(standard, env, flags);
      isJson = flags.json ?? false;
      const world = {
        entry,
        env,
        workingDirectory: process.cwd(),
        input: standard.stdin,
        ...said,
        signal: watch.signal,
      };
      exitCode = await definition.run(createContext(world, flags), { arguments: args, options });
    },
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return await reportFailure(error, { ...said, json: isJson, interrupted: watch.exitCode });
  } finally {
    said.messages.status(undefined);
  }
}

/** Runs the program to its end, exit code included. */
export async function runProgram(entry: URL): Promise<void> {
  const exitCode = await runCommandLine(entry, process.argv.slice(2), process);
  // Both streams are written synchronously to files and terminals, but not always to pipes.
  await Promise.all(
    [process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))),
  );
  process.exit(exitCode);
}
