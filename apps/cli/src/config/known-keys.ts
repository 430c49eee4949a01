import * as z from 'zod/mini';

/** The part of a zod schema that leads to the keys of its objects. */
interface SchemaNode {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, SchemaNode>> | undefined;
    readonly innerType?: SchemaNode | undefined;
    readonly valueType?: SchemaNode | undefined;
    readonly element?: SchemaNode | undefined;
    readonly options?: readonly SchemaNode[] | undefined;
  };
}

/** A schema without what makes it optional; of several kinds, the one that has keys. */
function bare(node: SchemaNode | undefined): SchemaNode | undefined {
  const { innerType, options } = node?.def ?? {};
  if (innerType !== undefined) return bare(innerType);
  return options === undefined ? node : options.map(bare).find((each) => each?.def.shape !== undefined);
}

const below = (node: SchemaNode | undefined, part: PropertyKey): SchemaNode | undefined =>
  node?.def.shape?.[String(part)] ?? node?.def.valueType ?? node?.def.element;

/** Keys that a schema knows at a path; none where any key may stand. */
export function knownKeys(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let node = bare(schema as SchemaNode);
  for (const part of path) node = bare(below(node, part));
  return Object.keys(node?.def.shape ?? {});
}

function descriptionOf(node: SchemaNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  return z.globalRegistry.get(node as unknown as z.core.$ZodType)?.description ?? descriptionOf(node.def.innerType);
}

/** What a schema says of a field; of an item, what it says of its list. */
export function describedAt(schema: unknown, path: readonly PropertyKey[]): string | undefined {
  let node = schema as SchemaNode | undefined;
  let said: string | undefined;
  for (const part of path) {
    node = below(bare(node), part);
    said = descriptionOf(node) ?? (typeof part === 'number' ? said : undefined);
  }
  return said;
}
