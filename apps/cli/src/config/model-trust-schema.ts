import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { flag, oneOf, text, texts, word } from './schema-parts.ts';

const VERDICTS = ['clean', 'unknown', 'suspicious'] as const;

const figure = (description: string) => z.optional(z.number().check(z.meta({ description })));

const metric = z.strictObject({
  metric: word,
  min: figure('The least that passes.'),
  max: figure('The most that passes.'),
});

const regression = z.strictObject({
  metric: word,
  better: z.enum(['higher', 'lower']),
  tolerance: z.optional(
    z
      .union([z.number().check(z.gte(0)), z.string().check(z.regex(/^\d+(?:\.\d+)?%$/))])
      .check(
        z.meta({ description: 'How much worse it may be: in the unit of the metric, or as percent: `2%`. Default 0.' }),
      ),
  ),
});

const gates = z.strictObject({
  metrics: z.optional(z.array(metric).check(z.meta({ description: 'Figures that have to be good enough.' }))),
  noRegression: z.optional(
    z
      .array(regression)
      .check(z.meta({ description: 'Figures that must not be worse than those of the current version.' })),
  ),
  inspection: oneOf(VERDICTS, 'The worst verdict of the inspection.'),
  signed: flag('Signed by one of `trustKeys` or by somebody below `trustRoots`.'),
  loadTest: flag('The last load test (`models validate`) has passed.'),
  approvals: z.optional(
    z
      .int()
      .check(
        z.gte(0),
        z.lte(100),
        z.meta({ description: 'How many people, other than who has added it, have approved it (`models approve`).' }),
      ),
  ),
});

const command = z.strictObject({
  name: text('For reports. Default: the program.'),
  command: z.array(word).check(
    z.minLength(2),
    z.meta({
      description: 'Program and arguments, no shell. `{file}` is the model, `{samples}` a JSON file with inputs.',
    }),
  ),
  formats: texts('Formats that it loads, as `models inspect` names them. Default: all.'),
  exitCode: z.optional(
    z.int().check(z.gte(0), z.lte(255), z.meta({ description: 'Says that all is well. Default 0.' })),
  ),
  stdout: text('What it has to print, among other things.'),
  prints: oneOf(['outputs'], '`outputs`: it prints the outputs of all samples as JSON; they are compared.'),
  environment: z.optional(
    z
      .record(word, z.string())
      .check(z.meta({ description: 'Variables for it, which gets hardly any others. No secrets.' })),
  ),
});

const loadTest = z
  .strictObject({
    commands: z.optional(
      z.array(command).check(
        z.meta({
          description: 'Commands that load models. The first that takes the format runs; ONNX Runtime comes last.',
        }),
      ),
    ),
    timeout: z.optional(
      z
        .string()
        .check(z.regex(DURATION_PATTERN), z.meta({ description: 'How long a load test may take. Default `60s`.' })),
    ),
    memoryBytes: z.optional(
      z
        .int()
        .check(
          z.gte(768 * 1024 * 1024),
          z.meta({ description: 'Data that each of its processes may have, on Linux. Default 2147483648 (2 GiB).' }),
        ),
    ),
    accept: oneOf(VERDICTS, 'The worst verdict that is loaded at all. Default `clean`.'),
  })
  .check(z.meta({ description: 'How `models validate` loads models.' }));

/** What of the section `models` is about trust. */
export const modelTrust = {
  accept: oneOf(
    VERDICTS,
    'The worst verdict of the inspection with which a file becomes a version. What is malicious never does. Default `clean`.',
  ),
  maxBytes: z.optional(
    z
      .int()
      .check(
        z.gt(0),
        z.meta({ description: 'The largest file that becomes a version. Default 68719476736 (64 GiB).' }),
      ),
  ),
  signKey: text(
    'File of the private key (P-256, P-384 or P-521) that signs versions when they are added. Relative to this file. Default: they are not signed.',
  ),
  signKeyPassphraseFile: text('File that holds its passphrase. The passphrase itself never stands here.'),
  signCertificates: text('File with the certificate of the key and those between it and the root, in PEM.'),
  trustKeys: texts('Files of public keys. With them, `models restore` refuses what none of them has signed.'),
  trustRoots: text('File with certificates of authorities, in PEM, whose signers are trusted as well.'),
  gates: z.optional(
    z
      .record(word, gates)
      .check(z.meta({ description: 'What a version needs before an alias points to it, by aliases.' })),
  ),
  loadTest: z.optional(loadTest),
};
