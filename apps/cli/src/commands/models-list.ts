import { openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { versionOutput } from '../render/model.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

interface ListFlags {
  readonly tag?: readonly string[] | undefined;
}

type Registry = Awaited<ReturnType<typeof openModels>>['registry'];

async function print(
  context: Context,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<ExitCode> {
  const [head = '', ...lines] = tableLines(
    titles.map((title) => ({ title })),
    rows,
  );
  await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  return EXIT.ok;
}

async function listModels(context: Context, registry: Registry): Promise<ExitCode> {
  const models = await registry.models();
  if (context.json) {
    const copies = models.map((each) => ({ ...each, aliases: { ...each.aliases } }));
    await emitObject(context.output, 'ModelList', { models: copies });
    return EXIT.ok;
  }
  if (models.length === 0) {
    context.messages.note('There is no model yet: add one with `holdfast models add`.');
    return EXIT.ok;
  }
  const rows = models.map(({ model, versions, latest = '', aliases }) => [
    model,
    latest,
    String(versions),
    Object.entries(aliases)
      .map(([alias, version]) => `${alias}=${version}`)
      .join(' '),
  ]);
  return await print(context, ['MODEL', 'LATEST', 'VERSIONS', 'ALIASES'], rows);
}

async function listVersions(
  context: Context,
  registry: Registry,
  options: { readonly model: string } & ListFlags,
): Promise<ExitCode> {
  const { model, tag } = options;
  const [versions, aliases] = [await registry.list(model, { tags: tag }), await registry.aliases(model)];
  const namesOf = (version: string): readonly string[] =>
    Object.entries(aliases).flatMap(([alias, to]) => (to === version ? [alias] : []));
  if (context.json) {
    const all = versions.map((version) => versionOutput(version, { aliases: namesOf(version.version) }));
    await emitObject(context.output, 'ModelList', { versions: all });
    return EXIT.ok;
  }
  const rows = versions.map((version) => [
    version.version,
    namesOf(version.version).join(' '),
    version.change,
    version.inspection.format,
    version.inspection.verdict,
    formatBytes(version.size),
    formatTime(version.addedAt),
    displayText(
      Object.entries(version.metrics)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ),
  ]);
  return await print(context, ['VERSION', 'ALIASES', 'CHANGE', 'FORMAT', 'VERDICT', 'SIZE', 'ADDED', 'METRICS'], rows);
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model] = input.arguments;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  if (model === undefined) return await listModels(context, registry);
  return await listVersions(context, registry, { ...(input.options as ListFlags), model });
}

/** `holdfast models list`. */
export const modelsList: CommandDefinition = {
  path: ['models', 'list'],
  action: 'models.read',
  whose: 'models',
  summary: 'List models, or the versions of one',
  arguments: [{ name: '[model]', description: 'whose versions are listed' }],
  options: [{ flags: '--tag <word>', description: 'only versions with this tag; may be repeated', repeatable: true }],
  examples: [
    { call: 'holdfast models list', does: 'Which models are there?' },
    { call: 'holdfast models list price --tag nightly', does: 'Versions of one, newest first' },
  ],
  output: { shape: 'ModelList' },
  run,
};
