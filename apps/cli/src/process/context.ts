import { loadConfig } from '../config/file.ts';
import type { Environment } from '../config/locations.ts';
import { mergeSettings, type Effective } from '../config/merge.ts';
import type { Context, GlobalOptions } from '../program/context.ts';
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
  readonly call: Context['call'];
}

/** The context of one command: the world, its options, and the configuration read when it is first asked for. */
export function createContext(world: World, flags: GlobalOptions & object): Context {
  const { input, messages, signal, env, workingDirectory } = world;
  let effective: Promise<Effective> | undefined;
  const load = async (): Promise<Effective> => {
    const file = await loadConfig(flags.config, workingDirectory);
    messages.debug(`configuration ${file?.path ?? 'none'}`);
    return mergeSettings({ flags: { ...flags }, env, file, workingDirectory });
  };
  return {
    ...world,
    globals: flags,
    prompt: createPrompt({ input, messages, signal }),
    json: flags.json ?? false,
    effective: () => (effective ??= load()),
    reread: async () => {
      const read = await load();
      effective = Promise.resolve(read);
      return read;
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
