import type { FlagDefinitions, FlagProblem } from '@x/feature-flags';
import { now } from '../clock.ts';
import { currentFlags, FLAGS_OPTIONS, flagsPlace } from '../compose/flags.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';

/** What is read, or what is wrong with it. */
async function attempt(
  context: Context,
): Promise<{ readonly definitions: FlagDefinitions; readonly problems: readonly FlagProblem[] }> {
  try {
    return { definitions: (await currentFlags(context, { strict: true })).definitions, problems: [] };
  } catch (error) {
    const { code, problems } = error as { readonly code?: unknown; readonly problems?: readonly FlagProblem[] };
    if (code !== 'INVALID_FLAGS' || problems === undefined) throw error;
    return { definitions: { flags: {} }, problems };
  }
}

/** Flags whose day is over. */
function expiredIn({ flags }: FlagDefinitions): readonly string[] {
  const today = new Date(now()).toISOString().slice(0, 10);
  return Object.entries(flags).flatMap(([key, flag]) => {
    const expires = 'expires' in flag ? flag.expires : flag.metadata?.['expires'];
    return typeof expires === 'string' && expires < today ? [key] : [];
  });
}

async function run(context: Context): Promise<ExitCode> {
  const { name: file } = await flagsPlace(context);
  const { definitions, problems } = await attempt(context);
  const valid = problems.length === 0;
  const expired = expiredIn(definitions);
  const count = Object.keys(definitions.flags).length;
  const { output } = context;
  if (context.json) {
    await emitObject(output, 'FlagChecked', { file, valid, flags: count, problems, expired });
    return valid ? EXIT.ok : EXIT.usage;
  }
  const { green, red, yellow } = output.colors;
  for (const { path, message, line, column } of problems) {
    const place = line === undefined ? '' : `:${line}:${column ?? 1}`;
    await output.line(`${red('problem:')} ${displayText(`${file}${place} ${path} ${message}`)}`);
  }
  for (const key of expired) await output.line(`${yellow('expired:')} ${displayText(key)}`);
  if (valid) await output.line(`${green('valid:')} ${displayText(file)}, ${formatNumberOf(count, 'flag')}`);
  return valid ? EXIT.ok : EXIT.usage;
}

/** `holdfast flags lint`. */
export const flagsLint: CommandDefinition = {
  path: ['flags', 'lint'],
  action: 'flags.read',
  summary: 'Check a file of flags, and say of each mistake where it is',
  description:
    'All mistakes, not only the first one; also names flags whose `expires` is over. Exits with 2 when there is a mistake, though programs refuse only the flags that have one.',
  options: [...FLAGS_OPTIONS],
  examples: [{ call: 'holdfast flags lint --flags flags.yaml', does: 'Before it is deployed' }],
  output: { shape: 'FlagChecked' },
  run,
};
