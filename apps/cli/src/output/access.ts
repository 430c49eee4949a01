import { z } from 'zod';

/** What somebody may do. */
export const accessShown = z.object({
  user: z.string(),
  configured: z
    .boolean()
    .describe(
      '`false`: the configuration does not say who may do what, and whoever can read the keys may do everything',
    ),
  roles: z.array(z.string()).describe('with the tenants that each is limited to'),
  actions: z.array(
    z.object({
      action: z.string(),
      allowed: z.enum(['all', 'some', 'none']).describe('for all tenants, for some, or not at all'),
      tenants: z.array(z.string()).describe('of `some`: which, as they are written; `*` for all but those of `except`'),
      except: z.array(z.string()),
      reasons: z.array(
        z.object({
          role: z.string(),
          permission: z.string().describe('as it is written'),
          tenants: z.array(z.string()).optional().describe('that it is limited to'),
        }),
      ),
    }),
  ),
});

/** Whether somebody may do something. */
export const accessChecked = z.object({
  user: z.string(),
  action: z.string(),
  tenant: z.string().optional().describe('absent: all'),
  allowed: z.boolean(),
  why: z.string(),
});
