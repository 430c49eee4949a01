import { Readable } from 'node:stream';
import { COMMANDS } from '../commands/all.ts';
import { GROUPS } from '../commands/groups.ts';
import { demandAccess } from '../compose/access.ts';
import { writeTold } from '../compose/write-events.ts';
import { FIELDS } from '../config/fields.ts';
import type { Environment } from '../config/locations.ts';
import { buildProgram } from '../program/build.ts';
import type { Call, GlobalOptions } from '../program/context.ts';
import { createMessages, type Messages, type MessageStream } from '../terminal/messages.ts';
import { createOutput, wantsColor, type Output, type OutputStream } from '../terminal/output.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { createContext, type InForce } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { looksOf } from './globals.ts';
import { setV8Flags } from './v8-flags.ts';
import { type SignalWatch, watchSignals } from './signals.ts';

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

/** What one command line is run with. */
interface Line {
  readonly entry: URL;
  readonly argv: readonly string[];
  readonly standard: Standard;
  readonly env: Environment;
  readonly watch: Pick<SignalWatch, 'signal' | 'exitCode' | 'onHangup'>;
  /** Is told through which streams is spoken: the parser says which options were meant. */
  readonly onStreams: (said: Streams) => void;
  /** Of a command line within another. */
  readonly inForce?: InForce | undefined;
}

async function runLine(line: Line): Promise<number> {
  const { entry, argv, standard, env, watch, onStreams, inForce } = line;
  const looks = looksOf(argv);
  let said = streams(standard, env, looks);
  onStreams(said);
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
      onStreams(said);
      isJson = flags.json ?? false;
      const world = {
        entry,
        env,
        workingDirectory: process.cwd(),
        input: standard.stdin,
        ...said,
        signal: watch.signal,
        onHangup: watch.onHangup,
        call: async (call: Call, handedOn: InForce) => callLine(call, line, handedOn),
        inForce,
      };
      const [context, input] = [createContext(world, flags), { arguments: args, options }];
      await demandAccess(context, definition, input);
      try {
        exitCode = await definition.run(context, input);
      } finally {
        await writeTold(context);
      }
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

/** A command line within another: with the same environment, and streams and a signal of its own. */
async function callLine(
  { argv, stdout, stderr, signal }: Call,
  { entry, env }: Line,
  inForce: InForce,
): Promise<number> {
  const stdin = Readable.from([]) as NodeJS.ReadStream;
  const watch = {
    signal,
    get exitCode() {
      return signal.aborted ? EXIT.interrupted : undefined;
    },
    onHangup: () => undefined,
  };
  return runLine({ entry, argv, standard: { stdin, stdout, stderr }, env, watch, onStreams: () => undefined, inForce });
}

/**
 * Runs a command line and returns the exit code. Of the process it uses the environment, the working directory and signals.
 *
 * @param entry - The module that worker threads start with.
 */
export async function runCommandLine(entry: URL, argv: readonly string[], standard: Standard): Promise<number> {
  setV8Flags();
  const env = takeEnvironment();
  let said: Streams | undefined;
  using watch = watchSignals(
    (text) => said?.messages.note(text),
    (code) => process.exit(code),
  );
  return await runLine({ entry, argv, standard, env, watch, onStreams: (latest) => (said = latest) });
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
