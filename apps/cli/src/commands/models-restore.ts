import { resolvePath } from '../config/locations.ts';
import { modelReference, openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { versionOutput } from '../render/model.ts';
import { displayText } from '../render/text.ts';

interface RestoreFlags {
  readonly to: string;
  readonly overwrite?: boolean | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { to, overwrite } = input.options as RestoreFlags;
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const path = resolvePath(to, context.workingDirectory);
  const version = await registry.restore(model, reference, { to: path, overwrite, signal: context.signal });
  if (context.json) await emitObject(context.output, 'ModelRestored', { path, version: versionOutput(version) });
  else
    await context.output.line(`${model} ${version.version} is at ${displayText(to)}, compared with ${version.digest}`);
  return EXIT.ok;
}

/** `holdfast models restore`. */
export const modelsRestore: CommandDefinition = {
  path: ['models', 'restore'],
  action: 'models.restore',
  whose: 'models',
  summary: 'Write a version of a model to a file or folder, bit for bit',
  description:
    'It is put in place when every byte was compared. When something is damaged, there is an error and nothing is written.',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  options: [
    { flags: '--to <path>', description: 'the file to write, or the folder for a model that is one', required: true },
    { flags: '--overwrite', description: 'replace what is there; a folder only when it is one of the model' },
  ],
  examples: [
    { call: 'holdfast models restore price@prod --to /srv/app/price.onnx', does: 'What is live, for a new machine' },
  ],
  output: { shape: 'ModelRestored' },
  run,
};
