import type { LoggedAudit, LoggedEvent } from '@x/ml-model-registry';
import { openModels } from '../compose/models.ts';
import { jsonOf } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

function eventOutput(event: LoggedEvent | LoggedAudit): ShapeOf<'ModelEvent'> {
  const { n, at, by, kind } = event;
  const common = { n, at: new Date(at).toISOString(), by, kind };
  if (kind === 'version.added') return { ...common, version: event.version.version, reason: event.version.reason };
  if (kind === 'version.deleted') return { ...common, version: event.version, reason: event.reason };
  if (kind === 'version.signed') return { ...common, version: event.version };
  if (kind === 'version.approved') return { ...common, version: event.version, reason: event.reason };
  if (kind === 'version.tested') {
    const { status, detail } = event.report;
    return { ...common, version: event.version, reason: `${status}: ${detail}` };
  }
  if (kind === 'version.restored') return { ...common, version: event.version };
  if (kind === 'model.refused' || kind === 'model.denied') {
    const { version, alias, reason } = event;
    return { ...common, version, alias, reason };
  }
  const { alias, from, to, reason, forced } = event;
  return { ...common, alias, from, to, reason, forced };
}

function eventLine(event: LoggedEvent | LoggedAudit): string {
  const { alias = '', version, from = 'nothing', to = 'nothing', reason, forced } = eventOutput(event);
  const what =
    event.kind !== 'alias.moved'
      ? `${event.kind} ${version ?? ''}`
      : `${event.kind} ${alias}: ${from} -> ${to}${forced === true ? ' (forced)' : ''}`;
  return `${formatTime(event.at)}  ${displayText(event.by)}  ${what}${reason === undefined ? '' : `  ${displayText(reason)}`}`;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  for (const event of await registry.history(input.arguments[0] ?? '')) {
    await context.output.line(context.json ? jsonOf('ModelEvent', eventOutput(event)) : eventLine(event));
  }
  return EXIT.ok;
}

/** `holdfast models history`. */
export const modelsHistory: CommandDefinition = {
  path: ['models', 'history'],
  action: 'models.read',
  whose: 'models',
  summary: 'List all that happened to a model: who, when, and why',
  arguments: [{ name: '<model>', description: 'name of the model' }],
  examples: [{ call: 'holdfast models history price', does: 'Who promoted or restored what, and who was refused?' }],
  output: { shape: 'ModelEvent', lines: true },
  run,
};
