import { z } from 'zod';
import { make } from './parts.ts';

const key = z.strictObject({
  id: z.string().describe('16 hex digits; another one after each rotation'),
  type: z.string().describe('`key file`, `passphrase`, `recovery code`, `age recipients`, or `unknown type N`'),
  label: z.string().optional().describe('what it is called'),
  createdAt: make.iso('when its secret was made').optional(),
  createdBy: z.string().optional().describe('who made it'),
  recipients: z.array(z.string()).optional().describe('public keys of age, each of which identities open it'),
  current: z.boolean().describe('whether the repository was opened with it'),
  status: z
    .enum(['ok', 'missing', 'damaged', 'newer'])
    .describe('`missing`, `damaged`: it opens nothing; `newer`: made by a newer version of holdfast'),
});

export const keyList = z.strictObject({ keys: z.array(key).describe('oldest first') });

export const keyAdded = z.strictObject({
  key: key.describe('a recovery code is shown on the terminal, and is not in here'),
  keyFile: z.string().optional().describe('the key file that was made'),
});

export const keyRemoved = z.strictObject({ removed: z.string().describe('id of the key that opens nothing any more') });

export const keysRotated = z.strictObject({
  replaced: z.string().optional().describe('with `--slot`: id of the key that opens nothing any more'),
  key: key.optional().describe('with `--slot`: the key in its place'),
  keyFile: z.string().optional().describe('with `--slot`: the key file that was made'),
  rotations: make.count('with `--root`: times that the root key was rotated').optional(),
  keys: z.array(key).optional().describe('with `--root`: the keys from now on, with new ids'),
});
