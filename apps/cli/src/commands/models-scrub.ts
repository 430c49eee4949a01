import type { ScrubbedVersion } from '@x/ml-model-registry';
import { openModels } from '../compose/models.ts';
import { demandBytes } from '../config/bytes.ts';
import { A_DURATION, demandDuration } from '../config/duration.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

interface ScrubFlags {
  readonly time?: number | undefined;
  readonly bytes?: number | undefined;
}

const versionOf = ({ checkedAt, ...version }: ScrubbedVersion): ShapeOf<'ModelScrub'>['checked'][number] => ({
  ...version,
  checkedAt: new Date(checkedAt).toISOString(),
});

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { time, bytes } = input.options as ScrubFlags;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const report = await registry.scrub({
    model: input.arguments[0],
    budget: { ms: time, bytes },
    signal: context.signal,
    onChecked: ({ model, version, damage }) =>
      context.messages.debug(`${model}@${version} ${damage === undefined ? 'is whole' : 'is damaged'}`),
  });
  const { checked, damaged, left, oldest } = report;
  const code = damaged.length === 0 ? EXIT.ok : EXIT.damaged;
  if (context.json) {
    await emitObject(context.output, 'ModelScrub', {
      checked: checked.map(versionOf),
      damaged: damaged.map(versionOf),
      left,
      oldest: oldest === undefined ? undefined : new Date(oldest).toISOString(),
    });
    return code;
  }
  for (const { model, version, damage = '', checkedAt } of damaged) {
    await context.output.line(`damaged  ${model}@${version}, seen ${formatTime(checkedAt)}: ${displayText(damage)}`);
  }
  const read = formatBytes(checked.reduce((sum, each) => sum + each.bytes, 0));
  const since = oldest === undefined ? '' : `; all were read since ${formatTime(oldest)}`;
  await context.output.line(`${formatNumberOf(checked.length, 'version')} read (${read}), ${left} left${since}`);
  if (damaged.length > 0)
    context.messages.note('Verify the repository, and add what is damaged again from where it came.');
  return code;
}

/** `holdfast models scrub`. */
export const modelsScrub: CommandDefinition = {
  path: ['models', 'scrub'],
  action: 'models.verify',
  whose: 'models',
  summary: 'Read versions of models back and compare them with their digests',
  description:
    'Each run reads as much as its budget allows, those first that were not looked at for longest, and remembers it. Exits with 6 ' +
    'when any is damaged, also if an earlier run has found it.',
  arguments: [{ name: '[model]', description: 'only this one (default: all)' }],
  options: [
    { flags: '--time <duration>', description: `begin no version after this: ${A_DURATION}`, parse: demandDuration },
    { flags: '--bytes <n>', description: 'begin no version after so much was read, as 20GiB', parse: demandBytes },
  ],
  examples: [{ call: 'holdfast models scrub --time 1h', does: 'An hour of it, each night' }],
  output: { shape: 'ModelScrub' },
  run,
};
