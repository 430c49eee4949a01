// The small build of zod: what is described here is evaluated at each start that finds a configuration.
import * as z from 'zod/mini';

/** A text that is not empty, as it stands in a list or beside other kinds. */
export const word = z.string().check(z.minLength(1));

// What each of these gives is known to the compiler alone: the types have no names.
export const text = (description: string) => z.optional(z.string().check(z.minLength(1), z.meta({ description })));
export const texts = (description: string) => z.optional(z.array(word).check(z.meta({ description })));
export const flag = (description: string) => z.optional(z.boolean().check(z.meta({ description })));
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words, description: string) =>
  z.optional(z.enum(words).check(z.meta({ description })));
