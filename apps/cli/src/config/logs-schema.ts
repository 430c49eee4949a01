import * as z from 'zod/mini';
import { text, texts } from './schema-parts.ts';

const days = (stream: string, usual: number) =>
  z.optional(
    z
      .int()
      .check(
        z.gte(1),
        z.lte(36_500),
        z.meta({ description: `Days that the ${stream} log is kept. Default ${usual}.` }),
      ),
  );

/** Where logs are and how long they are kept, as data. */
export const logs = z
  .strictObject({
    directory: text(
      'Folder of the structured, the audit and the performance log. Default: the folder `.holdfast/logs` beside this file.',
    ),
    retention: z.optional(
      z
        .strictObject({
          structured: days('structured', 30),
          audit: days('audit', 365),
          performance: days('performance', 30),
        })
        .check(z.meta({ description: 'How long they are kept, in days: `logs clean` goes by it.' })),
    ),
    signKey: text('Ed25519 key that signs checkpoints of the audit log, and exports. Relative to this file.'),
    signKeyPassphraseFile: text('File that holds the passphrase of that key. Relative to this file.'),
    trustKeys: texts(
      'Public keys whose checkpoints count for `logs verify`. Relative to this file. Default: the one beside the key that signs.',
    ),
    redact: texts('Names of fields that are hidden before anything is written, beside the usual ones.'),
  })
  .check(z.meta({ description: 'What happened, and how long it took.' }));
