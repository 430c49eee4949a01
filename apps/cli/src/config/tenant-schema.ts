import * as z from 'zod/mini';
import { text, texts, word } from './schema-parts.ts';

/** Databases of the configuration; what may stand in a URL, `backup create --help` tells. */
export const databases = (description: string): ReturnType<typeof texts> =>
  texts(
    `${description} Each as --source has it: [name=]postgres://..., mysql://..., redis://... or sqlite:file, without a password.`,
  );

const module = z.strictObject({
  paths: texts('Files and folders. Relative to this file.'),
  exclude: texts('Globs of what to leave out of these paths.'),
  sources: databases('Databases.'),
  quiesce: text(
    'A command line, given to sh in the folder of this file, before any source is read: it brings to rest what the databases of this module are written by.',
  ),
  resume: text('One that lets it go again, once all was read, whatever became of it.'),
});

const name = text('Name of the software.');

const software = z
  .union([
    z.strictObject({ name, version: word }),
    z.strictObject({ name, command: word }),
    z.strictObject({ packageJson: word }),
  ])
  .check(
    z.meta({
      description:
        'The software of the tenant, kept in its snapshots: its version itself; a command line, given to sh in the folder of this file, that prints ' +
        'it; or a package.json with name and version, relative to this file, with the commit that is checked out, if git knows the file.',
    }),
  );

const tenant = z.strictObject({
  modules: z.optional(
    z.record(word, module).check(
      z.meta({
        description:
          'What `backup create` backs up of this tenant when it gets no path: modules by name, such as database, assets and configurations.',
      }),
    ),
  ),
  software: z.optional(software),
});

/** The section `tenants`. */
export const tenants = z
  .record(word, tenant)
  .check(z.meta({ description: 'What there is of single tenants, by name.' }));
