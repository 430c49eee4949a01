import { ToldEvents } from '../program/told-events.ts';
import { loadConfig, type LoadedConfig } from '../config/file.ts';
import type { Environment } from '../config/locations.ts';
import { mergeSettings, type Effective } from '../config/merge.ts';
import type { Call, Context, GlobalOptions } from '../program/context.ts';
import { formatDuration } from '../render/time.ts';
import type { Messages } from '../terminal/messages.ts';
import type { Output } from '../terminal/output.ts';
import { createPrompt } from '../terminal/prompt.ts';

/** The world that a command runs in. */
export interface World {
  readonly entry: URL;
  readonly env: Environment;
  readonly workingDirectory: string;
  readonly input: NodeJS.ReadStream;
  readonly output: Output;
  readonly messages: Messages;
  readonly signal: AbortSignal;
  readonly onHangup: Context['onHangup'];
  readonly call: (call: Call, inForce: InForce) => Promise<number>;
  /** Of a command that another one runs: what is in force for that one. */
  readonly inForce?: InForce | undefined;
}

/** The configuration and the options of the program that hold for a command, and for those that it runs. */
export interface InForce {
  readonly file: LoadedConfig | undefined;
  readonly flags: Partial<GlobalOptions>;
}

/** Options of the program that commands hand on to those that they run. */
const HANDED_ON = ['repo', 'keyStore', 'keyFile', 'identity', 'passphraseFile', 'recoveryCodeFile'] as const;

/** The context of one command: the world, its options, and the configuration read when it is first asked for. */
export function createContext(world: World, given: GlobalOptions & object): Context {
  const { input, messages, signal, env, workingDirectory, inForce } = world;
  const flags = { ...inForce?.flags, ...given };
  let file: LoadedConfig | undefined;
  let effective: Promise<Effective> | undefined;
  const load = async (): Promise<Effective> => {
    const read =
      inForce !== undefined && given.config === undefined
        ? inForce.file
        : await loadConfig(flags.config, workingDirectory);
    messages.debug(`configuration ${read?.path ?? 'none'}`);
    const merged = mergeSettings({ flags: { ...flags }, env, file: read, workingDirectory });
    file = read;
    return merged;
  };
  return {
    ...world,
    globals: flags,
    told: new ToldEvents(),
    prompt: createPrompt({ input, messages, signal }),
    json: given.json ?? false,
    effective: () => (effective ??= load()),
    reread: async () => {
      const read = await load();
      effective = Promise.resolve(read);
      return read;
    },
    call: async (call) => {
      await (effective ??= load());
      const handedOn = HANDED_ON.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]);
      return world.call(call, { file, flags: Object.fromEntries(handedOn) as Partial<GlobalOptions> });
    },
    timed: async (what, step) => {
      const started = performance.now();
      try {
        return await step();
      } finally {
        messages.debug(`${what}: ${formatDuration(performance.now() - started)}`);
      }
    },
  };
}
