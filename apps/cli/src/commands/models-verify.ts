import { publicKeysIn } from '../compose/integrity.ts';
import { modelReference, openModels } from '../compose/models.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { verificationOutput } from '../render/model-trust.ts';
import { displayText } from '../render/text.ts';

interface VerifyFlags {
  readonly key?: readonly string[] | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { model, reference } = modelReference(input.arguments[0] ?? '');
  const { key } = input.options as VerifyFlags;
  const trust = key === undefined ? undefined : { keys: await publicKeysIn(context, key) };
  const { registry, repository } = await openModels(context);
  await using _ = repository;
  const found = await registry.verify(model, reference, trust);
  const { green, red } = context.output.colors;
  if (context.json) await emitObject(context.output, 'ModelVerified', verificationOutput(found));
  else {
    const said = found.verified
      ? `${green('verified')}: signed by ${found.signer}`
      : `${red('not verified')}: ${found.problem}`;
    await context.output.line(`${model} ${found.version} ${displayText(said)}`);
  }
  return found.verified ? EXIT.ok : EXIT.damaged;
}

/** `holdfast models verify`. */
export const modelsVerify: CommandDefinition = {
  path: ['models', 'verify'],
  action: 'models.verify',
  whose: 'models',
  summary: 'Tell whether somebody who is trusted has signed a version of a model',
  description:
    'Goes by the digest of the version; `models validate` also compares the content, and `models restore` refuses what nobody of `models.trustKeys` has ' +
    'signed. Exits with 6 when it is not signed, or not by one of the keys.',
  arguments: [{ name: '<model@version>', description: 'a version, an alias, or nothing for the latest' }],
  options: [
    {
      flags: '--key <file>',
      description: 'public key that is trusted; may be repeated; default: those of the configuration',
      repeatable: true,
    },
  ],
  examples: [{ call: 'holdfast models verify price@prod --key models.key.pub', does: 'Is what is live from us?' }],
  output: { shape: 'ModelVerified' },
  run,
};
