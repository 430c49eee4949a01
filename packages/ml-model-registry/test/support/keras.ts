import { memorySource } from '../../src/inspect/source/byte-source.ts';
import { readZip } from '../../src/inspect/zip/read-zip.ts';
import { fixture } from './fixture.ts';
import { inspectionOf } from './inspection.ts';
import { type MemberSpec, zipOf } from './zip.ts';

/** Contents of the model `mlp.keras` by their names. */
export async function kerasContents(): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await readZip(memorySource(fixture('keras/mlp.keras')), inspectionOf().inspection);
  const contents = new Map<string, Uint8Array>();
  for (const member of archive.members) {
    const source = await archive.open(member);
    contents.set(member.name, await source.read(0, source.size));
  }
  return contents;
}

/** The model `mlp.keras` with other contents: texts and bytes as they are, `undefined` for none, anything else as JSON. */
export async function kerasWith(
  changes: Readonly<Record<string, unknown>>,
  how: Partial<MemberSpec> = {},
): Promise<Uint8Array> {
  const contents = new Map<string, unknown>([...(await kerasContents()), ...Object.entries(changes)]);
  const members = [...contents].filter(([, content]) => content !== undefined);
  return zipOf(
    members.map(([name, content]) => ({
      name,
      content: typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
      ...how,
    })),
  );
}

/** A model of one more layer or object, whatever it is. */
export function modelWith(object: unknown): unknown {
  return {
    module: 'keras',
    class_name: 'Sequential',
    registered_name: 'Sequential',
    config: { name: 'sequential', layers: [object] },
  };
}
