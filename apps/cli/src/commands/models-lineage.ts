import { loadModelTexts, modelReference, openModels } from '../compose/models.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface LineageFlags {
  readonly depth?: number | undefined;
  readonly direction?: 'up' | 'down' | 'both' | undefined;
  readonly format?: 'text' | 'mermaid' | 'dot' | undefined;
}

function demandDepth(text: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw usageError(`Expected a depth, got ${JSON.stringify(text)}`, 'Write a whole number of steps, or all.');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { depth, direction, format = 'text' } = input.options as LineageFlags;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const lineage = await registry.lineage(model, reference, { depth, direction });
  if (context.json) {
    await emitObject(context.output, 'ModelLineage', lineage);
    return EXIT.ok;
  }
  const { lineageDot, lineageMermaid, lineageText } = await loadModelTexts();
  if (format === 'mermaid') await context.output.write(lineageMermaid(lineage));
  else if (format === 'dot') await context.output.write(lineageDot(lineage));
  else for (const line of lineageText(lineage).split('\n')) await context.output.line(displayText(line));
  return EXIT.ok;
}

/** `holdfast models lineage`. */
export const modelsLineage: CommandDefinition = {
  path: ['models', 'lineage'],
  action: 'models.read',
  whose: 'models',
  summary: 'Show what a version of a model was made from, and what was made from it',
  description:
    'Parents, data and code upwards; versions of all models downwards. A version that was deleted is still named.',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  options: [
    { flags: '--depth <n>', description: 'steps in each direction, or all (default: 10)', parse: demandDepth },
    { flags: '--direction <way>', description: 'where to look (default: both)', choices: ['up', 'down', 'both'] },
    { flags: '--format <format>', description: 'how it is shown (default: text)', choices: ['text', 'mermaid', 'dot'] },
  ],
  examples: [
    { call: 'holdfast models lineage price@prod', does: 'What is live made from?' },
    {
      call: 'holdfast models lineage base@1.0.0 --direction down --format dot',
      does: 'What would have to be trained again, as a graph for Graphviz?',
    },
  ],
  output: { shape: 'ModelLineage' },
  run,
};
