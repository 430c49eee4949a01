import type { Field } from '../config/field.ts';
import { FIELDS, type SettingName } from '../config/fields.ts';
import { publicLocation } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

function shownValue(field: Field<SettingName>, effective: Effective): unknown {
  const value = effective.settings[field.name];
  if (value === undefined) return undefined;
  if (field.secret) return 'hidden';
  return field.type === 'location' && typeof value === 'string' ? publicLocation(value) : value;
}

function valueText(value: unknown): string {
  if (value === undefined) return '-';
  return displayText(typeof value === 'string' ? value : JSON.stringify(value));
}

async function run(context: Context): Promise<ExitCode> {
  const effective = await context.effective();
  const shown = FIELDS.map((field) => {
    const { kind, name } = effective.origins[field.name];
    return { name: field.name, value: shownValue(field, effective), origin: kind, from: name };
  });
  if (context.json) {
    const settings = Object.fromEntries(shown.map(({ name, value, origin, from }) => [name, { value, origin, from }]));
    await emitObject(context.output, 'ConfigShown', { file: effective.file, settings });
    return EXIT.ok;
  }
  const rows = shown.map(({ name, value, origin, from }) => {
    return [name, valueText(value), origin === 'unset' ? '-' : displayText([origin, from].filter(Boolean).join(' '))];
  });
  const lines = tableLines([{ title: 'SETTING' }, { title: 'VALUE' }, { title: 'FROM' }], rows);
  await context.output.write(`file: ${effective.file ?? 'none'}\n\n${lines.join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast config show`. */
export const configShow: CommandDefinition = {
  path: ['config', 'show'],
  action: 'config.read',
  summary: 'Show every setting in force and where it came from',
  description: 'Flag > environment > file > default. Secrets are hidden.',
  examples: [{ call: 'holdfast config show', does: 'Which repository would be used, and why?' }],
  output: { shape: 'ConfigShown' },
  run,
};
