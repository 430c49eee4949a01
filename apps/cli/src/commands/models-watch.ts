import type { ModelWatchEvent } from '@x/ml-model-registry/watch';
import { loadWatch } from '../compose/model-metrics.ts';
import { MODEL_ACCEPT_OPTIONS, MODEL_SIGNING_OPTIONS } from '../compose/model-trust.ts';
import { openModels } from '../compose/models.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import { untilAborted } from '../process/until-aborted.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface WatchFlags {
  readonly extension?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly change?: string | undefined;
  readonly validate?: true | undefined;
  readonly once?: true | undefined;
}

function eventLine(event: ModelWatchEvent): string {
  if (event.type === 'ready') return 'watching';
  if (event.type === 'problem') return `problem  ${displayText(event.message)}`;
  return `${event.type}  ${displayText(event.path)}: ${displayText(outcome(event))}`;
}

function outcome(event: Exclude<ModelWatchEvent, { readonly type: 'ready' | 'problem' }>): string {
  if (event.type === 'refused') return `${event.code}: ${event.message}`;
  const version = `${event.model} ${event.version}`;
  return event.type === 'validated' ? `${version} ${event.status}, ${event.detail}` : version;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { extension, ignore, change = 'retrain', validate, once } = input.options as WatchFlags;
  const { settings } = await context.effective();
  const given = input.arguments.map((folder) => resolvePath(folder, context.workingDirectory));
  const folders = given.length > 0 ? given : (settings['models.folders'] ?? []);
  if (folders.length === 0)
    throw usageError('Expected folders to watch, got none', 'Name them, or set models.folders.');
  const { registry, repository } = await openModels(context, { signs: true, loads: validate });
  await using _ = repository;
  const { watchModels } = await loadWatch();
  let failed = 0;
  let printed = Promise.resolve();
  const onEvent = (event: ModelWatchEvent): void => {
    if (isFailure(event)) failed += 1;
    const line = context.json ? jsonOf('ModelWatched', event) : eventLine(event);
    printed = printed.then(async () => await context.output.line(line));
  };
  await using watch = await watchModels({
    registry,
    folders,
    extensions: extension,
    ignore,
    factsOf: () => ({ change }),
    validate,
    onEvent,
    // What is there at the start counts as written.
    ...(once === true ? { debounce: 0, awaitWriteFinish: 0 } : {}),
  });
  if (once === true) await watch.idle();
  else await untilAborted(context.signal);
  await watch.close();
  await printed;
  return once === true && failed > 0 ? EXIT.partial : EXIT.ok;
}

function isFailure(event: ModelWatchEvent): boolean {
  return (
    event.type === 'refused' || event.type === 'problem' || (event.type === 'validated' && event.status !== 'passed')
  );
}

/** `holdfast models watch`. */
export const modelsWatch: CommandDefinition = {
  path: ['models', 'watch'],
  action: 'models.add',
  whose: 'models',
  summary: 'Add model files that come and change in folders, until Ctrl-C',
  description:
    'A file is the model of its name: price.onnx is price. It is inspected and added when nobody writes to it any more, one at a time. One that is refused is left alone until ' +
    'it changes. Ctrl-C lets the add that has begun come to its end. With --validate each version is loaded and run, as `models validate` does, and the result is kept for the gates of ' +
    '`models promote`. With --once, 3 says that some were refused, or did not pass.',
  arguments: [{ name: '[folder...]', description: 'folders (default: models.folders of the configuration)' }],
  options: [
    { flags: '--extension <.ext>', description: 'an ending that counts; may be repeated', repeatable: true },
    { flags: '--ignore <name>', description: 'a name or path that does not count; may be repeated', repeatable: true },
    { flags: '--change <kind>', description: 'kind of change (default: retrain)' },
    { flags: '--validate', description: 'validate each version that is added, and keep its load test' },
    { flags: '--once', description: 'add what is there, and end' },
    ...MODEL_ACCEPT_OPTIONS,
    ...MODEL_SIGNING_OPTIONS,
  ],
  examples: [
    { call: 'holdfast models watch training/out --ignore checkpoints', does: 'Each trained model is a version' },
    { call: 'holdfast models watch training/out --once', does: 'What changed since, for a timer' },
  ],
  output: { shape: 'ModelWatched', lines: true },
  run,
};
