// The small build of zod: what is described here is evaluated at each start that finds a configuration.
import * as z from 'zod/mini';

/** What may be left out. */
type Optional<Kind extends z.ZodMiniType> = z.ZodMiniOptional<Kind>;

/** A text that is not empty, as it stands in a list or beside other kinds. */
export const word: z.ZodMiniString = z.string().check(z.minLength(1));

export const text = (description: string): Optional<z.ZodMiniString> =>
  z.optional(z.string().check(z.minLength(1), z.meta({ description })));

export const texts = (description: string): Optional<z.ZodMiniArray<z.ZodMiniString>> =>
  z.optional(z.array(word).check(z.meta({ description })));

export const flag = (description: string): Optional<z.ZodMiniBoolean> =>
  z.optional(z.boolean().check(z.meta({ description })));

export const oneOf = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  description: string,
): Optional<z.ZodMiniEnum<{ [Word in Words[number]]: Word }>> =>
  z.optional(z.enum(words).check(z.meta({ description })));
