import type { LoadTestOptions, ModelRegistryOptions, ModelRunner } from '@x/ml-model-registry';
import { readInput } from './files.ts';
import { privateKeyIn, publicKeysIn } from './integrity.ts';
import { demandBytes } from '../config/bytes.ts';
import { demandDuration } from '../config/duration.ts';
import type { Settings } from '../config/fields.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';

/** Options of commands that sign. */
export const MODEL_SIGNING_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--sign-key <file>', description: 'private key that signs the version (HOLDFAST_MODEL_KEY_FILE)' },
  {
    flags: '--key-passphrase-file <file>',
    description:
      'passphrase of the key; asked for on a terminal (HOLDFAST_MODEL_KEY_PASSPHRASE_FILE; the passphrase itself: HOLDFAST_MODEL_KEY_PASSPHRASE)',
  },
];

/** Options of commands that add. */
export const MODEL_ACCEPT_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--accept <verdict>',
    description: 'the worst verdict that is taken (default: models.accept of the configuration, else clean)',
    choices: ['clean', 'unknown', 'suspicious'],
  },
  {
    flags: '--max-bytes <n>',
    description: 'the largest file that is taken (default: models.maxBytes of the configuration, else 64GiB)',
    parse: demandBytes,
  },
];

/** Whom a registry trusts, and what it wants of versions. */
export type TrustParts = Pick<ModelRegistryOptions, 'trust' | 'gates' | 'sign' | 'accept' | 'maxBytes'>;

/**
 * Whom the configuration trusts, its gates, and with `signs` its key.
 *
 * @throws {IntegrityError} `READ_FAILED`, `INVALID_KEY`, `PASSPHRASE_NEEDED`, `WRONG_PASSPHRASE`; {CliError} `UNREADABLE`, `SECRET_UNREADABLE`.
 */
export async function trustParts(context: Context, settings: Settings, signs: boolean): Promise<TrustParts> {
  const [trust, sign] = [await trusted(context, settings), signs ? await signer(context, settings) : undefined];
  const { 'models.gates': gates, 'models.accept': accept, 'models.maxBytes': maxBytes } = settings;
  return { trust, sign, gates, accept, maxBytes };
}

async function signer(context: Context, settings: Settings): Promise<TrustParts['sign']> {
  const { 'models.signKey': file, 'models.signKeyPassphraseFile': passphraseFile } = settings;
  if (file === undefined) return undefined;
  const passphrase = settings['models.signKeyPassphrase'];
  const certificates = await certificatesIn(settings['models.signCertificates']);
  return { privateKey: await privateKeyIn(context, file, { passphraseFile, passphrase }), certificates };
}

async function trusted(context: Context, settings: Settings): Promise<TrustParts['trust']> {
  const { 'models.trustKeys': files = [], 'models.trustRoots': rootFile } = settings;
  if (files.length === 0 && rootFile === undefined) return undefined;
  return { keys: await publicKeysIn(context, files), roots: await certificatesIn(rootFile) };
}

async function certificatesIn(file: string | undefined): Promise<Buffer | undefined> {
  return file === undefined ? undefined : await readInput(file, 'certificates', 'They are in PEM.');
}

/** How models are loaded: by the commands of the configuration, then by ONNX Runtime. @throws {ModelError} `INVALID_INPUT`; {CliError} `USAGE`. */
export async function loadTestOptions(context: Context, settings: Settings): Promise<LoadTestOptions> {
  const { commands = [], timeout, memoryBytes, accept } = settings['models.loadTest'] ?? {};
  const [{ commandRunner }, { onnxRunner }] = await Promise.all([
    import('@x/ml-model-registry'),
    import('@x/ml-model-registry/onnx'),
  ]);
  const child = new URL(context.entry.pathname.endsWith('.ts') ? './onnx-child.ts' : './onnx-child.js', context.entry);
  const runners: readonly ModelRunner[] = [...commands.map((command) => commandRunner(command)), onnxRunner({ child })];
  const ms = timeout === undefined ? undefined : demandDuration(timeout);
  return { runners, limits: { ms, memoryBytes }, accept };
}

/** Validation of files, without a registry. */
export async function loadValidation(): Promise<
  Pick<typeof import('@x/ml-model-registry'), 'validateModel' | 'checkSamples'>
> {
  return await import('@x/ml-model-registry');
}
