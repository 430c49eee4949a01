import { resolvePath } from '../config/locations.ts';
import { readInputText } from '../compose/files.ts';
import { loadModelTexts, modelReference, openModels } from '../compose/models.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

type Texts = NonNullable<
  NonNullable<Parameters<Awaited<ReturnType<typeof openModels>>['registry']['card']>[2]>['texts']
>;

interface CardFlags {
  readonly texts?: string | undefined;
}

const SECTIONS: readonly (keyof Texts)[] = [
  'intendedUse',
  'factors',
  'evaluationData',
  'ethicalConsiderations',
  'caveats',
];

async function textsIn(context: Context, file: string): Promise<Texts> {
  const path = resolvePath(file, context.workingDirectory);
  const text = await readInputText(path, 'texts of a card', 'Check the path.');
  const refused = usageError(
    `Expected an object of texts in ${path}, got something else`,
    `Write JSON with some of ${SECTIONS.join(', ')}.`,
  );
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw refused;
  }
  if (typeof found !== 'object' || found === null) throw refused;
  const entries = Object.entries(found);
  if (entries.some(([name, value]) => !SECTIONS.some((each) => each === name) || typeof value !== 'string'))
    throw refused;
  return Object.fromEntries(entries) as Texts;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { texts: file } = input.options as CardFlags;
  const texts = file === undefined ? undefined : await textsIn(context, file);
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const card = await registry.card(model, reference, { texts });
  const { modelCardText } = await loadModelTexts();
  if (context.json) {
    const plain = (all: typeof card.inputs): readonly Pick<(typeof all)[number], 'name' | 'type' | 'shape'>[] =>
      all.map(({ name, type, shape }) => ({ name, type, shape }));
    await emitObject(context.output, 'ModelCard', {
      ...card,
      inputs: plain(card.inputs),
      outputs: plain(card.outputs),
    });
  } else for (const line of modelCardText(card).split('\n')) await context.output.line(displayText(line));
  return EXIT.ok;
}

/** `holdfast models card`. */
export const modelsCard: CommandDefinition = {
  path: ['models', 'card'],
  action: 'models.read',
  whose: 'models',
  summary: 'Write the model card of a version, as Markdown',
  description:
    'What is known stands in the usual sections; what only people know comes from --texts, and is said to be missing otherwise.',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  options: [
    {
      flags: '--texts <file>',
      description: `JSON with texts for sections: ${SECTIONS.join(', ')}`,
    },
  ],
  examples: [{ call: 'holdfast models card price@prod > MODEL_CARD.md', does: 'A card to publish beside the model' }],
  output: { shape: 'ModelCard' },
  run,
};
