import { z } from 'zod';
import { make } from './parts.ts';

const movement = z.strictObject({
  elements: make.count('numbers'),
  changed: make.count('numbers that are others now'),
  distance: z.number().describe('L2 norm of the difference'),
  relative: z.number().nullable().describe('`distance` beside the L2 norm before; `null` where that was 0'),
  largest: z.number().describe('largest difference of one number'),
  notFinite: make.count('pairs of which one is infinite or no number; they count in no norm'),
});

export const weightsDiff = z.strictObject({
  by: z.enum(['tensors', 'digest']).describe('`digest`: where the weights are is not known'),
  note: z.string().optional().describe('why it is by digest'),
  same: make.count('tensors that are the same, byte for byte'),
  moved: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        shape: z.array(z.int().nullable()),
        bytes: make.bytes('what it takes'),
        changedBytes: make.bytes('what is other now'),
        movement: movement.optional().describe('absent for types whose numbers are not read'),
      }),
    )
    .describe('those that moved most for their size first'),
  reshaped: z
    .array(z.strictObject({ name: z.string(), before: z.string().optional(), after: z.string().optional() }))
    .describe('of one version only, or of another type or shape'),
  unknown: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        shape: z.array(z.int().nullable()),
        reason: z.string().describe('why its numbers can not be read'),
      }),
    )
    .describe('of the same type and shape; whether they moved is not known'),
  total: movement.optional().describe('over all numbers'),
});
