import { resolvePath } from '../config/locations.ts';
import { readMeasured } from '../compose/model-metrics.ts';
import { figures, modelReference, openModels, parameters } from '../compose/models.ts';
import { MODEL_ACCEPT_OPTIONS, MODEL_SIGNING_OPTIONS } from '../compose/model-trust.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { versionOutput } from '../render/model.ts';

interface AddFlags {
  readonly change: string;
  readonly description?: string | undefined;
  readonly metric?: readonly string[] | undefined;
  readonly measured?: string | undefined;
  readonly param?: readonly string[] | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly dataset?: string | undefined;
  readonly datasetDigest?: string | undefined;
  readonly commit?: string | undefined;
  readonly parent?: readonly string[] | undefined;
}

function factsOf(flags: AddFlags): Parameters<Awaited<ReturnType<typeof openModels>>['registry']['add']>[2] {
  const { change, description, metric, param, tag = [], dataset, datasetDigest: digest, commit, parent = [] } = flags;
  if (digest !== undefined && dataset === undefined) {
    throw usageError('Expected --dataset with --dataset-digest, got none', 'Name what was trained on, too.');
  }
  const parents = parent.map((text) => {
    const { model, reference } = modelReference(text);
    return { model, version: reference };
  });
  return {
    change,
    description,
    metrics: figures(metric, '--metric'),
    params: parameters(param, '--param'),
    tags: tag,
    parents,
    ...(dataset === undefined ? {} : { dataset: { name: dataset, digest } }),
    ...(commit === undefined ? {} : { code: { commit } }),
  };
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [model = '', file = ''] = input.arguments;
  const facts = factsOf(input.options as AddFlags);
  const { measured } = input.options as AddFlags;
  const said = measured === undefined ? undefined : await readMeasured(resolvePath(measured, context.workingDirectory));
  const { registry, repository } = await openModels(context, { signs: true });
  await using _ = repository;
  const path = resolvePath(file, context.workingDirectory);
  const { version, isNew, bytesStored } = await registry.add(model, path, {
    ...facts,
    ...said,
    metrics: { ...said?.metrics, ...facts.metrics },
    signal: context.signal,
  });
  if (context.json) {
    await emitObject(context.output, 'ModelAdded', { isNew, bytesStored, version: versionOutput(version) });
  } else if (context.messages.quiet) {
    await context.output.line(version.version);
  } else if (isNew) {
    const { format, verdict } = version.inspection;
    await context.output.line(`${model} ${version.version}: ${format}, ${verdict}, ${formatBytes(bytesStored)} stored`);
    context.messages.note(version.reason);
  } else {
    await context.output.line(`${model} ${version.version} has this content already`);
  }
  return EXIT.ok;
}

/** `holdfast models add`. */
export const modelsAdd: CommandDefinition = {
  path: ['models', 'add'],
  action: 'models.add',
  whose: 'models',
  summary: 'Inspect a model file and keep it as the next version',
  description:
    'What is not clean is refused, and nothing of it is stored; --accept takes what is worse, but never what is malicious. The version follows from the kind of change: architecture is a major one, ' +
    'retrain and improvement are minor, fix is a patch; the first version is 1.0.0. A file that is the newest version already is no new one.',
  arguments: [
    { name: '<model>', description: 'name of the model: small letters, digits, "-", "_" and "."' },
    { name: '<path>', description: 'the model file, or a folder that is one model' },
  ],
  options: [
    {
      flags: '--change <kind>',
      description: 'architecture, retrain, improvement, fix, or one of the configuration',
      required: true,
    },
    { flags: '--description <text>', description: 'what is new' },
    { flags: '--metric <name=number>', description: 'a figure it was measured by; may be repeated', repeatable: true },
    { flags: '--measured <file>', description: 'JSON with metrics and how they were measured, for intervals' },
    { flags: '--param <name=value>', description: 'a setting it was trained with; may be repeated', repeatable: true },
    { flags: '--tag <word>', description: 'a word or key=value; may be repeated', repeatable: true },
    { flags: '--dataset <name>', description: 'what it was trained on' },
    { flags: '--dataset-digest <digest>', description: 'the digest of that' },
    { flags: '--commit <commit>', description: 'the commit of the code that trained it' },
    { flags: '--parent <model@version>', description: 'a version it was made of; may be repeated', repeatable: true },
    ...MODEL_ACCEPT_OPTIONS,
    ...MODEL_SIGNING_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast models add price price.onnx --change retrain --metric rmse=0.21',
      does: 'The next version, with how good it is',
    },
    {
      call: 'holdfast models add price price.pkl --change fix --accept suspicious',
      does: 'A pickle with a class of your own, which is on no list',
    },
  ],
  output: { shape: 'ModelAdded' },
  run,
};
