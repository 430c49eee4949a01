/** How a field is written. Numbers that repeat may be packed or not; readers take both. */
export type FieldKind = 'varint' | 'fixed32' | 'fixed64' | 'bytes' | 'text' | 'message';

/** A field of a message. */
export interface FieldSchema {
  readonly name: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** What is in it, for messages. */
  readonly message?: (() => MessageSchema) | undefined;
}

/** A message: its fields by their numbers. */
export interface MessageSchema {
  readonly name: string;
  readonly fields: ReadonlyMap<number, FieldSchema>;
}

/** What is written for a field: its kind, `*` behind it when it repeats, or a message. */
export type FieldNotation = FieldKind | `${FieldKind}*` | (() => MessageSchema) | readonly [() => MessageSchema];

/** A message from a short notation: `{ 1: ['name', 'text'], 5: ['node', [() => node]] }`; a message in brackets repeats. */
export function message(
  name: string,
  fields: Readonly<Record<number, readonly [name: string, notation: FieldNotation]>>,
): MessageSchema {
  const entries = Object.entries(fields).map(
    ([number, [field, notation]]) => [Number(number), fieldOf(field, notation)] as const,
  );
  return { name, fields: new Map(entries) };
}

function fieldOf(name: string, notation: FieldNotation): FieldSchema {
  if (typeof notation === 'function') return { name, kind: 'message', repeated: false, message: notation };
  if (typeof notation !== 'string') return { name, kind: 'message', repeated: true, message: notation[0] };
  const repeated = notation.endsWith('*');
  return { name, kind: (repeated ? notation.slice(0, -1) : notation) as FieldKind, repeated };
}
