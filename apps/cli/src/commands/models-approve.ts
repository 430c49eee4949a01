import { modelReference, openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface ApproveFlags {
  readonly reason: string;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const { version } = await registry.get(model, reference);
  const approval = await registry.approve(model, version, { reason: (input.options as ApproveFlags).reason });
  const { at, by, digest } = approval;
  if (context.json)
    await emitObject(context.output, 'ModelApproved', { model, version, ...approval, at: new Date(at).toISOString() });
  else await context.output.line(`${model} ${version} is approved by ${displayText(by)}: ${digest}`);
  return EXIT.ok;
}

/** `holdfast models approve`. */
export const modelsApprove: CommandDefinition = {
  path: ['models', 'approve'],
  action: 'models.approve',
  whose: 'models',
  summary: 'Say that a version of a model may be used',
  description:
    'For the gate `approvals` of an alias. It goes for the content that the version has. Whoever has added a version can not approve it.',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  options: [{ flags: '--reason <text>', description: 'what was looked at, for the history', required: true }],
  examples: [
    {
      call: "holdfast models approve price@1.4.0 --reason 'held against March'",
      does: 'One of the people that a gate asks for',
    },
  ],
  output: { shape: 'ModelApproved' },
  run,
};
