import { z } from 'zod';
import { make } from './parts.ts';
import { digestText, migrationList, versionText } from './release-parts.ts';

const content = z.strictObject({
  path: z.string(),
  kind: z.enum(['file', 'directory']),
  size: make.bytes('content'),
  executable: z.boolean(),
  digest: digestText.optional(),
});

const component = z.strictObject({ name: z.string(), version: z.string() });

export const releaseDifference = z.strictObject({
  from: versionText,
  to: versionText,
  size: z.strictObject({ before: make.bytes('artefact'), after: make.bytes('artefact') }),
  files: z.strictObject({
    added: z.array(content),
    removed: z.array(content),
    changed: z.array(
      z.strictObject({ path: z.string(), before: content, after: content, onlyExecutable: z.boolean() }),
    ),
    renamed: z.array(z.strictObject({ from: content, to: content })),
  }),
  components: z.strictObject({
    added: z.array(component),
    removed: z.array(component),
    changed: z.array(z.strictObject({ name: z.string(), before: z.array(z.string()), after: z.array(z.string()) })),
  }),
  migrations: z.strictObject({
    added: migrationList,
    removed: migrationList,
    changed: z.array(z.string()).describe('ids of those whose content is another one'),
  }),
  flags: z.array(z.strictObject({ name: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })),
  other: z.array(z.string()).describe('what else differs, as `channel`'),
});
