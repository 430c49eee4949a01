import { unlink } from 'node:fs/promises';
import type { KeyAlgorithm } from '@x/integrity';
import { integrity, pathOf } from '../compose/integrity.ts';
import { readSecretFile } from '../compose/secret-file.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';

interface KeygenFlags {
  readonly algorithm?: KeyAlgorithm | undefined;
  readonly keyPassphraseFile?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { algorithm: wanted, keyPassphraseFile } = input.options as KeygenFlags;
  const { generateKeyPair, savePrivateKey, savePublicKey } = await integrity(context);
  const privateKey = pathOf(context, input.arguments[0] ?? '');
  const publicKey = `${privateKey}.pub`;
  const passphrase =
    keyPassphraseFile === undefined
      ? undefined
      : await readSecretFile(context, keyPassphraseFile, 'Passphrase of the new key');
  const pair = generateKeyPair({ algorithm: wanted });
  await savePrivateKey(privateKey, pair.privateKey, { passphrase });
  try {
    await savePublicKey(publicKey, pair.publicKey);
  } catch (error) {
    // Half a pair is of no use.
    await unlink(privateKey);
    throw error;
  }
  const { keyId, algorithm } = pair.publicKey;
  const facts = { keyId, algorithm, privateKey, publicKey, encrypted: passphrase !== undefined };
  if (context.json) await emitObject(context.output, 'KeysMade', facts);
  else {
    await context.output.write(`key id       ${keyId}\nprivate key  ${privateKey}\npublic key   ${publicKey}\n`);
    if (!facts.encrypted) context.messages.note('Whoever can read the private key can sign: it has no passphrase.');
  }
  return EXIT.ok;
}

/** `holdfast integrity keygen`. */
export const integrityKeygen: CommandDefinition = {
  path: ['integrity', 'keygen'],
  action: 'integrity.sign',
  summary: 'Make a key to sign with',
  description:
    'A key in PKCS#8 (PEM), readable by its owner only, and beside it FILE.pub for those who verify. Models are signed by keys of the kind ecdsa-p256 (or -p384, -p521), as OpenSSF model signing wants it.',
  arguments: [{ name: '<file>', description: 'where the private key goes; nothing is overwritten' }],
  options: [
    {
      flags: '--algorithm <name>',
      description: 'kind of the key (default: ed25519)',
      choices: ['ed25519', 'ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'],
    },
    {
      flags: '--key-passphrase-file <file>',
      description: 'encrypt the private key with the passphrase in this file (- to be asked for it)',
    },
  ],
  examples: [
    { call: 'holdfast integrity keygen ~/keys/release.pem', does: 'release.pem, and release.pem.pub to give away' },
    { call: 'holdfast integrity keygen ~/keys/models.pem --algorithm ecdsa-p256', does: 'A key that signs models' },
  ],
  output: { shape: 'KeysMade' },
  run,
};
