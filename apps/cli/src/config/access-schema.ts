import * as z from 'zod/mini';
import { texts, word } from './schema-parts.ts';

const tenants = texts('Only for these tenants: names, or beginnings of names as `hotel-*`. Default: for all.');

const permission = z.union([
  word,
  z.strictObject({
    allow: texts('Actions that are allowed.'),
    deny: texts('Actions that are denied, whatever else allows them.'),
    tenants,
  }),
]);

const grant = z.union([word, z.strictObject({ role: word, tenants })]);

/** Who may do what, as data. */
export const access = z
  .strictObject({
    roles: z.optional(
      z.record(word, z.array(permission)).check(
        z.meta({
          description:
            'Roles of your own, by name, beside `master`, `operator` and `auditor`. Each is a list of actions: `backup.create`, `backup.*`, `*`, and with `!` before it what is denied whatever else allows it.',
        }),
      ),
    ),
    users: z.record(word, z.union([grant, z.array(grant)])).check(
      z.meta({
        description:
          'Roles of users, by the names that the operating system knows them by: `{"ann": "master", "ben": {"role": "operator", "tenants": ["hotel-*"]}}`. Whoever is not named may do nothing.',
      }),
    ),
  })
  .check(
    z.meta({
      description:
        'Who may do what with this configuration. It holds people to what was agreed, and tells what each may do; it keeps nobody out who can read the keys, as another configuration would say something else.',
    }),
  );
