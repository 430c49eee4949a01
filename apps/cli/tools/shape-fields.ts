/** A field of an object, for a table. */
export interface ShapeField {
  /** Dotted, with `[]` for the items of a list and `*` for any key. */
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
  readonly description: string;
}

/** The part of JSON Schema that our schemas use. */
interface Node {
  readonly title?: string | undefined;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: string | number | boolean | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly additionalProperties?: Node | boolean | undefined;
}

function typeOf(node: Node): string {
  if (node.title !== undefined) return `[${node.title}](#${node.title.toLowerCase()})`;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.anyOf !== undefined) return node.anyOf.map(typeOf).join(' or ');
  if (node.type === 'array') return `list of ${node.items === undefined ? 'anything' : typeOf(node.items)}`;
  return node.type ?? 'anything';
}

/** The fields below a schema, depth first. */
export function shapeFields(schema: unknown, path: string = ''): readonly ShapeField[] {
  const node = schema as Node;
  // A shape with a section of its own is linked, not repeated.
  if (path !== '' && node.title !== undefined) return [];
  if (node.type === 'array' && node.items !== undefined) return shapeFields(node.items, `${path}[]`);
  const prefix = path === '' ? '' : `${path}.`;
  const any = node.additionalProperties;
  if (typeof any === 'object' && Object.keys(any).length > 0) return shapeFields(any, `${prefix}*`);
  return Object.entries(node.properties ?? {}).flatMap(([name, property]) => [
    {
      path: prefix + name,
      type: typeOf(property),
      optional: !(node.required ?? []).includes(name),
      description: property.description ?? '',
    },
    ...shapeFields(property, prefix + name),
  ]);
}
