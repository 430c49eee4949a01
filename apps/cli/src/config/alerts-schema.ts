import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { oneOf, text, texts, word } from './schema-parts.ts';

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));
const number = (description: string) => z.optional(z.number().check(z.gte(0), z.meta({ description })));
const share = (description: string) => z.optional(z.number().check(z.gte(0), z.lte(1), z.meta({ description })));
const severity = (description: string) => oneOf(['info', 'warning', 'critical'], description);
const least = severity('Nothing less is sent here. Default: everything is.');
const timeout = duration('How long it may take. Default `10s`.');

const channel = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('webhook'),
    url: text('Where notices are sent by POST, as JSON with a `text` that chats show.'),
    urlFile: text('File with the URL, where that is a secret itself. Relative to this file.'),
    urlEnv: text('Variable of the environment with the URL.'),
    secretFile: text('File with the secret that signs what is sent (header X-Holdfast-Signature).'),
    secretEnv: text('Variable of the environment with that secret.'),
    caFile: text('Certificates of authorities (PEM) that are trusted instead of the usual ones.'),
    timeout,
    least,
  }),
  z.strictObject({
    type: z.literal('email'),
    host: word,
    port: z.optional(z.int().check(z.gte(1), z.lte(65_535))),
    tls: oneOf(['starttls', 'direct', 'none'], 'How the connection is encrypted. Default `starttls`.'),
    user: text('User of the mail server.'),
    passwordFile: text('File with the password. Relative to this file.'),
    passwordEnv: text('Variable of the environment with the password.'),
    from: word,
    to: z.array(word).check(z.minLength(1)),
    caFile: text('Certificates of authorities (PEM) that are trusted instead of the usual ones.'),
    timeout,
    least,
  }),
  z.strictObject({
    type: z.literal('command'),
    command: z
      .array(word)
      .check(
        z.minLength(1),
        z.meta({ description: 'A program and its arguments. It gets the notice as JSON on its standard input.' }),
      ),
    timeout,
    least,
  }),
  z.strictObject({ type: z.literal('log'), file: word, least }),
]);

const names = z.union([word, z.array(word).check(z.minLength(1))]);
const detail = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({
    above: z.optional(z.number()),
    below: z.optional(z.number()),
    oneOf: z.optional(z.array(z.union([z.string(), z.number()]))),
  }),
]);

const rule = z.strictObject({
  severity: z.enum(['info', 'warning', 'critical']),
  title: text('One line; `{tenant}`, `{host}` and `{details.NAME}` are filled in. Default: the name of the rule.'),
  event: names,
  level: oneOf(['info', 'warn', 'error'], 'Only events of this level.'),
  tenant: text('Only events of this tenant.'),
  details: z.optional(z.record(word, detail).check(z.meta({ description: 'What details of the event have to be.' }))),
  absentFor: duration('Opened when there was no such event for so long, instead of when there is one.'),
  tenants: texts('With `absentFor`: whose events are waited for. Default: of those that have sent one.'),
  by: texts('What sets one alert apart from another: `tenant`, `host`, `details.NAME`.'),
  until: z.optional(names),
  channels: texts('Names of channels. Default: all.'),
  remind: duration('Says it again, until somebody acknowledges it.'),
  escalate: z.optional(z.strictObject({ after: z.string().check(z.regex(DURATION_PATTERN)), channels: z.array(word) })),
});

const space = z.optional(
  z.strictObject({ percent: number('Percent that are free.'), bytes: number('Bytes that are free.') }),
);

/** What people are told of, and how, as data. */
export const alerts = z
  .strictObject({
    store: text(
      'Folder or URL of a store with alerts and what is to be sent: one for all machines that share them. Default: the folder `.holdfast/alerts` beside this file.',
    ),
    channels: z.optional(z.record(word, channel).check(z.meta({ description: 'Ways to tell people, by name.' }))),
    rules: z.optional(
      z.record(word, z.union([z.literal(false), rule])).check(
        z.meta({
          description:
            'Rules by name, beside those that are there. One of the same name takes its place, `false` takes it away.',
        }),
      ),
    ),
    quietHours: z.optional(
      z.strictObject({
        from: word,
        to: word,
        timeZone: text('Whose times of day count. Default `UTC`.'),
        except: severity('What is sent all the same, from this on. Default `critical`.'),
      }),
    ),
    disk: z.optional(
      z.strictObject({
        destinations: texts('Folders whose disks are looked at. Relative to this file. Default: the repository.'),
        warning: space,
        critical: space,
      }),
    ),
    ransomware: z.optional(
      z.union([
        z.boolean(),
        z.strictObject({
          tenants: texts('Only these tenants. Default: all.'),
          files: number('Files that have changed or gone, at least. Default 20.'),
          churn: share('Share of files that have changed or gone. Default 0.3.'),
          random: share('Share of new content that looks random. Default 0.6.'),
          randomBytes: number('Bytes of such content, at least. Default 1048576.'),
          deleted: share('Share of files that are gone, which is enough by itself. Default 0.8.'),
          renamed: share('Share of files with an ending that none had before. Default 0.3.'),
          deviations: number('Robust standard deviations from what is usual for the tenant. Default 6.'),
        }),
      ]),
    ),
  })
  .check(z.meta({ description: 'What people are told of, and how.' }));
