import { FLAGS_OPTIONS, flagsPlace, openFlags } from '../compose/flags.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { jsonLine } from '../render/json.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

async function run(context: Context): Promise<ExitCode> {
  await using flags = await openFlags(context);
  const all = flags.list();
  if (context.json) {
    const listed = all.map(({ isRefused, ...flag }) => ({ ...flag, refused: isRefused }));
    await emitObject(context.output, 'FlagList', { file: (await flagsPlace(context)).name, flags: listed });
    return EXIT.ok;
  }
  const rows = all.map(({ key, variants, isRefused }) => {
    const { evaluation } = flags.explain(key);
    const shown = Object.entries(variants).map(([name, value]) => `${name}=${jsonLine(value)}`);
    return [
      displayText(key),
      jsonLine(evaluation.value),
      evaluation.reason,
      isRefused ? 'refused' : displayText(shown.join(' ')),
    ];
  });
  const [head = '', ...lines] = tableLines(
    [{ title: 'FLAG' }, { title: 'FOR NOBODY IN PARTICULAR' }, { title: 'REASON' }, { title: 'VARIANTS' }],
    rows,
  );
  await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast flags list`. */
export const flagsList: CommandDefinition = {
  path: ['flags', 'list'],
  action: 'flags.read',
  summary: 'List the flags',
  description: 'Flags with a mistake are refused, and the others work.',
  options: [...FLAGS_OPTIONS],
  examples: [{ call: 'holdfast flags list', does: 'Which flags are there?' }],
  output: { shape: 'FlagList' },
  run,
};
