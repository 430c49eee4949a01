import type { FlagContext } from '@x/feature-flags';
import { now } from '../clock.ts';
import { currentFlags, featureFlags, FLAGS_OPTIONS, readDefinitions } from '../compose/flags.ts';
import { readNamed } from '../compose/named-input.ts';
import { usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { jsonLine } from '../render/json.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';

interface SimulateFlags {
  readonly with?: string | undefined;
  readonly contexts?: string | undefined;
}

async function readContexts(context: Context, file: string): Promise<readonly FlagContext[]> {
  const text = (await readNamed(context, file, 'contexts')).trim();
  return text.split(/\r?\n/).map((line, index) => {
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as FlagContext;
    } catch {
      // Said below.
    }
    throw usageError(
      `Expected one context a line, got something else in ${file}, line ${index + 1}`,
      'As {"tenant": "acme", "user": "ann"}.',
    );
  });
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { with: other, contexts: file } = input.options as SimulateFlags;
  if (other === undefined || file === undefined) {
    throw usageError('Expected --with and --contexts', 'Name the changed flags, and a file with one context a line.');
  }
  const { definitions: before } = await currentFlags(context, { strict: false });
  const after = await readDefinitions(context, other, { strict: true });
  const contexts = await readContexts(context, file);
  const { simulateFlags } = await featureFlags(context);
  const { flips } = simulateFlags(before, after, contexts, { nowMs: now() });
  if (context.json) {
    for (const flip of flips) await context.output.line(jsonOf('FlagFlip', flip));
    return EXIT.ok;
  }
  const shown = (value: unknown): string => (value === undefined ? '-' : jsonLine(value));
  const rows = flips.map(({ key, context: who, before: from, after: to }) => [
    displayText(key),
    shown(from),
    shown(to),
    displayText(jsonLine(who)),
  ]);
  if (rows.length > 0) {
    const titles = ['FLAG', 'BEFORE', 'AFTER', 'CONTEXT'];
    await context.output.write(
      `${tableLines(
        titles.map((title) => ({ title })),
        rows,
      ).join('\n')}\n`,
    );
  }
  await context.output.line(
    `${formatNumberOf(flips.length, 'value')} of ${formatNumberOf(contexts.length, 'context')} would change`,
  );
  return EXIT.ok;
}

/** `holdfast flags simulate`. */
export const flagsSimulate: CommandDefinition = {
  path: ['flags', 'simulate'],
  action: 'flags.read',
  summary: 'Say who would get another value from changed flags',
  description:
    'Nothing is changed. Contexts are JSON Lines: one object a line. A flag that is refused now has the fallback of the code; of the changed flags none may be.',
  options: [
    { flags: '--with <file>', description: 'the changed flags' },
    { flags: '--contexts <file>', description: 'for whom: one JSON object a line' },
    ...FLAGS_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast flags simulate --with flags.new.yaml --contexts tenants.jsonl',
      does: 'Who flips when 10 % becomes 25 %?',
    },
  ],
  output: { shape: 'FlagFlip', lines: true },
  run,
};
