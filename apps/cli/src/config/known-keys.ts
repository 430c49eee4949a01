/** The part of a zod schema that leads to the keys of its objects. */
interface SchemaNode {
  readonly def: {
    readonly type: string;
    readonly shape?: Readonly<Record<string, SchemaNode>> | undefined;
    readonly innerType?: SchemaNode | undefined;
    readonly valueType?: SchemaNode | undefined;
    readonly options?: readonly SchemaNode[] | undefined;
  };
}

/** A schema without what makes it optional; of several kinds, the one that has keys. */
function bare(node: SchemaNode | undefined): SchemaNode | undefined {
  const { innerType, options } = node?.def ?? {};
  if (innerType !== undefined) return bare(innerType);
  return options === undefined ? node : options.map(bare).find((each) => each?.def.shape !== undefined);
}

/** Keys that a schema knows at a path; none where any key may stand. */
export function knownKeys(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let node = bare(schema as SchemaNode);
  for (const part of path) node = bare(node?.def.shape?.[String(part)] ?? node?.def.valueType);
  return Object.keys(node?.def.shape ?? {});
}
