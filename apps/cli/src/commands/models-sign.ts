import { writeOutput } from '../compose/files.ts';
import { MODEL_SIGNING_OPTIONS } from '../compose/model-trust.ts';
import { modelReference, openModels } from '../compose/models.ts';
import { resolvePath } from '../config/locations.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';

interface SignFlags {
  readonly out?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { out } = input.options as SignFlags;
  const { registry, repository } = await openModels(context, { signs: true });
  await using _ = repository;
  const { version } = await registry.get(model, reference);
  const { bundle, at, by } = await registry.sign(model, version);
  if (out !== undefined) await writeOutput(resolvePath(out, context.workingDirectory), `${JSON.stringify(bundle)}\n`);
  if (context.json)
    await emitObject(context.output, 'ModelSigned', { model, version, at: new Date(at).toISOString(), by, path: out });
  else
    await context.output.line(
      `${model} ${version} is signed${out === undefined ? '' : `; the signature is in ${displayText(out)}`}`,
    );
  return EXIT.ok;
}

/** `holdfast models sign`. */
export const modelsSign: CommandDefinition = {
  path: ['models', 'sign'],
  action: 'models.sign',
  whose: 'models',
  summary: 'Sign a version of a model that is there already',
  description:
    'With `models.signKey`, versions are signed when they are added; this is for those before. The signature is that of OpenSSF model signing; keys for ' +
    'it are made by `holdfast integrity keygen --algorithm ecdsa-p256`.',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  options: [
    ...MODEL_SIGNING_OPTIONS,
    { flags: '--out <file>', description: 'also write the signature to a file, for other tools' },
  ],
  examples: [{ call: 'holdfast models sign price@1.4.0 --sign-key models.key', does: 'Vouch for it' }],
  output: { shape: 'ModelSigned' },
  run,
};
