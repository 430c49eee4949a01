import * as z from 'zod';
import { configSchema } from '../src/config/schema.ts';
import { SHAPES, type ShapeName } from '../src/output/shapes.ts';

const names = Object.keys(SHAPES) as ShapeName[];

/** The JSON Schema of `holdfast.config.json`, as text. */
export function configSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(configSchema), null, 2)}\n`;
}

/** The JSON Schema of one shape of output. */
export function shapeSchema(name: ShapeName): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(SHAPES[name]);
}

/** The JSON Schema of everything that `--json` prints, one definition a shape, as text. */
export function outputSchemaText(): string {
  const definitions = names.map((name) => {
    const { $schema: _, ...schema } = shapeSchema(name);
    return [name, schema];
  });
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What holdfast prints with --json',
    $defs: Object.fromEntries(definitions) as unknown,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
